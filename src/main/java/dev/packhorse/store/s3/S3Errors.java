package dev.packhorse.store.s3;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.net.SocketTimeoutException;
import javax.xml.stream.XMLStreamException;
import org.apache.http.conn.ConnectTimeoutException;
import org.apache.http.conn.ConnectionPoolTimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;

/**
 * What the service or the network says, as a kind.
 *
 * <p>The status decides; the code of the error document only where one status stands for several things. That the bucket is gone
 * is {@code UNAVAILABLE}: nothing is known about the path.
 */
final class S3Errors {

    private S3Errors() {}

    /** The failure as the caller sees it; one that has a kind already keeps it. */
    static FsException of(Exception failure, String operation, FsPath path) {
        return failure instanceof FsException known ? known : new FsException(kind(failure), operation, path, failure);
    }

    static Kind kind(Exception failure) {
        if (failure instanceof FsException known) {
            return known.kind();
        }
        if (failure instanceof NoSuchBucketException) {
            return Kind.UNAVAILABLE;
        }
        if (failure instanceof AwsServiceException answer) {
            return kind(answer.statusCode(), code(answer));
        }
        if (failure instanceof ApiCallTimeoutException || failure instanceof ApiCallAttemptTimeoutException) {
            return Kind.TIMEOUT;
        }
        if (failure instanceof AbortedException) {
            return Kind.UNAVAILABLE;
        }
        return network(failure);
    }

    /** The SDK wraps what the HTTP client throws, more than once. */
    private static Kind network(Throwable failure) {
        boolean network = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectionPoolTimeoutException) {
                return Kind.BUSY;
            }
            if (cause instanceof SocketTimeoutException || cause instanceof ConnectTimeoutException) {
                return Kind.TIMEOUT;
            }
            // The others are an answer that breaks off in the middle of its document, and a client that has been
            // closed.
            network |= cause instanceof IOException
                    || cause instanceof XMLStreamException
                    || cause instanceof IllegalStateException;
        }
        return network ? Kind.UNAVAILABLE : Kind.IO;
    }

    private static Kind kind(int status, String code) {
        return switch (code) {
            case "NoSuchBucket" -> Kind.UNAVAILABLE;
            case "KeyTooLongError", "InvalidURI", "XMinioInvalidObjectName" -> Kind.INVALID_NAME;
            case "EntityTooLarge" -> Kind.TOO_LARGE;
            case "QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded" -> Kind.NO_SPACE;
            case "SlowDown", "RequestTimeTooSkewed" -> Kind.UNAVAILABLE;
            // A session that has ended, 400: nothing is known about the path.
            case "ExpiredToken", "InvalidToken", "TokenRefreshRequired" -> Kind.UNAVAILABLE;
            case "NoSuchUpload" -> Kind.IO;
            case "RequestTimeout" -> Kind.TIMEOUT;
            case "NotImplemented" -> Kind.UNSUPPORTED;
            default ->
                switch (status) {
                    case 404 -> Kind.NOT_FOUND;
                    case 401, 403 -> Kind.PERMISSION_DENIED;
                    case 409 -> Kind.BUSY;
                    case 412 -> Kind.PRECONDITION_FAILED;
                    case 413 -> Kind.TOO_LARGE;
                    case 414 -> Kind.INVALID_NAME;
                    case 501 -> Kind.UNSUPPORTED;
                    case 507 -> Kind.NO_SPACE;
                    case 429, 500, 502, 503 -> Kind.UNAVAILABLE;
                    case 504 -> Kind.TIMEOUT;
                    default -> Kind.IO;
                };
        };
    }

    /**
     * What an operator can mend, in words; {@code null} for what may pass by itself.
     *
     * @param failure of a request for a listing of the bucket
     */
    static @Nullable String refusal(FsException failure) {
        String code = failure.getCause() instanceof AwsServiceException answer ? code(answer) : "";
        return switch (code) {
            case "NoSuchBucket" -> "there is no such bucket";
            case "InvalidBucketName" -> "that is no name of a bucket";
            case "InvalidAccessKeyId" -> "the service does not know the access key";
            case "SignatureDoesNotMatch" -> "the secret key is wrong";
            case "AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException" ->
                "it is in another region: set the option region";
            default ->
                switch (failure.kind()) {
                    case UNAVAILABLE, TIMEOUT, BUSY -> null;
                    case PERMISSION_DENIED -> "access is refused: look at the credentials and the policy of the bucket";
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
                            IO -> "look at endpoint, path-style, credentials and region";
                };
        };
    }

    /** The code of the error document; empty where the answer has none, as to a HEAD. */
    static String code(AwsServiceException answer) {
        @Nullable AwsErrorDetails details = answer.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }
}
