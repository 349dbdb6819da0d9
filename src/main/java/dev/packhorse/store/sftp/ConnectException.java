package dev.packhorse.store.sftp;

import dev.packhorse.fs.FsException.Kind;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** No connection could be made; the message is one line for the operator, without secrets. */
final class ConnectException extends IOException {

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    ConnectException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
