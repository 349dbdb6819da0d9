package dev.packhorse.wire.httpfs;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads the values of metadata headers (SPEC.md, "Filesystem Metadata Headers"). Blanks around them do not count. */
public final class Values {

    /** What is returned instead of a number for a text that is none. */
    public static final int NONE = -1;

    /** Largest {@code st_mode}: four type bits and twelve of permissions. */
    private static final long MAX_MODE = 0177777;

    private static final int SYMLINK = 0120777;

    /** The years 1 to 9999. Go's zero time is the first of them, and clients send it. */
    private static final long MIN_SECONDS = -62_135_596_800L;

    private static final long MAX_SECONDS = 253_402_300_799L;
    private static final long MAX_NANOS = 999_999_999;
    private static final long MAX_ID = 0xFFFF_FFFEL;

    private Values() {}

    /** Who owns a node, each 0 to 2^32-2. */
    public record Ownership(long uid, long gid) {}

    /**
     * Reads {@code Content-Mode}: decimal, or the octal digits {@code 120777} of the document. Others with a leading zero are
     * refused: they would become other permissions than meant.
     *
     * @return the {@code st_mode}, or {@link #NONE}
     */
    public static int mode(String text) {
        String digits = text.trim();
        if (digits.equals("120777") || digits.equals("0120777")) {
            return SYMLINK;
        }
        return digits.length() > 1 && digits.charAt(0) == '0' ? NONE : (int) number(digits, MAX_MODE);
    }

    /**
     * Reads {@code Content-Modified}, and the nanoseconds beside it.
     *
     * @param nanos {@link Between#NANOS}; {@code null} if it was not sent
     * @return {@code null} if one of them is none
     */
    public static @Nullable Instant modified(String text, @Nullable String nanos) {
        String digits = text.trim();
        boolean before = digits.startsWith("-");
        long seconds = number(before ? digits.substring(1) : digits, before ? -MIN_SECONDS : MAX_SECONDS);
        long within = nanos == null ? 0 : number(nanos.trim(), MAX_NANOS);
        return seconds < 0 || within < 0 ? null : Instant.ofEpochSecond(before ? -seconds : seconds, within);
    }

    /** Reads {@code Content-Ownership}; {@code null} if it is none. */
    public static @Nullable Ownership ownership(String text) {
        String pair = text.trim();
        int colon = pair.indexOf(':');
        long uid = colon < 0 ? NONE : number(pair.substring(0, colon), MAX_ID);
        long gid = colon < 0 ? NONE : number(pair.substring(colon + 1), MAX_ID);
        return uid < 0 || gid < 0 ? null : new Ownership(uid, gid);
    }

    /** Reads {@code Change-Timestamp}, microseconds since the epoch; {@code null} if it is none. */
    public static @Nullable Long changeTimestamp(String text) {
        long micros = number(text.trim(), Long.MAX_VALUE);
        return micros < 0 ? null : Long.valueOf(micros);
    }

    /** Reads decimal digits; {@link #NONE} for anything else, and for more than {@code max}. */
    public static long number(String digits, long max) {
        long value = 0;
        boolean fits = !digits.isEmpty();
        for (int i = 0; i < digits.length() && fits; i++) {
            int digit = digits.charAt(i) - '0';
            fits = digit >= 0 && digit <= 9 && value <= (max - digit) / 10;
            value = value * 10 + digit;
        }
        return fits ? value : NONE;
    }
}
