package dev.packhorse.store.replay;

import java.io.IOException;

/** The connection was not there, or was gone before the first byte of an answer. */
final class LostException extends IOException {

    private static final long serialVersionUID = 1L;

    LostException(String message, IOException cause) {
        super(message, cause);
    }

    LostException(String message) {
        super(message);
    }
}
