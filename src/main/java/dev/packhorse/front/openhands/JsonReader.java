package dev.packhorse.front.openhands;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/**
 * JSON (RFC 8259) taken piece by piece, strings of any length in constant memory.
 *
 * <p>It exists because the parser at hand collects a string before it gives it away, and here a string is a file. It does not keep
 * the values of numbers, and refuses what is nested deeper than {@value #DEEPEST}.
 */
final class JsonReader {

    /** The text is not JSON, or not what was expected. */
    static final class Malformed extends IOException {
        private static final long serialVersionUID = 1L;

        Malformed(String expected) {
            super("no JSON: " + expected + " expected");
        }
    }

    /** Levels of values that are skipped. */
    static final int DEEPEST = 64;

    private static final char REPLACEMENT = '\uFFFD';

    private final Reader in;
    private final char[] buffer = new char[8192];
    private int position;
    private int limit;

    /** Reads from characters; closes nothing. */
    JsonReader(Reader in) {
        this.in = in;
    }

    /** The next character without taking it, -1 at the end. */
    private int peek() throws IOException {
        if (position == limit) {
            int count = in.read(buffer, 0, buffer.length);
            if (count < 0) {
                return -1;
            }
            position = 0;
            limit = count;
        }
        return buffer[position];
    }

    private int take() throws IOException {
        int c = peek();
        if (c < 0) {
            throw new Malformed("more");
        }
        position++;
        return c;
    }

    private int next() throws IOException {
        int c = peek();
        while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            position++;
            c = peek();
        }
        return c;
    }

    /** Whether a character comes next, white space left out. */
    boolean isNext(char expected) throws IOException {
        return next() == expected;
    }

    /** Takes a character if it comes next. */
    boolean took(char expected) throws IOException {
        if (next() != expected) {
            return false;
        }
        position++;
        return true;
    }

    /** Takes a character that must come next. */
    void expect(char expected) throws IOException {
        if (!took(expected)) {
            throw new Malformed(String.valueOf(expected));
        }
    }

    /** Makes sure that nothing comes any more. */
    void expectEnd() throws IOException {
        if (next() >= 0) {
            throw new Malformed("the end");
        }
    }

    /**
     * Takes a string.
     *
     * @param sink gets its characters; {@code null} for nobody
     * @return whether it is Unicode; half a surrogate pair, which JSON can say, reaches the sink as U+FFFD
     */
    boolean string(@Nullable Writer sink) throws IOException {
        expect('"');
        boolean unicode = true;
        char high = 0;
        while (true) {
            int c = peek();
            if (c == '\\') {
                position++;
                char escaped = escaped();
                if (high != 0 && Character.isLowSurrogate(escaped)) {
                    write(sink, high);
                    write(sink, escaped);
                    high = 0;
                    continue;
                }
                unicode &= endHalf(sink, high);
                high = 0;
                if (Character.isHighSurrogate(escaped)) {
                    high = escaped;
                } else if (Character.isLowSurrogate(escaped)) {
                    unicode = endHalf(sink, escaped);
                } else {
                    write(sink, escaped);
                }
                continue;
            }
            unicode &= endHalf(sink, high);
            high = 0;
            if (c < ' ') {
                throw new Malformed("\"");
            }
            if (c == '"') {
                position++;
                return unicode;
            }
            int from = position;
            while (position < limit && buffer[position] >= ' ' && buffer[position] != '"' && buffer[position] != '\\') {
                position++;
            }
            if (sink != null) {
                sink.write(buffer, from, position - from);
            }
        }
    }

    /** Replaces half a pair; there is none if it is 0. */
    private static boolean endHalf(@Nullable Writer sink, char half) throws IOException {
        if (half != 0) {
            write(sink, REPLACEMENT);
        }
        return half == 0;
    }

    private static void write(@Nullable Writer sink, char c) throws IOException {
        if (sink != null) {
            sink.write(c);
        }
    }

    private char escaped() throws IOException {
        int c = take();
        return switch (c) {
            case '"', '\\', '/' -> (char) c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int value = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = take();
                    int nibble = digit < 128 ? Character.digit(digit, 16) : -1;
                    if (nibble < 0) {
                        throw new Malformed("four hexadecimal digits");
                    }
                    value = value << 4 | nibble;
                }
                yield (char) value;
            }
            default -> throw new Malformed("an escape");
        };
    }

    /** Takes a value of any kind. */
    void skip() throws IOException {
        skip(0);
    }

    private void skip(int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new Malformed("less depth");
        }
        int c = next();
        if (c == '"') {
            string(null);
        } else if (took('[')) {
            if (!took(']')) {
                do {
                    skip(depth + 1);
                } while (took(','));
                expect(']');
            }
        } else if (took('{')) {
            if (!took('}')) {
                do {
                    string(null);
                    expect(':');
                    skip(depth + 1);
                } while (took(','));
                expect('}');
            }
        } else {
            switch (c) {
                case 't' -> literal("true");
                case 'f' -> literal("false");
                case 'n' -> literal("null");
                default -> number();
            }
        }
    }

    private void literal(String word) throws IOException {
        for (int i = 0; i < word.length(); i++) {
            if (take() != word.charAt(i)) {
                throw new Malformed(word);
            }
        }
    }

    private void number() throws IOException {
        tookSign("-");
        if (peek() == '0') {
            position++;
        } else {
            digits();
        }
        if (peek() == '.') {
            position++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            position++;
            tookSign("+-");
            digits();
        }
    }

    private void tookSign(String signs) throws IOException {
        if (peek() >= 0 && signs.indexOf(peek()) >= 0) {
            position++;
        }
    }

    private void digits() throws IOException {
        int count = 0;
        while (peek() >= '0' && peek() <= '9') {
            position++;
            count++;
        }
        if (count == 0) {
            throw new Malformed("a value");
        }
    }
}
