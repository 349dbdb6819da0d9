package dev.packhorse.store.sftp;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The connection ended before an answer came; whether the request was done is not known. */
final class ConnectionLostException extends IOException {

    private static final long serialVersionUID = 1L;

    ConnectionLostException(@Nullable Throwable cause) {
        super("the connection to the server is lost", cause);
    }
}
