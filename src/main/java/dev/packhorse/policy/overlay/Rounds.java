package dev.packhorse.policy.overlay;

import java.io.Closeable;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The background of the overlay: one thread, from the first store that needs it, for all of them. */
final class Rounds implements Closeable {

    /** With {@link Collector#ROUND} rows in each, a million rows are gone round in three days. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Map<Runnable, Future<?>> rounds = new ConcurrentHashMap<>();
    private @Nullable ScheduledThreadPoolExecutor thread;
    private boolean closed;

    synchronized void add(Runnable round) {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        ScheduledThreadPoolExecutor executor = thread;
        if (executor == null) {
            executor = new ScheduledThreadPoolExecutor(1, task -> {
                Thread made = new Thread(task, "overlay-rounds");
                made.setDaemon(true);
                return made;
            });
            executor.setRemoveOnCancelPolicy(true);
            thread = executor;
        }
        rounds.put(
                round,
                executor.scheduleWithFixedDelay(round, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    }

    void remove(Runnable round) {
        Future<?> future = rounds.remove(round);
        if (future != null) {
            future.cancel(false);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (thread != null) {
            thread.shutdownNow();
        }
    }
}
