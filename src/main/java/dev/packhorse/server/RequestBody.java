package dev.packhorse.server;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request between the event loop that receives it and the worker that reads it: a bounded queue. The socket
 * is not read while the queue is full.
 */
final class RequestBody implements Body {

    private static final int HIGH_WATER = 512 << 10;
    private static final int LOW_WATER = 128 << 10;

    /** Bytes that are held at most: a full queue, and what is read before it is seen to be full. */
    static final int MOST_HELD = HIGH_WATER + (64 << 10);

    /** A client may cut its body into chunks of a byte, and each costs a hundred. */
    private static final int MAX_PARTS = 4096;

    /** What the connection does for its body. */
    interface Socket {
        /** The worker wants the body: let a waiting client send. */
        void want();

        /** There is room in the queue again. */
        void resume();
    }

    private final long length;
    private final long limit;
    private final Socket socket;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuf> queue = new ArrayDeque<>();
    private int queued;
    private long received;
    private boolean complete;
    private boolean discarding;
    private boolean paused;
    private boolean opened;
    private @Nullable IOException failure;

    /**
     * A body that is about to arrive.
     *
     * @param length declared number of bytes, {@link Body#UNKNOWN} for chunks
     * @param limit more bytes than these are refused
     */
    RequestBody(long length, long limit, Socket socket) {
        this.length = length;
        this.limit = limit;
        this.socket = socket;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public InputStream open() throws IOException {
        lock.lock();
        try {
            if (opened) {
                throw new IOException("the body of a request can be read once only");
            }
            opened = true;
        } finally {
            lock.unlock();
        }
        socket.want();
        return new Stream();
    }

    /** Takes over bytes from the event loop. Returns whether there is room for more. */
    boolean offer(ByteBuf bytes) {
        lock.lock();
        try {
            received += bytes.readableBytes();
            if (received > limit && failure == null) {
                failure = new FsException(FsException.Kind.TOO_LARGE, "read", FsPath.ROOT);
                discard();
            }
            if (discarding || !bytes.isReadable()) {
                bytes.release();
                return true;
            }
            queue.add(bytes);
            queued += bytes.readableBytes();
            // Once paused, it takes a resume to read again: not to be forgotten because the worker is halfway down.
            paused |= queued >= HIGH_WATER || queue.size() >= MAX_PARTS;
            changed.signal();
            return !paused;
        } finally {
            lock.unlock();
        }
    }

    /** All of it has arrived. */
    void complete() {
        lock.lock();
        try {
            complete = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** No more will arrive. What has arrived is dropped: a part of a body is worth nothing. */
    void fail(IOException cause) {
        lock.lock();
        try {
            if (!complete && failure == null) {
                failure = cause;
                discard();
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody will read what is left of it. */
    void abandon() {
        lock.lock();
        try {
            discard();
        } finally {
            lock.unlock();
        }
    }

    boolean isComplete() {
        lock.lock();
        try {
            return complete;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the event loop has stopped reading the socket because of this body. */
    boolean isPaused() {
        lock.lock();
        try {
            return paused;
        } finally {
            lock.unlock();
        }
    }

    long received() {
        lock.lock();
        try {
            return received;
        } finally {
            lock.unlock();
        }
    }

    private void discard() {
        discarding = true;
        for (ByteBuf bytes : queue) {
            bytes.release();
        }
        queue.clear();
        queued = 0;
        unpause();
    }

    private void unpause() {
        if (paused) {
            paused = false;
            socket.resume();
        }
    }

    private final class Stream extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            Objects.checkFromIndexSize(offset, count, target.length);
            if (count == 0) {
                return 0;
            }
            lock.lock();
            try {
                while (queue.isEmpty()) {
                    if (failure != null) {
                        throw failure;
                    }
                    if (complete) {
                        return -1;
                    }
                    if (discarding) {
                        throw new IOException("stream closed");
                    }
                    changed.await();
                }
                int copied = 0;
                while (copied < count) {
                    ByteBuf head = queue.peek();
                    if (head == null) {
                        break;
                    }
                    int step = Math.min(count - copied, head.readableBytes());
                    head.readBytes(target, offset + copied, step);
                    copied += step;
                    queued -= step;
                    if (!head.isReadable()) {
                        queue.remove().release();
                    }
                }
                if (queued <= LOW_WATER && queue.size() <= MAX_PARTS / 4) {
                    unpause();
                }
                return copied;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while a request body was read");
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int available() {
            lock.lock();
            try {
                return queued;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            abandon();
        }
    }
}
