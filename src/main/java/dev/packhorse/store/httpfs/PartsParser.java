package dev.packhorse.store.httpfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parts of a {@code multipart/mixed} answer (RFC 2046, 5.1) one after the other, in memory that depends on neither
 * their number nor their length.
 *
 * <p>A part reaches to the next delimiter, whatever length it claims; the line end before a delimiter may be missing behind an
 * empty body (both INTEROP section 2). Lines may end in LF alone. A head beyond {@value #MAX_HEAD} bytes, or an answer that ends
 * before its last delimiter, is a failure: a listing that is cut must not look whole.
 *
 * <pre>{@code
 * PartsParser parts = new PartsParser(answer.stream(), "----boundary123");
 * for (Map<String, String> head = parts.next(); head != null; head = parts.next()) {
 *     for (String line = parts.line(); line != null; line = parts.line()) { ... }   // or not: the rest is skipped
 * }
 * }</pre>
 */
final class PartsParser {

    /** Most bytes of a line that are looked at: a path of 4,096 bytes, three times as long where it is encoded, and its header. */
    private static final int MAX_LINE = 32 * 1024;

    static final int MAX_HEAD = 64 * 1024;

    /** What may come before the first delimiter. */
    private static final int MAX_PREAMBLE = 64 * 1024;

    private static final int MAX_BOUNDARY = 200;

    private final InputStream in;
    private final byte[] delimiter;
    private final byte[] block = new byte[32 * 1024];
    private int position;
    private int limit;
    private final byte[] line = new byte[MAX_LINE];
    private int length;
    private boolean cut;
    /** Whether a line may go on for as long as it likes: those of bodies, which are skipped. */
    private boolean skipping;

    private Place place = Place.BEFORE;

    private enum Place {
        BEFORE,
        BODY,
        DELIMITER,
        END
    }

    /**
     * Reads an answer's body, which its owner closes.
     *
     * @param boundary as {@link #boundary} has it
     */
    PartsParser(InputStream in, String boundary) {
        this.in = in;
        this.delimiter = ("--" + boundary).getBytes(UTF_8);
    }

    /** The boundary of a {@code Content-Type}; {@code null} if it is no {@code multipart/mixed}, or has none. */
    static @Nullable String boundary(@Nullable String contentType) {
        if (contentType == null || !Nodes.essence(contentType).equals("multipart/mixed")) {
            return null;
        }
        int at = contentType.toLowerCase(Locale.ROOT).indexOf("boundary=");
        if (at < 0) {
            return null;
        }
        String rest = contentType.substring(at + "boundary=".length());
        int end;
        if (rest.startsWith("\"")) {
            rest = rest.substring(1);
            end = rest.indexOf('"');
        } else {
            end = rest.indexOf(';');
        }
        String boundary = (end < 0 ? rest : rest.substring(0, end)).trim();
        boolean fits = !boundary.isEmpty()
                && boundary.length() <= MAX_BOUNDARY
                && boundary.chars().allMatch(c -> c >= ' ' && c < 0x7f);
        return fits ? boundary : null;
    }

    /**
     * The head of the next part, without what is left of the one before; {@code null} behind the last.
     *
     * @return values by name in any case, the first of each, with the blanks at their ends, which may be those of a name; without
     *     those that are no UTF-8
     * @throws EOFException if the answer is cut
     */
    @Nullable
    Map<String, String> next() throws IOException {
        int preamble = 0;
        while (place == Place.BEFORE) {
            line();
            preamble += length + 1;
            if (cut || preamble > MAX_PREAMBLE) {
                throw new IOException("an answer in parts does not begin with its boundary");
            }
        }
        while (place == Place.BODY) {
            line();
        }
        return place == Place.END ? null : head();
    }

    private Map<String, String> head() throws IOException {
        Map<String, String> head = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        place = Place.BODY;
        skipping = false;
        int total = 0;
        while (true) {
            if (!read()) {
                throw new EOFException("an answer in parts is cut in a head");
            }
            if (length == 0) {
                skipping = true;
                return head;
            }
            total += length;
            if (cut || total > MAX_HEAD) {
                throw new IOException("a head of a part is too long");
            }
            if (isDelimiter()) {
                throw new IOException("a head of a part has no end");
            }
            String text = text();
            int colon = text == null ? -1 : text.indexOf(':');
            if (text != null && colon > 0) {
                head.putIfAbsent(
                        text.substring(0, colon).trim(),
                        text.substring(colon + 1).stripLeading());
            }
        }
    }

    /**
     * The next line of this part's body, without its end; the empty text for one that is too long or no UTF-8; {@code null} behind
     * the last, which may be an empty one that only ends the part.
     */
    @Nullable
    String line() throws IOException {
        if (place == Place.DELIMITER || place == Place.END) {
            return null;
        }
        if (!read()) {
            throw new EOFException("an answer in parts is cut");
        }
        if (isDelimiter()) {
            place = isLast() ? Place.END : Place.DELIMITER;
            return null;
        }
        String text = cut ? null : text();
        return text == null ? "" : text;
    }

    private @Nullable String text() {
        for (int i = 0; i < length; i++) {
            if (line[i] < 0) {
                try {
                    return UTF_8.newDecoder()
                            .decode(ByteBuffer.wrap(line, 0, length))
                            .toString();
                } catch (CharacterCodingException e) {
                    return null;
                }
            }
        }
        return new String(line, 0, length, UTF_8);
    }

    /** Whether the line is a delimiter: nothing but blanks, or the two dashes of the last, may follow the boundary. */
    private boolean isDelimiter() {
        if (length < delimiter.length || cut) {
            return false;
        }
        for (int i = 0; i < delimiter.length; i++) {
            if (line[i] != delimiter[i]) {
                return false;
            }
        }
        int at = isLast() ? delimiter.length + 2 : delimiter.length;
        while (at < length && (line[at] == ' ' || line[at] == '\t')) {
            at++;
        }
        return at == length;
    }

    private boolean isLast() {
        return length >= delimiter.length + 2 && line[delimiter.length] == '-' && line[delimiter.length + 1] == '-';
    }

    /** Reads a line, of which the first {@value #MAX_LINE} bytes are kept; returns whether there was one. */
    private boolean read() throws IOException {
        length = 0;
        cut = false;
        boolean any = false;
        while (true) {
            if (position == limit) {
                position = 0;
                limit = Math.max(0, in.read(block));
                if (limit == 0) {
                    return any;
                }
            }
            any = true;
            int end = position;
            while (end < limit && block[end] != '\n') {
                end++;
            }
            int kept = Math.min(end - position, MAX_LINE - length);
            System.arraycopy(block, position, line, length, kept);
            length += kept;
            cut |= kept < end - position;
            if (cut && !skipping) {
                return true;
            }
            boolean ended = end < limit;
            position = ended ? end + 1 : end;
            if (ended) {
                if (length > 0 && line[length - 1] == '\r') {
                    length--;
                }
                return true;
            }
        }
    }
}
