package dev.packhorse.store.vfs;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ExactStream;
import dev.packhorse.fs.Node;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Objects;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * An answer to a GET. What it says about the file is the node. Its first bytes are read at once, so that a small file is
 * here as a whole whatever happens to it; a body from there on reads the rest of the same answer. Any other range is another
 * request, which must be about the same state of the file or fails.
 */
final class WebContent implements Content {

    private static final int HEAD = 1 << 16;

    private final Web web;
    private final VfsErrors errors;
    private final Node node;
    private final @Nullable String etag;
    private final @Nullable String modified;
    private final byte[] head;
    /** The answer behind its first bytes, until somebody reads it. */
    private Web.@Nullable Answer rest;

    /** Takes over the answer. */
    WebContent(Web web, VfsErrors errors, Node node, Web.Answer answer) throws IOException {
        ClassicHttpResponse response = answer.response();
        this.web = web;
        this.errors = errors;
        this.node = node;
        this.etag = Web.header(response, "ETag");
        this.modified = Web.header(response, "Last-Modified");
        int wanted = (int) Math.min(HEAD, node.size());
        this.head = wanted == 0 ? new byte[0] : answer.stream().readNBytes(wanted);
        if (head.length < wanted) {
            throw new EOFException("the answer is shorter than it says");
        }
        if (head.length == node.size()) {
            finish(answer);
        } else {
            this.rest = answer;
        }
    }

    /** To the end, so that the connection can be used again. */
    private static void finish(Web.Answer answer) throws IOException {
        try (answer) {
            if (answer.stream().read() >= 0) {
                throw new IOException("the answer is longer than it says");
            }
        }
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public Body body(ByteRange range) {
        Objects.checkFromIndexSize(range.offset(), /* size= */ range.length(), /* length= */ node.size());
        return new Body() {
            @Override
            public long length() {
                return range.length();
            }

            @Override
            public InputStream open() throws IOException {
                try {
                    return new ExactStream(WebContent.this.open(range), range.length()) {
                        @Override
                        protected void passed(long count, long left) throws IOException {
                            if (left == 0) {
                                // The end of the answer, so that the connection can be used again; if there is more, it
                                // is not.
                                in.read();
                            }
                        }

                        @Override
                        protected IOException failure(IOException e) {
                            return errors.of(e, "read", node.path());
                        }
                    };
                } catch (IOException e) {
                    throw errors.of(e, "read", node.path());
                }
            }
        };
    }

    private synchronized InputStream open(ByteRange range) throws IOException {
        if (range.length() == 0) {
            return InputStream.nullInputStream();
        }
        if (range.end() <= head.length) {
            return new ByteArrayInputStream(head, (int) range.offset(), (int) range.length());
        }
        Web.Answer live = rest;
        rest = null;
        if (live != null && range.offset() <= head.length) {
            int offset = (int) range.offset();
            InputStream first = new ByteArrayInputStream(head, offset, head.length - offset);
            return closing(new SequenceInputStream(first, live.stream()), live);
        }
        if (live != null) {
            live.close();
        }
        return ask(range);
    }

    private InputStream ask(ByteRange range) throws IOException {
        HttpGet get = new HttpGet(web.uri(node.path(), false));
        get.setHeader("Range", "bytes=" + range.offset() + "-" + (range.end() - 1));
        String tag = etag;
        if (tag != null && !tag.startsWith("W/")) {
            get.setHeader("If-Match", tag);
        } else if (modified != null) {
            get.setHeader("If-Unmodified-Since", modified);
        }
        Web.Answer answer = web.open(get);
        try {
            ClassicHttpResponse response = answer.response();
            int status = response.getCode();
            boolean same = Objects.equals(etag, Web.header(response, "ETag"))
                    && Objects.equals(modified, Web.header(response, "Last-Modified"));
            if ((status != 206 && status != 200) || !same) {
                throw new IOException("the file has changed, or the server answers " + status + " for a range");
            }
            InputStream in = answer.stream();
            if (status == 206) {
                String expected = "bytes " + range.offset() + "-" + (range.end() - 1) + "/" + node.size();
                if (!expected.equals(Web.header(response, "Content-Range"))) {
                    throw new IOException("the server sends another range");
                }
            } else {
                in.skipNBytes(range.offset());
            }
            return closing(in, answer);
        } catch (IOException | RuntimeException e) {
            try (answer) {
                throw e;
            }
        }
    }

    /** Closing the stream in the middle drops the connection instead of reading on. */
    private static InputStream closing(InputStream in, Web.Answer answer) {
        return new FilterInputStream(in) {
            @Override
            public void close() {
                answer.close();
            }
        };
    }

    @Override
    public synchronized void close() {
        Web.Answer live = rest;
        rest = null;
        if (live != null) {
            live.close();
        }
    }
}
