package dev.packhorse.wire.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Names and values of one command (HTTPFS.txt, "General Form"; INTEROP section 2).
 *
 * <p>Values may be in double quotes, inside which an ampersand does not divide; there is no escape for a quote, and percent signs
 * mean themselves. Of a name that comes twice, the first counts. Numbers are what {@code strtoul(..., 0)} takes: decimal, octal
 * after a {@code 0}, hexadecimal after {@code 0x}. Text is UTF-8.
 *
 * @param values in the order of the query
 */
public record ReplayQuery(Map<String, String> values) {

    public ReplayQuery {
        for (Map.Entry<String, String> each : values.entrySet()) {
            if (each.getKey().isEmpty()
                    || !each.getKey().chars().allMatch(ReplayQuery::isNameCharacter)
                    || each.getValue().chars().anyMatch(c -> c == '"' || c < ' ' || c == 0x7f)) {
                throw new IllegalArgumentException("no query can say this");
            }
        }
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** A query of one value. */
    public static ReplayQuery of(String name, String value) {
        return new ReplayQuery(Map.of(name, value));
    }

    /** This query and one value more, at its end. */
    public ReplayQuery with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(name, value);
        return new ReplayQuery(more);
    }

    /** This query and a number, as a plain decimal: a leading zero would make it octal. */
    public ReplayQuery with(String name, long number) {
        return with(name, Long.toString(number));
    }

    /**
     * Reads what follows the {@code ?}.
     *
     * @throws IllegalArgumentException if it is not UTF-8, a quote is not closed, or something stands beside a quoted value; what
     *     has no equals sign is passed over
     */
    public static ReplayQuery parse(byte[] query) {
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(query)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("the query is not UTF-8", e);
        }
        Map<String, String> values = new LinkedHashMap<>();
        int start = 0;
        while (start < text.length()) {
            int end = end(text, start);
            String each = text.substring(start, end);
            int equals = each.indexOf('=');
            if (equals > 0) {
                values.putIfAbsent(each.substring(0, equals), unquoted(each.substring(equals + 1)));
            }
            start = end + 1;
        }
        return new ReplayQuery(values);
    }

    /** The ampersand after a value, outside of quotes. */
    private static int end(String text, int start) {
        boolean quoted = false;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '&' && !quoted) {
                return i;
            }
        }
        if (quoted) {
            throw new IllegalArgumentException("a quote is not closed");
        }
        return text.length();
    }

    private static String unquoted(String value) {
        return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
    }

    /** The value of a name; {@code null} if it is not there. */
    public @Nullable String value(String name) {
        return values.get(name);
    }

    /**
     * The number of a name.
     *
     * @throws IllegalArgumentException if it is none, negative, or beyond 63 bits
     */
    public OptionalLong number(String name) {
        String text = values.get(name);
        if (text == null) {
            return OptionalLong.empty();
        }
        if (text.startsWith("0x") || text.startsWith("0X")) {
            return OptionalLong.of(digits(text.substring(2), 16));
        }
        return OptionalLong.of(digits(text, text.startsWith("0") ? 8 : 10));
    }

    private static long digits(String text, int radix) {
        if (text.isEmpty() || text.chars().anyMatch(c -> c > 0x7f || Character.digit(c, radix) < 0)) {
            throw new NumberFormatException("no number");
        }
        return Long.parseLong(text, radix);
    }

    /** What follows the {@code ?}: values that hold a blank, an ampersand or an equals sign in double quotes. */
    public byte[] bytes() {
        return values.entrySet().stream()
                .map(each -> each.getKey() + "=" + quoted(each.getValue()))
                .collect(Collectors.joining("&"))
                .getBytes(UTF_8);
    }

    private static String quoted(String value) {
        return value.chars().anyMatch(c -> c == ' ' || c == '&' || c == '=') ? '"' + value + '"' : value;
    }

    private static boolean isNameCharacter(int c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '&' && c != '=' && c != '?' && c != '#';
    }
}
