package dev.packhorse.store.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.jspecify.annotations.Nullable;

/**
 * An answer whose head is here. Closing it at once drops what has not been read, and the connection with it; {@link #finish}
 * before that keeps the connection.
 */
public final class Answer implements Closeable {

    private final HttpUriRequestBase request;
    private final ClassicHttpResponse response;
    private final @Nullable SocketChannel socket;
    private final Duration silence;
    private @Nullable InputStream stream;

    /** Takes over a response. */
    public Answer(HttpUriRequestBase request, ClassicHttpResponse response) {
        this(request, response, null, Duration.ZERO);
    }

    /**
     * As above.
     *
     * @param socket that it comes from in the clear; {@code null} if it comes otherwise, or nobody knows
     * @param silence how long nothing may come from there
     */
    Answer(HttpUriRequestBase request, ClassicHttpResponse response, @Nullable SocketChannel socket, Duration silence) {
        this.request = request;
        this.response = response;
        this.socket = socket;
        this.silence = silence;
    }

    public ClassicHttpResponse response() {
        return response;
    }

    public int status() {
        return response.getCode();
    }

    /** The first value of a header, {@code null} if it was not sent. */
    public @Nullable String header(String name) {
        Header header = response.getFirstHeader(name);
        return header == null ? null : header.getValue();
    }

    /** The length that the answer declares, -1 if it declares none, or none that is a number. */
    public long length() {
        String text = header("Content-Length");
        if (text == null || !text.matches("[0-9]{1,18}")) {
            return -1;
        }
        return Long.parseLong(text);
    }

    /** The body, always the same stream; a body that is cut makes it throw. */
    public InputStream stream() throws IOException {
        InputStream in = stream;
        if (in == null) {
            in = response.getEntity() == null
                    ? InputStream.nullInputStream()
                    : response.getEntity().getContent();
            stream = in;
        }
        return in;
    }

    /**
     * The connection, from which what the stream has not given can be read; not before the stream has given all that it holds. The
     * body must have a length, which the caller counts. {@code null} where that cannot be done.
     */
    @Nullable
    PlainSocket take() throws IOException {
        SocketChannel channel = socket;
        return channel == null || length() < 0 || response.getEntity().isChunked()
                ? null
                : PlainSocket.of(channel, silence);
    }

    /**
     * Closes this at the end of its body, where the connection can be used again.
     *
     * @throws IOException if there is more
     */
    public void finish() throws IOException {
        try (this) {
            if (stream().read() >= 0) {
                throw new IOException("the answer is longer than it says");
            }
        }
    }

    /** Reads what is left, if that is no more than so many bytes, and closes this. */
    public void drain(int most) throws IOException {
        try (this) {
            stream().readNBytes(most + 1);
        }
    }

    @Override
    public void close() {
        request.cancel();
        try {
            response.close();
        } catch (IOException e) {
            // Of the connection that has just been dropped.
            return;
        }
    }
}
