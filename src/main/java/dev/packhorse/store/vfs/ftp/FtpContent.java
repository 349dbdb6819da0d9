package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Node;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file that the server is sending. One transfer from the start is open from the beginning, so that a file that is replaced
 * meanwhile is still read as it was. A body further ahead goes on with it, skipping a little where that is cheaper than asking
 * anew; one further back, or far ahead, asks with {@code REST}, and makes sure that it is still the same file.
 */
final class FtpContent implements Content {

    /** What is read for nothing rather than asking anew, in bytes: about what is on its way anyway. */
    private static final long SKIP = 256 * 1024;

    private final Node node;
    private final Reading reading;
    private final Connections.Lease lease;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** Held while commands are sent: whoever closes meanwhile, from another thread, must not give the connection to others. */
    private final ReentrantLock talking = new ReentrantLock();

    private volatile @Nullable Transfer transfer;
    private long position;

    FtpContent(Node node, Reading reading, Connections.Lease lease, Transfer transfer) {
        this.node = node;
        this.reading = reading;
        this.lease = lease;
        this.transfer = transfer;
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
                talking.lock();
                try {
                    Transfer running = range.length() == 0 ? null : at(range.offset());
                    return new Stream(running, range.end());
                } catch (IOException e) {
                    throw FtpErrors.of(e, "read", node.path());
                } finally {
                    talking.unlock();
                }
            }
        };
    }

    private Transfer at(long offset) throws IOException {
        if (closed.get()) {
            throw new FsException(Kind.UNAVAILABLE, "read", node.path());
        }
        Transfer running = transfer;
        if (running != null && offset >= position && offset - position <= SKIP) {
            byte[] buffer = new byte[8192];
            while (position < offset) {
                int count = running.read(buffer, 0, (int) Math.min(buffer.length, offset - position));
                if (count < 0) {
                    throw ended(running);
                }
                position += count;
            }
            return running;
        }
        if (running != null) {
            transfer = null;
            running.abort();
        }
        Transfer fresh = reading.resume(lease, node, offset);
        transfer = fresh;
        position = offset;
        return fresh;
    }

    /** The data connection is at its end before the file is. */
    private IOException ended(Transfer running) throws IOException {
        talking.lock();
        try {
            take();
            running.finish();
        } finally {
            talking.unlock();
        }
        return new IOException("the server sent " + position + " bytes of " + node.size());
    }

    /** All bytes are there: whether they are the file, the final reply says. */
    private void complete(Transfer running) throws IOException {
        byte[] one = new byte[1];
        talking.lock();
        try {
            take();
            if (running.read(one, 0, 1) >= 0) {
                // The file has grown since it was opened.
                running.abort();
            } else {
                running.finish();
            }
        } finally {
            talking.unlock();
        }
    }

    /** From here on whoever closes leaves the transfer to this thread. The connection may be somebody else's if one has before. */
    private void take() throws FsException {
        if (closed.get()) {
            throw new FsException(Kind.UNAVAILABLE, "read", node.path());
        }
        transfer = null;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            if (!talking.tryLock()) {
                lease.sever();
                return;
            }
            try {
                Transfer running = transfer;
                transfer = null;
                if (running == null || running.abort()) {
                    lease.close();
                } else {
                    lease.sever();
                }
            } finally {
                talking.unlock();
            }
        }
    }

    private final class Stream extends InputStream {
        private final @Nullable Transfer running;
        private final long end;
        private long next;

        Stream(@Nullable Transfer running, long end) {
            this.running = running;
            this.end = end;
            this.next = running == null ? end : position;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, buffer.length);
            Transfer from = running;
            if (length == 0) {
                return 0;
            }
            if (next == end || from == null) {
                return -1;
            }
            try {
                int count = from.read(buffer, offset, (int) Math.min(length, end - next));
                if (count < 0) {
                    throw ended(from);
                }
                next += count;
                position = next;
                if (next == node.size()) {
                    complete(from);
                }
                return count;
            } catch (IOException e) {
                throw FtpErrors.of(e, "read", node.path());
            }
        }

        @Override
        public int available() {
            return 0;
        }
    }
}
