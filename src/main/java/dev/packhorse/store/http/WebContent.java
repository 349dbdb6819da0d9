package dev.packhorse.store.http;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An answer to a GET. What it says about the file is the node. Its first bytes are read at once, so that a small file is
 * here as a whole whatever happens to it; a body from there on reads the rest of the same answer. Any other range is another
 * request, which must be about the same state of the file or fails.
 */
public final class WebContent implements Content {

    private static final int HEAD = 1 << 16;

    private final Source source;
    private final Node node;
    private final @Nullable String etag;
    private final @Nullable String modified;
    private final Map<String, String> validators = new LinkedHashMap<>();
    private final byte[] head;
    /** The answer behind its first bytes, until somebody reads it. */
    private @Nullable Answer rest;

    /** Where a file comes from. */
    public interface Source {

        /** Asks for the file again, with these headers; whoever asked closes the answer. */
        Answer get(FsPath path, Map<String, String> headers) throws IOException;

        /** The headers by which two answers are about the same state of the file, as far as they are sent. */
        default List<String> validators() {
            return List.of("ETag", "Last-Modified");
        }

        /** Whether an answer of 200 to a request for a range holds that range only, which nobody should do. */
        default boolean isUnmarkedRange(Answer answer, ByteRange range, long size) {
            return false;
        }

        /** What is thrown for a failure while it is read. */
        FsException failure(IOException e, FsPath path);
    }

    /**
     * Takes over an answer of success, unless this fails.
     *
     * @param node what is shown of the file, with the size that the answer declares
     */
    public WebContent(Source source, Node node, Answer answer) throws IOException {
        this.source = source;
        this.node = node;
        this.etag = answer.header("ETag");
        this.modified = answer.header("Last-Modified");
        for (String name : source.validators()) {
            validators.put(name, String.valueOf(answer.header(name)));
        }
        int wanted = (int) Math.min(HEAD, node.size());
        this.head = wanted == 0 ? new byte[0] : answer.stream().readNBytes(wanted);
        if (head.length < wanted) {
            throw new EOFException("the answer is shorter than it says");
        }
        if (head.length == node.size()) {
            answer.finish();
        } else {
            this.rest = answer;
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
                    return WebContent.this.open(range);
                } catch (IOException e) {
                    throw source.failure(e, node.path());
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
        Answer live = rest;
        rest = null;
        if (live != null && range.offset() <= head.length) {
            int offset = (int) range.offset();
            return stream(ByteBuffer.wrap(head, offset, head.length - offset), live, range);
        }
        if (live != null) {
            live.close();
        }
        return stream(ByteBuffer.allocate(0), ask(range), range);
    }

    private WebStream stream(ByteBuffer first, Answer answer, ByteRange range) {
        return new WebStream(first, answer, range.length(), e -> source.failure(e, node.path()));
    }

    /** The range in an answer that stands at its first byte. */
    private Answer ask(ByteRange range) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Range", "bytes=" + range.offset() + "-" + (range.end() - 1));
        String tag = etag;
        if (tag != null && !tag.startsWith("W/")) {
            headers.put("If-Match", tag);
        } else if (modified != null) {
            headers.put("If-Unmodified-Since", modified);
        }
        Answer answer = source.get(node.path(), headers);
        try {
            int status = answer.status();
            boolean same = validators.entrySet().stream()
                    .allMatch(each -> each.getValue().equals(String.valueOf(answer.header(each.getKey()))));
            if ((status != 206 && status != 200) || !same) {
                throw new IOException("the file has changed, or the server answers " + status + " for a range");
            }
            InputStream in = answer.stream();
            if (status == 206) {
                String expected = "bytes " + range.offset() + "-" + (range.end() - 1) + "/" + node.size();
                if (!expected.equals(answer.header("Content-Range"))) {
                    throw new IOException("the server sends another range");
                }
            } else if (!source.isUnmarkedRange(answer, range, node.size())) {
                in.skipNBytes(range.offset());
            }
            return answer;
        } catch (IOException | RuntimeException e) {
            try (answer) {
                throw e;
            }
        }
    }

    @Override
    public synchronized void close() {
        Answer live = rest;
        rest = null;
        if (live != null) {
            live.close();
        }
    }
}
