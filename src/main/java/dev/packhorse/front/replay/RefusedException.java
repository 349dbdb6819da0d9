package dev.packhorse.front.replay;

import dev.packhorse.fs.FsException;
import dev.packhorse.wire.replay.ReplayStatus;

/** A command that fails: the status to answer, and the HTTP status that says it in the log. */
final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final ReplayStatus status;
    private final int httpStatus;

    private RefusedException(ReplayStatus status, int httpStatus) {
        super(status.toString(), null, false, false);
        this.status = status;
        this.httpStatus = httpStatus;
    }

    ReplayStatus status() {
        return status;
    }

    int httpStatus() {
        return httpStatus;
    }

    /** Nothing is there, or nothing that this client may see. */
    static RefusedException noSuchFile() {
        return new RefusedException(ReplayStatus.NO_SUCH_FILE, 404);
    }

    /** Something is there already. */
    static RefusedException exists() {
        return new RefusedException(ReplayStatus.FILE_EXISTS, 409);
    }

    /** Not here, or not in this form. */
    static RefusedException notAllowed() {
        return new RefusedException(ReplayStatus.NO_PERMISSION, 403);
    }

    /** The file has been changed by somebody else, or the directory is not empty. */
    static RefusedException conflict() {
        return new RefusedException(ReplayStatus.NO_PERMISSION, 409);
    }

    /** What has no room of its own. */
    static RefusedException noVolume() {
        return new RefusedException(ReplayStatus.NO_VOLUME, 404);
    }

    /**
     * An argument is missing or makes no sense, or the body does. Of HTTPFS no code is known for that; this one is the guide's, of
     * the same devices.
     */
    static RefusedException badRequest() {
        return new RefusedException(ReplayStatus.BAD_REQUEST, 400);
    }

    /**
     * The status for a failure of a store. Clients know three: whatever is neither missing nor in the way is a lack of permission.
     */
    static RefusedException of(FsException failure) {
        return switch (failure.kind()) {
            case NOT_FOUND, NOT_A_DIRECTORY, IS_A_DIRECTORY, INVALID_NAME -> noSuchFile();
            case ALREADY_EXISTS, PRECONDITION_FAILED -> exists();
            case PERMISSION_DENIED -> notAllowed();
            case NOT_EMPTY, STALE, BUSY -> conflict();
            case UNSUPPORTED -> new RefusedException(ReplayStatus.NO_PERMISSION, 501);
            case TOO_LARGE -> new RefusedException(ReplayStatus.NO_PERMISSION, 413);
            case NO_SPACE -> new RefusedException(ReplayStatus.NO_PERMISSION, 507);
            case TIMEOUT -> new RefusedException(ReplayStatus.NO_PERMISSION, 504);
            case UNAVAILABLE -> new RefusedException(ReplayStatus.NO_PERMISSION, 503);
            case IO -> new RefusedException(ReplayStatus.NO_PERMISSION, 502);
        };
    }
}
