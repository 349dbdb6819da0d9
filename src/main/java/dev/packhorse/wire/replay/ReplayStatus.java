package dev.packhorse.wire.replay;

import org.jspecify.annotations.Nullable;

/**
 * What the first line of an answer's body says, a hexadecimal number (HTTPFS.txt, "Response format"; INTEROP sections 1 and 7).
 *
 * <p>The HTTP status stays 200. Devices have more codes than are known: one that is not here is an error all the same.
 */
public enum ReplayStatus {
    OK(0),
    NO_SUCH_FILE(0x80820005),
    /** Seen on {@code volinfo} of {@code /}. */
    NO_VOLUME(0x8082000a),
    FILE_EXISTS(0x80820018),
    /** Also what a query gets that is not encrypted but must be, is damaged, or is too old. */
    NO_PERMISSION(0x80820024),
    /** Of the guide: no such show. */
    INVALID_ID(0x94780001),
    /** Of the guide: the query is malformed. */
    BAD_REQUEST(0x94780004);

    private final int code;

    ReplayStatus(int code) {
        this.code = code;
    }

    /** The line without its line feed: {@code 0}, or eight lower-case digits. Old clients take nothing else. */
    public String line() {
        return code == 0 ? "0" : Integer.toHexString(code);
    }

    /**
     * Finds the status that a line means.
     *
     * @param line one to sixteen hexadecimal digits, in either case, with any leading zeros
     * @return {@code null} for a code that is not known
     * @throws NumberFormatException if the line is no such number
     */
    public static @Nullable ReplayStatus parse(String line) {
        if (line.isEmpty() || line.length() > 16 || line.charAt(0) == '+' || line.charAt(0) == '-') {
            throw new NumberFormatException("no status");
        }
        long number = Long.parseUnsignedLong(line, 16);
        for (ReplayStatus status : values()) {
            if (Integer.toUnsignedLong(status.code) == number) {
                return status;
            }
        }
        return null;
    }
}
