package dev.packhorse.front.http;

import dev.packhorse.fs.Body;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/** The bytes of a {@link Body} in pieces of at most 128 KiB; opened by {@link #begin}, or when the first is asked for. */
public final class StreamSource implements HttpBody.Source, Closeable {

    private static final int CHUNK = 128 * 1024;

    private final Body body;
    private long left;
    private @Nullable InputStream in;
    private byte[] chunk = new byte[0];

    /**
     * Reads a body.
     *
     * @param length bytes to deliver
     */
    public StreamSource(Body body, long length) {
        this.body = body;
        this.left = length;
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
        if (left == 0) {
            return null;
        }
        InputStream open = open();
        if (chunk.length == 0) {
            chunk = new byte[(int) Math.min(CHUNK, left)];
        }
        int read = open.read(chunk, 0, (int) Math.min(chunk.length, left));
        if (read <= 0) {
            throw new EOFException("body ended early");
        }
        left -= read;
        return ByteBuffer.wrap(chunk, 0, read);
    }

    /** The stream itself, if it is a channel, too. */
    @Override
    public @Nullable ReadableByteChannel channel() throws IOException {
        return left > 0 && open() instanceof ReadableByteChannel channel ? channel : null;
    }

    /** Opens the body while its failure can still be told by a status. */
    public void begin() throws IOException {
        open();
    }

    private InputStream open() throws IOException {
        InputStream open = in;
        if (open == null) {
            open = body.open();
            in = open;
        }
        return open;
    }

    @Override
    public void close() throws IOException {
        if (in != null) {
            in.close();
        }
    }
}
