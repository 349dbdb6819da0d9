package dev.packhorse.server;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pool of platform threads that keeps few of them hot.
 *
 * <p>A pool of the JDK wakes a sleeping thread for each task; where a task takes ten microseconds, half of the time goes into
 * that. Here a task wakes a thread only while fewer than one a processor are awake: those that are will come for it. Tasks may
 * block, though, so while tasks wait a watchman looks every millisecond. Threads that have been at one task for so long no
 * longer count as awake, and others take their place; those that compute get some more time, since company would only take
 * the processor from them. Where nobody fetches anything, twice as many threads are woken each time until somebody does.
 * Threads sleep in a stack, so that those which ran last run next.
 */
final class WorkerPool implements Executor, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(WorkerPool.class);
    private static final long WATCH_NANOS = 1_000_000;

    /** A task that computes for longer gets company: others shall not wait for the end of it. */
    private static final long COMPUTE_NANOS = 10 * WATCH_NANOS;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final boolean SHOWS_PROCESSOR_TIME =
            THREADS.isThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();
    private static final int SPINS = 8;

    private final int most;
    private final int hot;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    /** Threads that are neither asleep nor away at a task that takes long. */
    private final AtomicInteger awake = new AtomicInteger();
    /** Moves on with each task that is fetched; read only to see whether it has. */
    private final LongAdder fetched = new LongAdder();

    private final Object guard = new Object();
    private final ArrayDeque<Worker> asleep = new ArrayDeque<>();
    private final List<Worker> workers = new ArrayList<>();
    private volatile boolean closed;
    private volatile boolean watching;
    private final Thread watchman;

    /**
     * A pool without threads yet.
     *
     * @param most threads at most
     * @param hot threads that may be awake without a task having waited
     */
    WorkerPool(int most, int hot) {
        this.most = most;
        this.hot = Math.min(hot, most);
        watchman = new Thread(this::watch, "workers-watch");
        watchman.setDaemon(true);
        watchman.start();
    }

    @Override
    public void execute(Runnable task) {
        waiting.incrementAndGet();
        tasks.add(task);
        if (awake.get() < hot) {
            wake();
        } else if (!watching) {
            watching = true;
            LockSupport.unpark(watchman);
        }
    }

    /** Wakes one thread, or starts one. Returns false if all are awake. */
    private boolean wake() {
        Worker worker;
        synchronized (guard) {
            if (closed) {
                return false;
            }
            worker = asleep.poll();
            if (worker == null) {
                if (workers.size() == most) {
                    return false;
                }
                worker = new Worker("worker-" + (workers.size() + 1));
                worker.called = true;
                awake.incrementAndGet();
                try {
                    worker.start();
                } catch (OutOfMemoryError e) {
                    // No more threads for this process: those that there are will come for the task.
                    awake.decrementAndGet();
                    if (workers.isEmpty()) {
                        throw e;
                    }
                    LOG.error("cannot start another worker", e);
                    return false;
                }
                workers.add(worker);
                return true;
            }
            worker.called = true;
            awake.incrementAndGet();
        }
        LockSupport.unpark(worker);
        return true;
    }

    private void watch() {
        long seen = -1;
        int call = 1;
        while (!closed) {
            if (waiting.get() == 0) {
                watching = false;
                if (waiting.get() == 0) {
                    LockSupport.park(this);
                }
                call = 1;
                seen = -1;
                continue;
            }
            LockSupport.parkNanos(this, WATCH_NANOS);
            if (waiting.get() > 0) {
                excuseBusy();
                while (waiting.get() > 0 && awake.get() < hot && wake()) {
                    // in place of those that are away
                }
            }
            long now = fetched.sum();
            if (waiting.get() > 0 && now == seen) {
                for (int i = 0; i < call && wake(); i++) {
                    // each finds a task, or goes back to sleep
                }
                call = Math.min(call * 2, most);
            } else {
                call = 1;
            }
            seen = now;
        }
    }

    /** Ceases to count threads on that may be blocked: two slow uploads are no reason to let everything else wait. */
    private void excuseBusy() {
        long latest = System.nanoTime() - WATCH_NANOS;
        synchronized (guard) {
            workers.forEach(worker -> worker.excuse(latest));
        }
    }

    @Override
    public void close() {
        synchronized (guard) {
            closed = true;
            workers.forEach(Thread::interrupt);
        }
        LockSupport.unpark(watchman);
    }

    private final class Worker extends FastThreadLocalThread {

        private volatile boolean called;
        /** {@link System#nanoTime} at which its task began; 0 between tasks. */
        private volatile long busySince;

        private final AtomicBoolean away = new AtomicBoolean();

        /** The task that the watchman has seen last, by {@link #busySince}, and the processor time of the thread then. */
        private long seenTask;

        private long seenProcessorTime;

        Worker(String name) {
            super(name);
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!closed) {
                Runnable task = next();
                if (task == null) {
                    rest();
                    continue;
                }
                long start = System.nanoTime() | 1;
                busySince = start;
                try {
                    task.run();
                } catch (RuntimeException | Error e) {
                    LOG.error("a task failed unexpectedly", e);
                }
                busySince = 0;
                comeBack();
                if (!closed && Thread.interrupted()) {
                    LOG.debug("a task has left an interrupt behind, which would hit the next");
                }
                if (awake.get() > hot && System.nanoTime() - start < WATCH_NANOS) {
                    // A task as short as this waits for nothing: more than a thread a processor are in each other's
                    // way.
                    rest();
                }
            }
        }

        /** Counts this thread as awake no more if its task began before {@code latest}. */
        void excuse(long latest) {
            long since = busySince;
            if (since != 0 && since - latest < 0 && !computes(since, latest) && away.compareAndSet(false, true)) {
                awake.decrementAndGet();
                if (busySince != since) {
                    // It has finished meanwhile, and may have looked too early to see that it was away.
                    comeBack();
                }
            }
        }

        /** Whether a task has computed since the last look rather than waited; not for ever. */
        private boolean computes(long since, long latest) {
            if (!SHOWS_PROCESSOR_TIME || since - (latest - COMPUTE_NANOS) < 0) {
                return false;
            }
            long before = seenProcessorTime;
            seenProcessorTime = THREADS.getThreadCpuTime(getId());
            if (seenTask != since) {
                seenTask = since;
                return true;
            }
            // Others want the processor, too: a share will do.
            return seenProcessorTime - before > WATCH_NANOS / 8;
        }

        private void comeBack() {
            if (away.get() && away.compareAndSet(true, false)) {
                awake.incrementAndGet();
            }
        }

        @SuppressWarnings("ThreadPriorityCheck") // only a hint: who yields for nothing goes to sleep next
        private @Nullable Runnable next() {
            for (int i = 0; i <= SPINS; i++) {
                Runnable task = tasks.poll();
                if (task != null) {
                    waiting.decrementAndGet();
                    fetched.increment();
                    return task;
                }
                Thread.yield();
            }
            return null;
        }

        private void rest() {
            synchronized (guard) {
                called = false;
                asleep.push(this);
                awake.decrementAndGet();
            }
            // A task may have come between the last look and lying down, when its sender still saw this thread awake.
            if (waiting.get() > 0 && awake.get() < hot) {
                wake();
            }
            while (!called && !closed) {
                LockSupport.park(this);
            }
        }
    }
}
