package dev.packhorse.store.replay;

import dev.packhorse.wire.replay.ReplayStatus;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What the device says after its status line, which was a success. Closing it closes the connection, at once. */
final class Answer implements Closeable {

    /** Longest line of an {@code ls}, {@code fstat} or {@code volinfo}; four times a name. */
    static final int MAX_LINE = 1024;

    /** A status line is one digit or eight (INTEROP section 3), and perhaps a carriage return. */
    private static final int STATUS = 9;

    private final Connection connection;
    private final AnswerInput in;

    private Answer(Connection connection, AnswerInput in) {
        this.connection = connection;
        this.in = in;
    }

    /**
     * Reads up to the end of the status line.
     *
     * @throws StatusException if it is no success
     * @throws IOException if what comes is no answer
     */
    static Answer read(Connection connection, Command command, boolean encrypted) throws IOException {
        AnswerInput in = AnswerInput.open(connection::read);
        if (!in.isEmpty()) {
            String line = in.lastLine(STATUS);
            if (line == null || (line.length() != 1 && line.length() != 8)) {
                throw new IOException("the answer does not begin with a status");
            }
            ReplayStatus status = status(line);
            if (status != ReplayStatus.OK) {
                throw new StatusException(command, line, status, encrypted);
            }
        }
        return new Answer(connection, in);
    }

    private static @Nullable ReplayStatus status(String line) throws IOException {
        try {
            return ReplayStatus.parse(line);
        } catch (NumberFormatException e) {
            throw new IOException("the answer does not begin with a status", e);
        }
    }

    /** From now on the device may take as long as it likes, if it is never silent: for content, which its reader may take slowly. */
    void unlimited() {
        connection.limit(null);
    }

    /** The next bytes, at least one; -1 at the end. */
    int read(ByteBuffer into) throws IOException {
        return in.read(into);
    }

    /** The next line, one character for each byte; {@code null} at the end. */
    @Nullable
    String line() throws IOException {
        return in.bodyLine(MAX_LINE);
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
