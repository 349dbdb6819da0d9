package dev.packhorse.store.replay;

import java.io.IOException;

/** A command that changes the device was sent, and no answer came that can be understood: it may have been done or not. */
final class UnknownOutcomeException extends IOException {

    private static final long serialVersionUID = 1L;

    UnknownOutcomeException(Command command, IOException cause) {
        this(command.target().substring(1), cause);
    }

    /** The same of what is no command. */
    UnknownOutcomeException(String request, IOException cause) {
        super("whether the device has done " + request + " is not known; it is not sent again", cause);
    }
}
