package dev.packhorse.route;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One operation of a {@link Store} on its way through a route.
 *
 * @param operation which one
 * @param path what it is about
 * @param target the other end of a copy or move
 * @param action runs it
 * @param <R> what it returns
 */
public record FsCall<R>(
        Operation operation, FsPath path, @Nullable FsPath target, Action<R> action) {

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
    public interface Action<R> {
        R run(Store store) throws FsException;
    }

    /** Runs the call. A failure that is an answer becomes part of the outcome; one of the back end is thrown. */
    Outcome<R> run(Store store) throws FsException {
        try {
            return new Outcome<>(action.run(store), null);
        } catch (FsException e) {
            if (isFailure(e.kind())) {
                throw e;
            }
            return new Outcome<>(null, e);
        }
    }

    private static boolean isFailure(FsException.Kind kind) {
        return switch (kind) {
            case UNAVAILABLE, TIMEOUT, BUSY, IO -> true;
            case NOT_FOUND,
                    ALREADY_EXISTS,
                    IS_A_DIRECTORY,
                    NOT_A_DIRECTORY,
                    NOT_EMPTY,
                    PERMISSION_DENIED,
                    INVALID_NAME,
                    PRECONDITION_FAILED,
                    STALE,
                    UNSUPPORTED,
                    TOO_LARGE,
                    NO_SPACE -> false;
        };
    }

    /** What travels back: a value, or the answer that there is none. */
    record Outcome<R>(@Nullable R value, @Nullable FsException answer) {

        R valueOrThrow() throws FsException {
            if (answer != null) {
                throw answer;
            }
            return Objects.requireNonNull(value);
        }
    }
}
