package dev.packhorse.store.s3;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Node;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * One version of an object.
 *
 * <p>The answer to the request that opened it gives node and bytes. A body that begins where that answer stands, or a little
 * behind, is read from it; any other by a further request for the range, with the ETag: if the object is another one by then,
 * that body fails. A small object is read at once, and gives its connection back.
 */
final class S3Content implements Content {

    /** Most bytes of an object that is read at once. */
    private static final int SMALL = 64 * 1024;

    /** Most bytes that are read for nothing to save a request and a connection. */
    private static final int SKIPPED = 64 * 1024;

    private final Node node;
    private final Bucket bucket;
    private final String key;
    private byte @Nullable [] bytes;
    private volatile @Nullable ResponseInputStream<GetObjectResponse> live;
    private volatile boolean closed;
    private long position;
    private long end;

    private S3Content(Node node, Bucket bucket, String key, ResponseInputStream<GetObjectResponse> live) {
        this.node = node;
        this.bucket = bucket;
        this.key = key;
        this.live = live;
        this.end = node.size();
    }

    /** Takes over the answer to a request for the whole object. */
    static S3Content open(Node node, Bucket bucket, String key, ResponseInputStream<GetObjectResponse> in)
            throws FsException {
        S3Content content = new S3Content(node, bucket, key, in);
        if (node.size() <= SMALL) {
            try (in) {
                content.bytes = in.readNBytes((int) node.size());
                content.live = null;
                if (content.bytes.length < node.size()) {
                    throw new EOFException("the object ends before its length");
                }
                // Only behind its end the connection is free for the next request.
                in.read();
            } catch (IOException | SdkException e) {
                in.abort();
                throw S3Errors.of(e, "read", node.path());
            }
        }
        return content;
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
                byte[] all = bytes;
                if (closed) {
                    throw new IOException("the content is closed");
                }
                if (all != null) {
                    return new ByteArrayInputStream(all, (int) range.offset(), (int) range.length());
                }
                if (range.length() == 0) {
                    return InputStream.nullInputStream();
                }
                try {
                    seek(range);
                } catch (IOException | SdkException e) {
                    throw failure(e);
                }
                return new Stream(range.length());
            }
        };
    }

    private void seek(ByteRange range) throws IOException {
        ResponseInputStream<GetObjectResponse> in = live;
        if (in != null && range.offset() >= position && range.offset() - position <= SKIPPED && range.end() <= end) {
            in.skipNBytes(range.offset() - position);
        } else {
            drop();
            String wanted = "bytes=" + range.offset() + "-" + (range.end() - 1);
            in = bucket.get(key, wanted, node.etag(), "read", node.path());
            live = in;
            end = range.end();
            Long length = in.response().contentLength();
            if (closed || length == null || length != range.length()) {
                drop();
                throw new IOException("the service does not give the range that was asked for");
            }
        }
        position = range.offset();
    }

    private FsException failure(Exception e) {
        FsException.Kind kind = S3Errors.kind(e);
        // Another version, or none, is at the path by now.
        return kind == FsException.Kind.PRECONDITION_FAILED || kind == FsException.Kind.NOT_FOUND
                ? new FsException(FsException.Kind.IO, "read", node.path(), e)
                : S3Errors.of(e, "read", node.path());
    }

    private void drop() {
        ResponseInputStream<GetObjectResponse> in = live;
        live = null;
        if (in != null) {
            // Closing would read the rest first.
            in.abort();
        }
    }

    private final class Stream extends InputStream {
        private long left;

        Stream(long length) {
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (length == 0 || left == 0) {
                return length == 0 ? 0 : -1;
            }
            try {
                ResponseInputStream<GetObjectResponse> in = live;
                if (in == null) {
                    throw new IOException("the content is closed");
                }
                int count = in.read(buffer, offset, (int) Math.min(length, left));
                if (count < 0) {
                    throw new EOFException(left + " bytes are missing");
                }
                left -= count;
                position += count;
                if (position == end) {
                    release(in);
                }
                return count;
            } catch (IOException | SdkException e) {
                throw failure(e);
            }
        }

        /** Behind its last byte an answer ends, and the connection is free for another request. */
        private void release(ResponseInputStream<GetObjectResponse> in) throws IOException {
            live = null;
            in.read();
            in.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        drop();
    }
}
