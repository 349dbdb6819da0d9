package dev.packhorse.store.gcs;

import com.google.cloud.storage.StorageException;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Node;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One generation of an object.
 *
 * <p>It is opened with its first byte read. A body that begins where that answer stands, or a little behind, is read from it; any
 * other by a further request for the range of that generation: if it is gone by then, that body fails. A small object is read
 * at once.
 */
final class GcsContent implements Content {

    /** Most bytes of an object that is read at once. */
    private static final int SMALL = 64 * 1024;

    /** Most bytes that are read for nothing to save a request. */
    private static final int SKIPPED = 64 * 1024;

    private final Node node;
    private final GcsBucket bucket;
    private final String key;
    private final long generation;
    private byte @Nullable [] bytes;
    private volatile @Nullable InputStream live;
    private volatile boolean closed;
    private long position;
    private long end;

    private GcsContent(Node node, GcsBucket bucket, String key, long generation) {
        this.node = node;
        this.bucket = bucket;
        this.key = key;
        this.generation = generation;
    }

    /**
     * Opens a generation.
     *
     * @throws FsException {@code NOT_FOUND} if there is another, or none, by now
     */
    static GcsContent open(Node node, GcsBucket bucket, String key, long generation) throws FsException {
        GcsContent content = new GcsContent(node, bucket, key, generation);
        if (node.size() == 0) {
            content.bytes = new byte[0];
            return content;
        }
        boolean opened = false;
        try {
            InputStream in = content.request(new ByteRange(0, node.size()));
            if (node.size() <= SMALL) {
                byte[] all = in.readNBytes((int) node.size());
                if (all.length < node.size()) {
                    throw new EOFException("the object ends before its length");
                }
                content.bytes = all;
                content.drop();
            } else {
                in.mark(1);
                if (in.read() < 0) {
                    throw new EOFException("the object ends before its length");
                }
                in.reset();
            }
            opened = true;
            return content;
        } catch (IOException | StorageException e) {
            throw GcsErrors.of(e, "read", node.path());
        } finally {
            if (!opened) {
                content.close();
            }
        }
    }

    private InputStream request(ByteRange range) throws IOException {
        InputStream in = new BufferedInputStream(bucket.open(key, generation, range), SMALL);
        live = in;
        position = range.offset();
        end = range.end();
        return in;
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
                } catch (IOException | StorageException e) {
                    throw failure(e);
                }
                return new Stream(range.length());
            }
        };
    }

    private void seek(ByteRange range) throws IOException {
        InputStream in = live;
        if (in != null && range.offset() >= position && range.offset() - position <= SKIPPED && range.end() <= end) {
            in.skipNBytes(range.offset() - position);
            position = range.offset();
        } else {
            drop();
            request(range);
        }
    }

    private FsException failure(Exception e) {
        // Another generation, or none, is at the path by now.
        return GcsErrors.kind(e) == Kind.NOT_FOUND
                ? new FsException(Kind.IO, "read", node.path(), e)
                : GcsErrors.of(e, "read", node.path());
    }

    private void drop() throws IOException {
        InputStream in = live;
        live = null;
        if (in != null) {
            in.close();
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
                InputStream in = live;
                if (in == null) {
                    throw new IOException("the content is closed");
                }
                int count = in.read(buffer, offset, (int) Math.min(length, left));
                if (count < 0) {
                    throw new EOFException(left + " bytes are missing");
                }
                left -= count;
                position += count;
                return count;
            } catch (IOException | StorageException e) {
                throw failure(e);
            }
        }
    }

    @Override
    public void close() throws FsException {
        closed = true;
        try {
            drop();
        } catch (IOException e) {
            throw GcsErrors.of(e, "read", node.path());
        }
    }
}
