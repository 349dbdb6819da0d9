package dev.packhorse.policy.cache;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Questions that nobody waits for. When too many are due, more are dropped: who needs the answer asks for it then. */
final class Background {

    /** What a question is known by: the operation and its path. */
    record Due(String operation, FsPath path) {}

    /** A question. */
    @FunctionalInterface
    interface Task {
        void run() throws FsException;
    }

    /** Enough to keep what is in use fresh, too few to take a small server's connections from those who wait. */
    private static final int THREADS = 2;

    private static final int QUEUE = 256;
    private static final long IDLE_SECONDS = 10;

    private final Set<Due> due = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), task -> {
                Thread thread = new Thread(task, "cache-refresh");
                thread.setDaemon(true);
                return thread;
            });

    Background() {
        threads.allowCoreThreadTimeOut(true);
    }

    /** Does something once, however often it is asked for before it is done. */
    void submit(Due key, Task task) {
        if (!due.add(key)) {
            return;
        }
        try {
            threads.execute(() -> {
                try {
                    task.run();
                } catch (FsException e) {
                    // Whoever asks next is told.
                } finally {
                    due.remove(key);
                }
            });
        } catch (RejectedExecutionException e) {
            due.remove(key);
        }
    }

    /** Ends what is under way. */
    void close() {
        threads.shutdownNow();
    }
}
