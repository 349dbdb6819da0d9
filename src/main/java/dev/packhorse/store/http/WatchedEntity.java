package dev.packhorse.store.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.jspecify.annotations.Nullable;

/**
 * A request body that does not wait for ever for a server that takes nothing: sockets of the JDK have no timeout for that. One of
 * unknown length that fails breaks the connection off, so that what was sent of it never looks whole: the client would end its
 * chunks.
 */
public final class WatchedEntity extends HttpEntityWrapper {

    /** So much leaves by one call of the system. */
    private static final int BUFFER = 64 * 1024;

    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private final InputStream in;
    private final long length;
    private final long limit;
    private final Runnable breakOff;
    /** When the write began that is under way; 0 between writes, when it is the client's turn. */
    private volatile long since;

    private volatile boolean late;
    private volatile @Nullable IOException failure;

    /**
     * A body that is about to be sent.
     *
     * @param length how many bytes; -1 if nobody knows, and they are sent in chunks
     * @param type what is said of it; {@code null} for nothing
     * @param limit how long the server may take for one write
     * @param breakOff closes the connection
     */
    public WatchedEntity(InputStream in, long length, @Nullable ContentType type, Duration limit, Runnable breakOff) {
        super(new InputStreamEntity(in, length, type));
        this.in = in;
        this.length = length;
        this.limit = limit.toNanos();
        this.breakOff = breakOff;
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "packhorse-web-clock");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(10, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    /** Whether the server took too long. */
    public boolean isLate() {
        return late;
    }

    /** What the bytes have failed with, rather than the connection; {@code null} if they have not. */
    public @Nullable IOException failure() {
        return failure;
    }

    private void look() {
        long began = since;
        if (began != 0 && System.nanoTime() - began > limit) {
            late = true;
            breakOff.run();
        }
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        long step = Math.max(1, limit / 4);
        Future<?> watch = TIMER.scheduleWithFixedDelay(this::look, step, step, TimeUnit.NANOSECONDS);
        boolean whole = false;
        try {
            send(out);
            whole = true;
        } finally {
            watch.cancel(false);
            if (!whole && length < 0) {
                breakOff.run();
            }
        }
    }

    private int read(byte[] buffer, int most) throws IOException {
        try {
            return in.read(buffer, 0, most);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private void send(OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long left = length < 0 ? Long.MAX_VALUE : length;
        while (left > 0) {
            int count = read(buffer, (int) Math.min(buffer.length, left));
            if (count < 0) {
                if (length >= 0) {
                    throw new EOFException(left + " bytes are missing");
                }
                return;
            }
            left -= count;
            since = System.nanoTime() | 1;
            try {
                out.write(buffer, 0, count);
            } finally {
                since = 0;
            }
        }
    }
}
