package dev.packhorse.route;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The location of a store: a URI as the operator wrote it, in which what URIs do not allow (blanks, {@code #}, {@code %}
 * before anything but two hexadecimal digits) is percent-encoded. Letters beyond ASCII stay, and so does {@code +}.
 */
public final class Location {

    /**
     * A password in front of a host, in texts of any kind: {@code user:password@host}. It may hold what a URI would encode;
     * a port before a path that holds an at sign is none.
     */
    private static final Pattern PASSWORD = Pattern.compile("(//[^/\\s:@?'\"]*):(?!\\d{1,5}/)[^\\s'\"]*@");

    /**
     * An option whose name says that it is a secret, in texts of any kind: {@code openhands.api-key=hush}. Its value may hold blanks,
     * and ends where another option begins.
     */
    private static final Pattern SECRET = Pattern.compile(
            "([\\w.-]*(?:key|token|secret|pass|authorization)[\\w.-]*|header\\.[\\w.-]+)=[^&'\"]*",
            Pattern.CASE_INSENSITIVE);

    private Location() {}

    /** What is in front of the first colon, {@code null} if there is nothing. */
    public static @Nullable String scheme(String location) {
        int colon = location.indexOf(':');
        return colon <= 0 ? null : location.substring(0, colon);
    }

    /**
     * The path that a location without a host names, decoded: {@code /srv/x y} for {@code file:///srv/x%20y} and
     * {@code file:/srv/x y}, {@code data} for {@code file:data}.
     *
     * @throws IllegalArgumentException if there is a host or no path, or the encoding is not UTF-8
     */
    public static String path(String location) {
        String rest = location.substring(location.indexOf(':') + 1);
        if (rest.startsWith("//")) {
            rest = rest.substring(2);
            if (!rest.startsWith("/")) {
                throw new IllegalArgumentException(
                        masked(location) + " names a host; a path is " + scheme(location) + ":///path");
            }
        }
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(location + " names no path");
        }
        return decoded(rest);
    }

    /**
     * The text behind percent-encoding.
     *
     * @throws IllegalArgumentException if the bytes are not UTF-8
     */
    public static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteBuffer from = StandardCharsets.UTF_8.encode(text);
        ByteBuffer to = ByteBuffer.allocate(from.remaining());
        while (from.hasRemaining()) {
            byte b = from.get();
            int value = b == '%' && from.remaining() >= 2
                    ? hex(from.get(from.position())) << 4 | hex(from.get(from.position() + 1))
                    : -1;
            if (value >= 0) {
                from.position(from.position() + 2);
                b = (byte) value;
            }
            to.put(b);
        }
        try {
            CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(to.flip());
            return decoded.toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("'" + text + "' does not encode UTF-8", e);
        }
    }

    /** A path as a location has it: what {@link #decoded} and the parser of routes would change is percent-encoded. */
    public static String encoded(String path) {
        return path.replace("%", "%25").replace(" ", "%20").replace("#", "%23").replace("?", "%3F");
    }

    /** Negative if it is none, also when shifted and joined with another. */
    private static int hex(byte b) {
        return Character.digit(b, 16);
    }

    /** A text in which passwords in front of hosts are {@code ***}: what may be logged, shown and stored. */
    public static String masked(String text) {
        return PASSWORD.matcher(text).replaceAll("$1:***@");
    }

    /** A message in which both passwords in front of hosts and the values of secret options are {@code ***}. */
    public static String withoutSecrets(String message) {
        return SECRET.matcher(masked(message)).replaceAll("$1=***");
    }
}
