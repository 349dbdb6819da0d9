package dev.packhorse.fs;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The one failure of a file operation.
 *
 * <p>Stores map whatever goes wrong into a {@link Kind}; each front maps the kind outward with a {@code switch} without
 * {@code default}. The message holds kind, operation and path only: it may be shown to a client. What the back end said is
 * in the cause, for the log.
 */
public final class FsException extends IOException {

    /** The closed set of things that go wrong. */
    public enum Kind {
        /** Nothing is at the path, or a parent is missing. */
        NOT_FOUND,
        /** Something is where nothing may be. */
        ALREADY_EXISTS,
        /** A directory is where a file was expected. */
        IS_A_DIRECTORY,
        /** A file or symlink is where a directory was expected. */
        NOT_A_DIRECTORY,
        /** A directory has children where it must have none. */
        NOT_EMPTY,
        /** The store, or a rule of the gateway, does not allow it. */
        PERMISSION_DENIED,
        /** The name or the path cannot be held, or an argument makes no sense. */
        INVALID_NAME,
        /** An ETag, a date or a must-not-exist did not hold. */
        PRECONDITION_FAILED,
        /** The change timestamp is older than the one on record. */
        STALE,
        /** The store cannot do this at all. */
        UNSUPPORTED,
        /** Larger than the store or the gateway takes. */
        TOO_LARGE,
        /** No room left. */
        NO_SPACE,
        /** Somebody else holds it. */
        BUSY,
        /** No answer in time. */
        TIMEOUT,
        /** The back end cannot be reached. */
        UNAVAILABLE,
        /** Anything else; always unexpected. */
        IO
    }

    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final String operation;
    private final FsPath path;

    /**
     * A failure without a cause.
     *
     * @param kind what went wrong
     * @param operation the operation of {@link Store}, in its Java spelling
     * @param path the path as the caller named it
     */
    public FsException(Kind kind, String operation, FsPath path) {
        this(kind, operation, path, null);
    }

    /** As above, with what the back end said. */
    public FsException(Kind kind, String operation, FsPath path, @Nullable Throwable cause) {
        super(kind + " in " + operation + " of " + path, cause);
        this.kind = kind;
        this.operation = operation;
        this.path = path;
    }

    /** Nothing: most of these are answers, made by the thousand, and what is unexpected has a cause with a trace. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // there is no state to guard
    public Throwable fillInStackTrace() {
        return this;
    }

    public Kind kind() {
        return kind;
    }

    public String operation() {
        return operation;
    }

    public FsPath path() {
        return path;
    }
}
