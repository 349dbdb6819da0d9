package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.RefusedException;
import dev.packhorse.front.http.WireText;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import dev.packhorse.wire.httpfs.Between;
import dev.packhorse.wire.httpfs.Values;
import dev.packhorse.wire.httpfs.Wire;
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
            int bits = Values.mode(text);
            if (bits < 0) {
                throw refused(Wire.CONTENT_MODE, text);
            }
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
        Long micros = text == null ? null : Values.changeTimestamp(text);
        if (text != null && micros == null) {
            throw refused(Wire.CHANGE_TIMESTAMP, text);
        }
        return micros;
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

    private static @Nullable Instant modified(HttpRequest request) throws RefusedException {
        String text = request.header(Wire.CONTENT_MODIFIED);
        if (text == null) {
            return null;
        }
        Instant modified = Values.modified(text, request.header(Between.NANOS));
        if (modified == null) {
            throw refused(Wire.CONTENT_MODIFIED, text);
        }
        return modified;
    }

    private static @Nullable Owner owner(HttpRequest request) throws RefusedException {
        String text = request.header(Wire.CONTENT_OWNERSHIP);
        if (text == null) {
            return null;
        }
        Values.Ownership pair = Values.ownership(text);
        if (pair == null) {
            throw refused(Wire.CONTENT_OWNERSHIP, text);
        }
        return new Owner(pair.uid(), pair.gid());
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
