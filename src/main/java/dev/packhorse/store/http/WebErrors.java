package dev.packhorse.store.http;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import javax.net.ssl.SSLException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;

/** What statuses and lost connections mean to who asked for a file. */
public final class WebErrors {

    private WebErrors() {}

    /** What a status means that is no success; a redirect that is not followed is {@code IO}. */
    public static FsException refused(int status, String operation, FsPath path) {
        return new FsException(kind(status), operation, path, new IOException("the server answered " + status));
    }

    private static Kind kind(int status) {
        return switch (status) {
            case 414 -> Kind.INVALID_NAME;
            case 401, 403 -> Kind.PERMISSION_DENIED;
            case 404, 410 -> Kind.NOT_FOUND;
            case 405, 501 -> Kind.UNSUPPORTED;
            case 408, 504 -> Kind.TIMEOUT;
            case 409, 423, 429 -> Kind.BUSY;
            case 412 -> Kind.PRECONDITION_FAILED;
            case 413 -> Kind.TOO_LARGE;
            case 502, 503 -> Kind.UNAVAILABLE;
            case 507 -> Kind.NO_SPACE;
            default -> Kind.IO;
        };
    }

    /** What a failure of a connection means, without a look at its cause; {@code null} if it is none of a connection. */
    public static @Nullable Kind lost(Throwable failure) {
        if (failure instanceof ConnectionRequestTimeoutException) {
            return Kind.BUSY;
        }
        if (failure instanceof SocketTimeoutException) {
            return Kind.TIMEOUT;
        }
        return failure instanceof ConnectException
                        || failure instanceof NoRouteToHostException
                        || failure instanceof UnknownHostException
                        || failure instanceof SocketException
                        || failure instanceof SSLException
                        || failure instanceof ConnectionClosedException
                        || failure instanceof NoHttpResponseException
                        || failure instanceof ClosedByInterruptException
                        || failure instanceof InterruptedIOException
                ? Kind.UNAVAILABLE
                : null;
    }
}
