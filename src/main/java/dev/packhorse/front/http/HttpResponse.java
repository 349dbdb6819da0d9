package dev.packhorse.front.http;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a front. Built by one thread, then handed to the server, which sends it and then closes it, however the
 * sending ended.
 *
 * <p>The server adds {@code Content-Length} or {@code Transfer-Encoding}, {@code Date} and {@code Connection}; a front never
 * sets them. The answer to a HEAD is built like that to a GET: the server sends the head only.
 */
public final class HttpResponse implements Closeable {

    private static final HttpBody EMPTY = HttpBody.of(new byte[0]);

    private final int status;
    private final List<String> headers = new ArrayList<>(16);
    private int counted;
    private HttpBody body = EMPTY;
    private @Nullable Closeable resource;

    public HttpResponse(int status) {
        this.status = status;
        this.counted = status;
    }

    /** An answer of one line of text; the line's end is added. */
    public static HttpResponse text(int status, String line) {
        return new HttpResponse(status)
                .header("Content-Type", "text/plain; charset=utf-8")
                .body(HttpBody.of((line + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Adds a header field. A value with a line break or another control character is a mistake of the caller.
     *
     * @param value one {@code char} from 0 to 255 for each byte
     * @throws IllegalArgumentException for a value that would break the head
     */
    public HttpResponse header(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c > 255 || (c < ' ' && c != '\t') || c == 0x7f) {
                throw new IllegalArgumentException("control character in header " + name);
            }
        }
        headers.add(name);
        headers.add(value);
        return this;
    }

    public HttpResponse body(HttpBody value) {
        body = value;
        return this;
    }

    /** Names what is to be closed when the answer has been sent, or could not be. */
    public HttpResponse closing(Closeable value) {
        resource = value;
        return this;
    }

    /** The same answer with another status. It takes over what is to be closed. */
    public HttpResponse withStatus(int other) {
        HttpResponse same = new HttpResponse(other).body(body);
        same.headers.addAll(headers);
        same.resource = resource;
        resource = null;
        return same;
    }

    /**
     * Says what the log and the metrics show instead of the status, for protocols that know too few of them to tell what happened.
     */
    public HttpResponse countedAs(int other) {
        counted = other;
        return this;
    }

    public int status() {
        return status;
    }

    /** What the log and the metrics show; mostly the status. */
    public int counted() {
        return counted;
    }

    /** Names and values in turn. */
    public List<String> headers() {
        return headers;
    }

    /** The first value of a header, {@code null} if it is not set. */
    public @Nullable String header(String name) {
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).equalsIgnoreCase(name)) {
                return headers.get(i + 1);
            }
        }
        return null;
    }

    public HttpBody body() {
        return body;
    }

    /** Whether there is something to close. */
    public boolean holdsResource() {
        return resource != null;
    }

    @Override
    public void close() throws IOException {
        Closeable open = resource;
        resource = null;
        if (open != null) {
            open.close();
        }
    }
}
