package dev.packhorse.store.sftp;

import java.io.IOException;

/** The server's answer that it did not do something (draft-ietf-secsh-filexfer-02, 7). */
final class StatusException extends IOException {

    static final int EOF = 1;
    static final int NO_SUCH_FILE = 2;
    static final int PERMISSION_DENIED = 3;
    static final int FAILURE = 4;

    private static final long serialVersionUID = 1L;

    private final int code;

    StatusException(int code, String text) {
        super("the server says: " + text + " (status " + code + ")");
        this.code = code;
    }

    int code() {
        return code;
    }

    /** Nothing: most of these are answers. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // there is no state to guard
    public Throwable fillInStackTrace() {
        return this;
    }
}
