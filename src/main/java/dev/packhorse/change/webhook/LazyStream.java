package dev.packhorse.change.webhook;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A stream that is opened by the first read, so that a failure to open it is a failure to read. */
final class LazyStream extends InputStream {

    /** Opens the stream. */
    @FunctionalInterface
    interface Opening {
        InputStream open() throws IOException;
    }

    private final Opening opening;
    private @Nullable InputStream in;

    LazyStream(Opening opening) {
        this.opening = opening;
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
        return opened().read();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        return opened().read(buffer, offset, length);
    }

    @Override
    public void close() throws IOException {
        if (in != null) {
            in.close();
        }
    }
}
