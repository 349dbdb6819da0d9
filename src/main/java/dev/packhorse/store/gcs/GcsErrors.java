package dev.packhorse.store.gcs;

import com.google.cloud.BaseServiceException;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What the service or the network says, as a kind.
 *
 * <p>The status decides. That the bucket is gone is {@code UNAVAILABLE}: nothing is known about the path.
 */
final class GcsErrors {

    /** What a 404 says when it is not the object that is missing; the reason is {@code notFound} for both. */
    private static final String NO_BUCKET = "bucket does not exist";

    private GcsErrors() {}

    /** The failure as the caller sees it; one that has a kind already keeps it. */
    static FsException of(Exception failure, String operation, FsPath path) {
        return failure instanceof FsException known ? known : new FsException(kind(failure), operation, path, failure);
    }

    static Kind kind(Exception failure) {
        if (failure instanceof FsException known) {
            return known.kind();
        }
        boolean network = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BaseServiceException answer && answer.getCode() >= 400) {
                return kind(answer);
            }
            if (cause instanceof SocketTimeoutException) {
                return Kind.TIMEOUT;
            }
            network |= cause instanceof IOException;
        }
        return network ? Kind.UNAVAILABLE : Kind.IO;
    }

    private static Kind kind(BaseServiceException answer) {
        return switch (answer.getCode()) {
            case 404 -> isAboutTheBucket(answer) ? Kind.UNAVAILABLE : Kind.NOT_FOUND;
            case 401, 403 -> Kind.PERMISSION_DENIED;
            case 409 -> Kind.BUSY;
            case 408, 504 -> Kind.TIMEOUT;
            case 412 -> Kind.PRECONDITION_FAILED;
            case 413 -> Kind.TOO_LARGE;
            case 414 -> Kind.INVALID_NAME;
            case 501 -> Kind.UNSUPPORTED;
            case 507 -> Kind.NO_SPACE;
            case 410, 429, 500, 502, 503 -> Kind.UNAVAILABLE;
            default -> Kind.IO;
        };
    }

    private static boolean isAboutTheBucket(BaseServiceException answer) {
        return answer.getMessage() != null && answer.getMessage().contains(NO_BUCKET);
    }

    /**
     * What an operator can mend, in words; {@code null} for what may pass by itself.
     *
     * @param failure of a request for a listing of the bucket
     */
    static @Nullable String refusal(FsException failure) {
        if (failure.getCause() instanceof BaseServiceException answer && answer.getCode() == 404) {
            return "there is no such bucket";
        }
        return switch (failure.kind()) {
            case UNAVAILABLE, TIMEOUT, BUSY -> null;
            case PERMISSION_DENIED -> "access is refused: look at the credentials and their roles";
            case NOT_FOUND,
                    ALREADY_EXISTS,
                    IS_A_DIRECTORY,
                    NOT_A_DIRECTORY,
                    NOT_EMPTY,
                    INVALID_NAME,
                    PRECONDITION_FAILED,
                    STALE,
                    UNSUPPORTED,
                    TOO_LARGE,
                    NO_SPACE,
                    IO -> "look at its name, endpoint and credentials";
        };
    }
}
