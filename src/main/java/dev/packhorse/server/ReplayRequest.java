package dev.packhorse.server;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.fs.Body;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request as ReplayTV clients write it (INTEROP, "our server's parser").
 *
 * <p>The target is everything between the first blank and the last {@code HTTP/} with a blank before it: it may hold quotes, blanks
 * and bytes of any value, and need not begin with a slash. Lines may end in a bare line feed, and an empty one may come before. What is
 * no header field is passed over; {@code Host} and {@code Authorization} need not be there.
 */
final class ReplayRequest implements HttpRequest {

    /** Why a head is refused: a status of HTTP. */
    static final class RefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        private final int status;

        RefusedException(int status) {
            super(Integer.toString(status), null, false, false);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    private record Field(String name, String value) {}

    private static final String VERSION = " HTTP/";
    private static final Body EMPTY = Body.of(new byte[0]);

    private final String method;
    private final String target;
    private final boolean isHttp10;
    private final List<Field> fields;
    private final long contentLength;
    private Body body = EMPTY;

    private ReplayRequest(String method, String target, boolean isHttp10, List<Field> fields) throws RefusedException {
        this.method = method;
        this.target = target;
        this.isHttp10 = isHttp10;
        this.fields = fields;
        this.contentLength = contentLength();
        if (header("Transfer-Encoding") != null) {
            throw new RefusedException(501);
        }
    }

    /** A request of which nothing could be understood, for the log. */
    static ReplayRequest unknown() {
        try {
            return new ReplayRequest("-", "-", true, List.of());
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where a head ends and its body begins, if its last line feed is not before {@code from}; -1 if it has not ended. */
    static int end(byte[] bytes, int from, int length) {
        for (int i = Math.max(1, from); i < length; i++) {
            if (bytes[i] == '\n' && (bytes[i - 1] == '\n' || (i > 1 && bytes[i - 1] == '\r' && bytes[i - 2] == '\n'))) {
                return i + 1;
            }
        }
        return -1;
    }

    /**
     * Reads a head.
     *
     * @param length up to its {@link #end}
     * @throws RefusedException 400 or 505, or 501 for a body that is not sent as it is
     */
    static ReplayRequest parse(byte[] bytes, int length) throws RefusedException {
        List<String> lines = new String(bytes, 0, length, StandardCharsets.ISO_8859_1)
                .lines()
                .dropWhile(String::isEmpty)
                .toList();
        String line = lines.isEmpty() ? "" : lines.get(0);
        int blank = line.indexOf(' ');
        int version = line.lastIndexOf(VERSION);
        if (blank <= 0 || version <= blank) {
            throw new RefusedException(400);
        }
        List<Field> fields = new ArrayList<>();
        for (String field : lines.subList(1, lines.size())) {
            int colon = field.indexOf(':');
            if (colon > 0) {
                fields.add(new Field(
                        field.substring(0, colon).strip(),
                        field.substring(colon + 1).strip()));
            }
        }
        boolean isHttp10 = switch (line.substring(version + VERSION.length()).strip()) {
            case "1.1" -> false;
            case "1.0" -> true;
            default -> throw new RefusedException(505);
        };
        return new ReplayRequest(line.substring(0, blank), line.substring(blank + 1, version), isHttp10, fields);
    }

    private long contentLength() throws RefusedException {
        String value = header("Content-Length");
        if (value == null) {
            return Body.UNKNOWN;
        }
        boolean valid =
                !value.isEmpty() && value.length() <= 18 && value.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!valid || headers("Content-Length").stream().anyMatch(other -> !other.equals(value))) {
            throw new RefusedException(400);
        }
        return Long.parseLong(value);
    }

    boolean isHttp10() {
        return isHttp10;
    }

    /** Whether the client waits for a word before it sends the body. */
    boolean expectsContinue() {
        return !isHttp10 && "100-continue".equalsIgnoreCase(header("Expect"));
    }

    /** Bytes of the body; {@link Body#UNKNOWN} if the client did not say that there is one. */
    long length() {
        return contentLength;
    }

    void body(Body value) {
        body = value;
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String target() {
        return target;
    }

    @Override
    public @Nullable String header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? null : values.get(0);
    }

    @Override
    public List<String> headers(String name) {
        return fields.stream()
                .filter(field -> field.name.equalsIgnoreCase(name))
                .map(Field::value)
                .toList();
    }

    @Override
    public boolean hasBody() {
        return contentLength >= 0;
    }

    @Override
    public Body body() {
        return body;
    }
}
