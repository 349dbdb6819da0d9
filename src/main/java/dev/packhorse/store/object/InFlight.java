package dev.packhorse.store.object;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/**
 * Requests of one operation that go on at the same time. Used by the one thread that runs the operation.
 *
 * @param <T> what each of them gives
 */
public final class InFlight<T> {

    /** One request. */
    @FunctionalInterface
    public interface Task<T> {
        T run() throws FsException;
    }

    private static final Logger LOG = Logger.getLogger(InFlight.class);

    private final Executor threads;
    private final String operation;
    private final FsPath path;
    private final Deque<CompletableFuture<T>> running = new ArrayDeque<>();
    private final List<T> results = new ArrayList<>();
    private volatile boolean abandoned;

    public InFlight(Executor threads, String operation, FsPath path) {
        this.threads = threads;
        this.operation = operation;
        this.path = path;
    }

    /** Begins one more. */
    public void add(Task<T> task) throws FsException {
        add(task, () -> {});
    }

    /**
     * Begins one more.
     *
     * @param used what it needs, closed before it counts as done
     */
    public void add(Task<T> task, Closeable used) throws FsException {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                try {
                    result.complete(run(task, used));
                } catch (FsException | RuntimeException | Error e) {
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            throw new FsException(Kind.UNAVAILABLE, operation, path, e);
        }
        running.add(result);
    }

    private T run(Task<T> task, Closeable used) throws FsException {
        try {
            if (abandoned) {
                throw new FsException(Kind.UNAVAILABLE, operation, path);
            }
            return task.run();
        } finally {
            try {
                used.close();
            } catch (IOException e) {
                // What the task has done is done all the same.
                LOG.warnf(e, "what a request needed cannot be given back operation=%s path=%s", operation, path);
            }
        }
    }

    public boolean isEmpty() {
        return running.isEmpty();
    }

    /** Waits until no more than so many go on. */
    public void await(int most) throws FsException {
        while (running.size() > most) {
            try {
                results.add(running.element().get());
                running.remove();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FsException(Kind.UNAVAILABLE, operation, path, e);
            } catch (ExecutionException e) {
                Throwable cause = e.getCause();
                throw cause instanceof FsException known ? known : new FsException(Kind.IO, operation, path, cause);
            }
        }
    }

    /** Waits for the one that was begun first. */
    public void awaitOldest() throws FsException {
        await(running.size() - 1);
    }

    /** Waits for all; what they gave, in the order in which they were begun. */
    public List<T> results() throws FsException {
        await(0);
        return results;
    }

    /** Lets none begin any more, and waits for those that have; their outcome is of no interest. */
    public void abandon() {
        abandoned = true;
        for (CompletableFuture<T> one : running) {
            one.exceptionally(failure -> null).join();
        }
        running.clear();
    }
}
