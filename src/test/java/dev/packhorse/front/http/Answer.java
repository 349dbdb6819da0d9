package dev.packhorse.front.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response as a client would have it.
 *
 * @param length what the server would send as {@code Content-Length}, -1 for chunked
 * @param wire the body, one char a byte; empty for an answer to HEAD
 */
public record Answer(int status, List<String> headers, long length, String wire) {

    /** Sends a response to nowhere, then closes it. */
    public static Answer of(HttpResponse response, boolean head) {
        try (response) {
            byte[] bytes = head ? new byte[0] : drain(response.body());
            long length = response.body().length();
            if (!head && length >= 0 && length != bytes.length) {
                throw new AssertionError("declared " + length + " bytes, sent " + bytes.length);
            }
            return new Answer(
                    response.status(),
                    List.copyOf(response.headers()),
                    length,
                    new String(bytes, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public @Nullable String header(String name) {
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).equalsIgnoreCase(name)) {
                return headers.get(i + 1);
            }
        }
        return null;
    }

    /** The body as UTF-8. */
    public String text() {
        return new String(wire.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** Status and body in one, for assertions: {@code 200 OK}. */
    public String line() {
        return status + " " + text().strip();
    }

    /** All that a body sends. */
    public static byte[] drain(HttpBody body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (body instanceof HttpBody.Bytes bytes) {
            append(out, bytes.buffer().duplicate());
        } else if (body instanceof HttpBody.Slice slice) {
            ByteBuffer bytes = ByteBuffer.allocate((int) slice.length());
            while (bytes.hasRemaining()) {
                slice.slice().channel().read(bytes, slice.slice().range().offset() + bytes.position());
            }
            append(out, bytes.flip());
        } else if (body instanceof HttpBody.Chunked chunked) {
            for (ByteBuffer bytes = chunked.source().next();
                    bytes != null;
                    bytes = chunked.source().next()) {
                if (!bytes.hasRemaining()) {
                    throw new AssertionError("empty chunk");
                }
                append(out, bytes);
            }
        }
        return out.toByteArray();
    }

    private static void append(ByteArrayOutputStream out, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        out.writeBytes(copy);
    }
}
