package dev.packhorse.front.replay;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.wire.replay.ReplayStatus;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The answer of the front: made by one thread, then sent and closed by the listener, however the sending ended.
 *
 * @param httpStatus 200 for every command, whatever its status
 * @param mediaType what the head says, and nobody looks at
 * @param statusLine first line of the body with its line feed; empty for what is no command. It leaves in one chunk with the first
 *     of the data (INTEROP section 1)
 * @param data what follows
 * @param resource closed with this
 * @param account what was done, for log and metrics
 */
public record ReplayAnswer(
        int httpStatus, String mediaType, String statusLine, HttpBody data, Closeable resource, Account account)
        implements Closeable {

    /**
     * What was asked and what came of it.
     *
     * @param status the HTTP status that says what the status line says
     * @param operation name of the command
     * @param path as the client named it
     * @param export where its export is in the gateway
     */
    public record Account(
            int status,
            @Nullable String operation,
            @Nullable String path,
            @Nullable String export) {}

    private static final HttpBody NOTHING = HttpBody.of(new byte[0]);

    /** Success, and data. */
    static ReplayAnswer of(String mediaType, HttpBody data, Closeable resource) {
        return new ReplayAnswer(
                200, mediaType, ReplayStatus.OK.line() + "\n", data, resource, new Account(200, null, null, null));
    }

    /** Success, and a text. */
    static ReplayAnswer of(String text) {
        return of("text/plain", HttpBody.of(text.getBytes(StandardCharsets.UTF_8)), () -> {});
    }

    /** A status and nothing more. */
    static ReplayAnswer refused(RefusedException refusal) {
        return new ReplayAnswer(
                200,
                "text/plain",
                refusal.status().line() + "\n",
                NOTHING,
                () -> {},
                new Account(refusal.httpStatus(), null, null, null));
    }

    /** An answer to what is no command. */
    public static ReplayAnswer plain(int httpStatus, String mediaType, byte[] document) {
        return new ReplayAnswer(
                httpStatus, mediaType, "", HttpBody.of(document), () -> {}, new Account(httpStatus, null, null, null));
    }

    /** The same, of a command. */
    ReplayAnswer to(Command command, @Nullable String path, @Nullable String export) {
        return new ReplayAnswer(
                httpStatus,
                mediaType,
                statusLine,
                data,
                resource,
                new Account(account.status, command.word(), path, export));
    }

    @Override
    public void close() throws IOException {
        resource.close();
    }
}
