package dev.packhorse.store.replay;

import java.io.IOException;

/** All connections that the device may have were in use for too long. */
final class BusyException extends IOException {

    private static final long serialVersionUID = 1L;

    BusyException() {
        super("all connections to the device have been in use for too long (option connections)");
    }
}
