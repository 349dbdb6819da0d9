package dev.packhorse.store.http;

import java.io.FilterOutputStream;
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

/** A request body that does not wait for ever for a server that takes nothing: sockets of the JDK have no timeout for that. */
public final class WatchedEntity extends HttpEntityWrapper {

    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private final long limit;
    private final Runnable breakOff;
    /** When the write began that is under way; 0 between writes, when it is the client's turn. */
    private volatile long since;

    private volatile boolean late;

    /**
     * A body that is about to be sent.
     *
     * @param type what is said of it; {@code null} for nothing
     * @param limit how long the server may take for one write
     * @param breakOff closes the connection
     */
    public WatchedEntity(InputStream in, long length, @Nullable ContentType type, Duration limit, Runnable breakOff) {
        super(new InputStreamEntity(in, length, type));
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
        try {
            super.writeTo(new FilterOutputStream(out) {
                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    since = System.nanoTime() | 1;
                    try {
                        this.out.write(bytes, offset, length);
                    } finally {
                        since = 0;
                    }
                }
            });
        } finally {
            watch.cancel(false);
        }
    }
}
