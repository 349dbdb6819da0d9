package dev.packhorse.store.vfs;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Node;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.apache.commons.vfs2.FileObject;
import org.jspecify.annotations.Nullable;

/** A file in the hands of a manager, which is given back when this is closed. */
final class ObjectContent implements Content {

    private final Node node;
    private final FileObject file;
    private final ManagerPool.Lease lease;
    private final VfsErrors errors;
    private @Nullable InputStream live;
    private long position;

    /** Takes over the manager. The stream is opened at once: node and bytes belong together as far as the provider lets them. */
    ObjectContent(Node node, FileObject file, ManagerPool.Lease lease, VfsErrors errors) throws IOException {
        this.node = node;
        this.file = file;
        this.lease = lease;
        this.errors = errors;
        this.live = file.getContent().getInputStream();
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
                    return new Stream(at(range.offset()), range.length());
                } catch (IOException e) {
                    throw errors.of(e, "read", node.path());
                }
            }
        };
    }

    /** By reading on, or from the start again: seeking is what providers do worst. */
    private InputStream at(long offset) throws IOException {
        InputStream in = live;
        if (in == null || position > offset) {
            if (in != null) {
                in.close();
            }
            in = file.getContent().getInputStream();
            live = in;
            position = 0;
        }
        in.skipNBytes(offset - position);
        position = offset;
        return in;
    }

    private final class Stream extends InputStream {
        private final InputStream in;
        private long left;

        Stream(InputStream in, long length) {
            this.in = in;
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
                int count = in.read(buffer, offset, (int) Math.min(length, left));
                if (count < 0) {
                    throw new EOFException(left + " bytes are missing");
                }
                left -= count;
                position += count;
                return count;
            } catch (IOException e) {
                throw errors.of(e, "read", node.path());
            }
        }
    }

    @Override
    public void close() throws FsException {
        try (lease) {
            InputStream in = live;
            live = null;
            if (in != null && position < node.size()) {
                // Whoever stops in the middle cannot trust the connection.
                lease.spoil();
            }
            if (in != null) {
                in.close();
            }
            file.getContent().close();
        } catch (IOException e) {
            if (position >= node.size()) {
                throw errors.of(e, "read", node.path());
            }
        }
    }
}
