package dev.packhorse.fs;

import java.io.Closeable;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Room on the disk for temporary files: bodies, listings and archives that do not fit into memory. Whoever writes such a file takes
 * room first, and gives it back with the file. There is one disk, so there is one of these for all, {@link #SHARED}; clients that
 * make the gateway write such files at the same time then fail one by one instead of filling the disk under everybody.
 */
public final class SpoolSpace {

    /** That of this process; without a limit until {@link #limit} sets one. */
    public static final SpoolSpace SHARED = new SpoolSpace();

    private final AtomicLong used = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile long limit = Long.MAX_VALUE;

    SpoolSpace() {}

    /**
     * Sets how much there is. What is taken already stays.
     *
     * @param bytes of all files together
     */
    public void limit(long bytes) {
        limit = bytes;
    }

    /** Bytes that are taken. */
    public long used() {
        return used.get();
    }

    /** How often there was not enough. */
    public long refused() {
        return refused.get();
    }

    /** Room for one file, none yet. */
    public Room room() {
        return new Room();
    }

    /** The room of one file. One thread takes, any thread may give it back. */
    public final class Room implements Closeable {

        private final AtomicLong taken = new AtomicLong();

        private Room() {}

        /**
         * Takes room for more bytes.
         *
         * @throws FsException {@code NO_SPACE} if there is not enough, and then nothing was taken
         */
        public void take(long bytes, String operation, FsPath path) throws FsException {
            if (used.addAndGet(bytes) > limit) {
                used.addAndGet(-bytes);
                refused.incrementAndGet();
                throw new FsException(FsException.Kind.NO_SPACE, operation, path);
            }
            taken.addAndGet(bytes);
        }

        /** Gives all of it back: the file is gone, or empty. */
        @Override
        public void close() {
            used.addAndGet(-taken.getAndSet(0));
        }
    }
}
