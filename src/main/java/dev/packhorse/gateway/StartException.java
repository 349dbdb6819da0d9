package dev.packhorse.gateway;

import org.jspecify.annotations.Nullable;

/** The gateway cannot start, and the operator has to mend something. The message is one line that says what. */
final class StartException extends Exception {

    private static final long serialVersionUID = 1L;

    StartException(String message) {
        this(message, null);
    }

    StartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
