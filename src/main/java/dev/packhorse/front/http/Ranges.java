package dev.packhorse.front.http;

import dev.packhorse.fs.ByteRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Range} header (RFC 9110, 14.2).
 *
 * <p>Ignored, which means that the whole is sent: other units, bad syntax, more than {@value #MAX_RANGES} ranges, and
 * several ranges that hold more bytes than the whole, which no honest client asks for.
 */
public final class Ranges {

    /** Most ranges in one request; downloaders use a handful. */
    public static final int MAX_RANGES = 64;

    private Ranges() {}

    /**
     * Reads a {@code Range}.
     *
     * @param value the header's value
     * @param size bytes of the whole
     * @return the ranges that can be satisfied, in the order asked; empty for none (416); {@code null} to ignore the header
     */
    public static @Nullable List<ByteRange> parse(String value, long size) {
        String text = value.trim();
        if (!text.regionMatches(true, 0, "bytes=", 0, 6)) {
            return null;
        }
        List<ByteRange> ranges = new ArrayList<>(1);
        int specs = 0;
        long sum = 0;
        int start = 6;
        while (start <= text.length()) {
            int end = text.indexOf(',', start);
            if (end < 0) {
                end = text.length();
            }
            String spec = text.substring(start, end).trim();
            start = end + 1;
            if (spec.isEmpty()) {
                continue;
            }
            if (++specs > MAX_RANGES) {
                return null;
            }
            int dash = spec.indexOf('-');
            long first = dash > 0 ? number(spec, 0, dash) : -1;
            long last = dash >= 0 && dash + 1 < spec.length() ? number(spec, dash + 1, spec.length()) : Long.MAX_VALUE;
            if (dash < 0 || last < 0 || (dash > 0 && (first < 0 || first > last)) || spec.length() == 1) {
                return null;
            }
            ByteRange range;
            if (dash == 0) {
                long length = Math.min(last, size);
                if (last == 0) {
                    continue;
                }
                if (size == 0) {
                    // Satisfiable, but no Content-Range can say so.
                    return null;
                }
                range = new ByteRange(size - length, length);
            } else if (first >= size) {
                continue;
            } else {
                range = new ByteRange(first, Math.min(last, size - 1) - first + 1);
            }
            ranges.add(range);
            sum += range.length();
            if (ranges.size() > 1 && sum > size) {
                return null;
            }
        }
        return specs == 0 ? null : ranges;
    }

    /** The value of {@code Content-Range} for a range. */
    public static String contentRange(ByteRange range, long size) {
        return "bytes " + range.offset() + "-" + (range.end() - 1) + "/" + size;
    }

    /** Digits as a number, the largest one for more than fits; -1 for anything but digits. */
    private static long number(String text, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value > (Long.MAX_VALUE - 9) / 10 ? Long.MAX_VALUE : value * 10 + c - '0';
        }
        return value;
    }
}
