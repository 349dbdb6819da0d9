package dev.packhorse.store.vfs.ftp;

import java.io.IOException;

/** A reply that says no. The connection it came over is as good as before. */
final class RefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Reply reply;

    RefusedException(Reply reply) {
        super(reply.text());
        this.reply = reply;
    }

    Reply reply() {
        return reply;
    }
}
