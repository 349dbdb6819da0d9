package dev.packhorse.change.webhook;

import dev.packhorse.change.Change;
import dev.packhorse.fs.FsPath;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Names a request: the same when it is sent again, and no other request has it. It is the name of the first change, a dash, and
 * 32 hexadecimal digits of the SHA-256 of all changes and of what they do at which path. One change may need many requests, and
 * not the same ones when it is tried again later; their place in the order says nothing.
 */
final class EventId {

    private static final int DIGEST_BYTES = 16;

    private final String first;
    private final MessageDigest digest;

    EventId(List<Change> changes) {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        first = changes.get(0).eventId();
        changes.forEach(change -> line(change.eventId()));
    }

    /** One more path that is written, or deleted. */
    EventId with(FsPath path, boolean gone) {
        line((gone ? "-" : "+") + path);
        return this;
    }

    private void line(String text) {
        digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The whole name; nothing may be added any more. */
    String text() {
        return first + "-" + HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
    }
}
