package dev.packhorse.store.vfs;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ExactStream;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Node;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.commons.vfs2.FileObject;
import org.jspecify.annotations.Nullable;

/** A file in the hands of a manager, which is given back when this is closed. */
final class ObjectContent implements Content {

    private final Node node;
    private final FileObject file;
    private final ManagerPool.Lease lease;
    private final VfsErrors errors;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** Held while a stream is opened: whoever closes meanwhile, from another thread, must not give the manager away. */
    private final ReentrantLock opening = new ReentrantLock();

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
                opening.lock();
                try {
                    return new ExactStream(at(range.offset()), range.length()) {
                        @Override
                        protected void passed(long count, long left) {
                            position += count;
                        }

                        @Override
                        protected IOException failure(IOException e) {
                            return errors.of(e, "read", node.path());
                        }

                        @Override
                        public void close() {
                            // The next body may go on where this one ends.
                        }
                    };
                } catch (IOException e) {
                    throw errors.of(e, "read", node.path());
                } finally {
                    opening.unlock();
                }
            }
        };
    }

    /** By reading on, or from the start again: seeking is what providers do worst. */
    private InputStream at(long offset) throws IOException {
        if (closed.get()) {
            throw new FsException(Kind.UNAVAILABLE, "read", node.path());
        }
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

    @Override
    public void close() throws FsException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try (lease) {
            if (!opening.tryLock()) {
                lease.spoil();
                return;
            }
            try {
                end();
            } finally {
                opening.unlock();
            }
        } catch (IOException e) {
            if (position >= node.size()) {
                throw errors.of(e, "read", node.path());
            }
        }
    }

    private void end() throws IOException {
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
    }
}
