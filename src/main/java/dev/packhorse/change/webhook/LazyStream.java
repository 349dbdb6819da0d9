package dev.packhorse.change.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A stream that is opened by the first read, so that a failure to open it is a failure to read. It tells its failure to
 * who has made it, since the HTTP client shows it as one of the connection.
 */
final class LazyStream extends InputStream {

    /** Opens the stream. */
    @FunctionalInterface
    interface Opening {
        InputStream open() throws IOException;
    }

    private final Opening opening;
    private final Consumer<IOException> failed;
    private @Nullable InputStream in;

    LazyStream(Opening opening) {
        this(opening, failure -> {});
    }

    LazyStream(Opening opening, Consumer<IOException> failed) {
        this.opening = opening;
        this.failed = failed;
    }

    private InputStream opened() throws IOException {
        InputStream open = in;
        if (open == null) {
            open = opening.open();
            in = open;
        }
        return open;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            return opened().read(buffer, offset, length);
        } catch (IOException e) {
            failed.accept(e);
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        if (in != null) {
            in.close();
        }
    }
}
