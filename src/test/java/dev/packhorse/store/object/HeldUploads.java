package dev.packhorse.store.object;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Uploads at the same time to a service that answers none of them for a while; how much of their bodies has been read by then. */
public final class HeldUploads implements AutoCloseable {

    /** Bytes of each body. */
    public static final int LENGTH = 9 << 20;

    /** What goes up under one number. */
    @FunctionalInterface
    public interface Task {
        void run(int number, Body body) throws FsException;
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> uploads = new ArrayList<>();
    private final AtomicLong read = new AtomicLong();
    private final CountDownLatch released = new CountDownLatch(1);

    /** Begins so many. */
    public void begin(int count, Task upload) {
        for (int i = 0; i < count; i++) {
            int number = i;
            uploads.add(threads.submit(() -> {
                upload.run(number, new Zeros());
                return null;
            }));
        }
    }

    /** Waits in a thread of the service until {@link #release}. */
    public void hold() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets the service answer. */
    public void release() {
        released.countDown();
    }

    /** Bytes that were taken from all bodies together. */
    public long read() {
        return read.get();
    }

    /** What becomes of each. */
    public List<Future<?>> uploads() {
        return uploads;
    }

    @Override
    public void close() {
        release();
        threads.shutdownNow();
    }

    private final class Zeros implements Body {
        @Override
        public long length() {
            return UNKNOWN;
        }

        @Override
        public InputStream open() {
            return new InputStream() {
                private int left = LENGTH;

                @Override
                public int read() {
                    return read(new byte[1], 0, 1) < 0 ? -1 : 0;
                }

                @Override
                public int read(byte[] buffer, int offset, int length) {
                    int count = left == 0 ? -1 : Math.min(left, length);
                    left -= Math.max(0, count);
                    read.addAndGet(Math.max(0, count));
                    return count;
                }
            };
        }
    }
}
