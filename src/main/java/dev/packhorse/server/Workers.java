package dev.packhorse.server;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The threads that may block: virtual ones from JDK 21 on, a bounded pool before. */
public final class Workers implements Executor, AutoCloseable {

    private final Executor executor;
    private final Runnable stop;

    private Workers(Executor executor, Runnable stop) {
        this.executor = executor;
        this.stop = stop;
    }

    /**
     * Starts the workers.
     *
     * @param threads how many platform threads at most, where there are no virtual ones
     */
    public static Workers start(int threads) {
        if (Runtime.version().feature() >= 21) {
            ExecutorService virtual = virtual();
            return new Workers(virtual, virtual::shutdownNow);
        }
        WorkerPool pool = new WorkerPool(threads, Runtime.getRuntime().availableProcessors());
        return new Workers(pool, pool::close);
    }

    private static ExecutorService virtual() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("this JDK has no virtual threads after all", e);
        }
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(task);
    }

    /** Interrupts what still runs. */
    @Override
    public void close() {
        stop.run();
    }
}
