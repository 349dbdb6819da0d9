package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.RefusedException;
import dev.packhorse.front.http.WireText;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The metadata headers of a request, each {@code null} if it was not sent.
 *
 * @param mode permissions of {@code Content-Mode}
 * @param type what the type bits of {@code Content-Mode} say, {@code null} if they say nothing
 * @param modified {@code Content-Modified}
 * @param owner {@code Content-Ownership}
 * @param changeTimestamp {@code Change-Timestamp}, microseconds since the epoch
 */
record Metadata(
        @Nullable Mode mode,
        @Nullable NodeType type,
        @Nullable Instant modified,
        @Nullable Owner owner,
        @Nullable Long changeTimestamp) {

    /** Largest {@code st_mode}: four type bits and twelve of permissions. */
    private static final long MAX_MODE = 0177777;

    /** The years 1 to 9999. Go's zero time is the first of them, and clients send it. */
    private static final long MIN_SECONDS = -62_135_596_800L;

    private static final long MAX_SECONDS = 253_402_300_799L;

    private static final int SHOWN = 80;

    /**
     * Reads the metadata headers of a request.
     *
     * @throws RefusedException 400 for a value that does not parse
     */
    static Metadata of(HttpRequest request) throws RefusedException {
        Mode mode = null;
        NodeType type = null;
        String text = request.header(Wire.CONTENT_MODE);
        if (text != null) {
            int bits = mode(text);
            mode = Mode.ofBits(bits);
            type = Mode.typeOf(bits);
        }
        return new Metadata(mode, type, modified(request), owner(request), changeTimestamp(request));
    }

    /** The attributes to give to a node. */
    AttributeChange attributes(@Nullable String mediaType) {
        return mode == null && modified == null && owner == null && mediaType == null
                ? AttributeChange.NONE
                : new AttributeChange(mode, modified, owner, mediaType);
    }

    /**
     * Reads {@code Change-Timestamp}.
     *
     * @throws RefusedException 400 for a value that does not parse
     */
    static @Nullable Long changeTimestamp(HttpRequest request) throws RefusedException {
        String text = request.header(Wire.CHANGE_TIMESTAMP);
        return text == null ? null : Long.valueOf(number(Wire.CHANGE_TIMESTAMP, text, text.trim(), Long.MAX_VALUE));
    }

    /**
     * Reads {@code Overwrite}.
     *
     * @throws RefusedException 400 for a value that is none
     */
    static boolean overwrite(HttpRequest request) throws RefusedException {
        String text = request.header(Wire.OVERWRITE);
        if (text == null || text.equals("T") || text.equals("t")) {
            return true;
        }
        if (text.equals("F") || text.equals("f")) {
            return false;
        }
        throw refused(Wire.OVERWRITE, text);
    }

    private static int mode(String text) throws RefusedException {
        String digits = text.trim();
        if (digits.equals("120777") || digits.equals("0120777")) {
            return NodeType.SYMLINK.bits() | 0777;
        }
        if (digits.length() > 1 && digits.charAt(0) == '0') {
            // Octal, which would become other permissions than meant.
            throw refused(Wire.CONTENT_MODE, text);
        }
        return (int) number(Wire.CONTENT_MODE, text, digits, MAX_MODE);
    }

    private static @Nullable Instant modified(HttpRequest request) throws RefusedException {
        String text = request.header(Wire.CONTENT_MODIFIED);
        if (text == null) {
            return null;
        }
        String digits = text.trim();
        boolean before = digits.startsWith("-");
        long value = number(
                Wire.CONTENT_MODIFIED,
                text,
                before ? digits.substring(1) : digits,
                before ? -MIN_SECONDS : MAX_SECONDS);
        return Instant.ofEpochSecond(before ? -value : value);
    }

    private static @Nullable Owner owner(HttpRequest request) throws RefusedException {
        String text = request.header(Wire.CONTENT_OWNERSHIP);
        if (text == null) {
            return null;
        }
        String pair = text.trim();
        int colon = pair.indexOf(':');
        if (colon < 0) {
            throw refused(Wire.CONTENT_OWNERSHIP, text);
        }
        return new Owner(
                number(Wire.CONTENT_OWNERSHIP, text, pair.substring(0, colon), 0xFFFF_FFFEL),
                number(Wire.CONTENT_OWNERSHIP, text, pair.substring(colon + 1), 0xFFFF_FFFEL));
    }

    private static long number(String header, String text, String digits, long max) throws RefusedException {
        long value = 0;
        boolean fits = !digits.isEmpty();
        for (int i = 0; i < digits.length() && fits; i++) {
            int digit = digits.charAt(i) - '0';
            fits = digit >= 0 && digit <= 9 && value <= (max - digit) / 10;
            value = value * 10 + digit;
        }
        if (!fits) {
            throw refused(header, text);
        }
        return value;
    }

    static RefusedException refused(String header, String value) {
        return new RefusedException(400, "Bad " + header + ": " + shown(value));
    }

    /** A value of a header as it may stand in an answer: text without control characters, not too long. */
    private static String shown(String wire) {
        String text = WireText.decode(wire);
        StringBuilder clean = new StringBuilder();
        (text != null ? text : wire)
                .codePoints()
                .limit(SHOWN)
                .map(c -> Character.getType(c) == Character.CONTROL
                                || Character.getType(c) == Character.FORMAT
                                || Character.getType(c) == Character.LINE_SEPARATOR
                                || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                        ? '?'
                        : c)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }
}
