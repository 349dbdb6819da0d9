package dev.packhorse.route;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One operation of a {@link Store} on its way through a route, and what has become of it.
 *
 * <p>A store may answer it once. One that fails ({@code UNAVAILABLE}, {@code TIMEOUT}, {@code IO}) leaves it
 * to the next, for failover, unless it has begun to read the content to write, of which there is only one.
 *
 * @param <R> what the operation returns
 */
public final class FsCall<R> {

    /** The operations that travel, in the spelling of the header {@code PackhorseOperation}. */
    public enum Operation {
        STAT("stat"),
        LIST("list"),
        WALK("walk"),
        READ("read"),
        WRITE("write"),
        MAKE_DIRECTORY("makeDirectory"),
        LINK("link"),
        CHANGE("change"),
        COPY("copy"),
        MOVE("move"),
        REMOVE("remove"),
        SPACE("space");

        private final String word;

        Operation(String word) {
            this.word = word;
        }

        /** The name of the method of {@link Store}. */
        public String word() {
            return word;
        }
    }

    /** What the call does to the store that it reaches. */
    @FunctionalInterface
    interface Action<R> {
        R run(Store store) throws FsException;
    }

    private enum State {
        WAITING,
        RUNNING,
        ANSWERED,
        ENDED
    }

    private final Operation operation;
    private final FsPath path;
    private final @Nullable FsPath target;
    private final @Nullable OnceBody content;
    private final Action<R> action;

    private State state = State.WAITING;
    private @Nullable R value;
    private @Nullable FsException failure;

    /**
     * A call that no store has seen.
     *
     * @param path what it is about
     * @param target the other end of a copy or move
     * @param content what it writes
     * @param action runs it
     */
    FsCall(Operation operation, FsPath path, @Nullable FsPath target, @Nullable OnceBody content, Action<R> action) {
        this.operation = operation;
        this.path = path;
        this.target = target;
        this.content = content;
        this.action = action;
    }

    public Operation operation() {
        return operation;
    }

    /** What the call is about. */
    public FsPath path() {
        return path;
    }

    /** The other end of a copy or move. */
    public @Nullable FsPath target() {
        return target;
    }

    /**
     * Lets a store answer. That something is missing or refused is an answer, kept for {@link #end}; the route sees only
     * failures of the back end.
     *
     * @throws FsException if the back end fails, or has failed before in the middle of the content
     * @throws IllegalStateException if the call has its answer, or nobody waits for it any more
     */
    void run(Store store) throws FsException {
        begin();
        R result = null;
        FsException problem = null;
        boolean returned = false;
        try {
            result = action.run(store);
            returned = true;
        } catch (FsException e) {
            problem = e;
            if (isFailure(e.kind())) {
                throw e;
            }
            returned = true;
        } finally {
            if (!returned(returned ? State.ANSWERED : State.WAITING, result, problem)) {
                close(result);
            }
        }
    }

    private synchronized void begin() throws FsException {
        switch (state) {
            case WAITING -> {
                if (content != null && content.opened()) {
                    throw failure != null ? failure : new FsException(FsException.Kind.IO, operation.word(), path);
                }
                state = State.RUNNING;
            }
            case RUNNING, ANSWERED ->
                throw new IllegalStateException(
                        operation.word() + " has a store that answers it: a route may pass a call to"
                                + " one store only, not to several by multicast or one after the other");
            case ENDED ->
                throw new IllegalStateException(operation.word() + " has ended: a route may not keep a call for later");
        }
    }

    private synchronized boolean returned(State next, @Nullable R result, @Nullable FsException problem) {
        if (state == State.ENDED) {
            return false;
        }
        state = next;
        value = result;
        failure = problem;
        return true;
    }

    /**
     * Ends the call, whatever still runs.
     *
     * @return what a store has answered
     * @param unasked what it is when no store has been asked
     * @throws FsException the answer that there is nothing to return; the failure of the last store that was tried;
     *     {@code TIMEOUT} if one is still at work
     */
    synchronized R end(FsException.Kind unasked) throws FsException {
        State last = state;
        state = State.ENDED;
        if (failure != null) {
            throw failure;
        }
        if (last != State.ANSWERED || value == null) {
            throw new FsException(last == State.RUNNING ? FsException.Kind.TIMEOUT : unasked, operation.word(), path);
        }
        return value;
    }

    /** Ends the call without an answer: what has been opened for it is closed, now or when the store returns it. */
    void abandon() {
        R unwanted;
        synchronized (this) {
            state = State.ENDED;
            unwanted = value;
            value = null;
        }
        close(unwanted);
    }

    private static void close(@Nullable Object unwanted) {
        if (unwanted instanceof Closeable closeable) {
            try {
                closeable.close();
            } catch (IOException e) {
                RouteStore.LOG.debug("what nobody waits for cannot be closed", e);
            }
        }
    }

    /** The operation and the path, for expressions and logs. */
    @Override
    public String toString() {
        return operation.word() + " " + path + (target == null ? "" : " to " + target);
    }

    /** Whether a back end has failed, rather than given an answer. */
    static boolean isFailure(FsException.Kind kind) {
        return switch (kind) {
            case UNAVAILABLE, TIMEOUT, IO -> true;
            case NOT_FOUND,
                    ALREADY_EXISTS,
                    IS_A_DIRECTORY,
                    NOT_A_DIRECTORY,
                    NOT_EMPTY,
                    PERMISSION_DENIED,
                    INVALID_NAME,
                    PRECONDITION_FAILED,
                    STALE,
                    BUSY,
                    UNSUPPORTED,
                    TOO_LARGE,
                    NO_SPACE -> false;
        };
    }
}
