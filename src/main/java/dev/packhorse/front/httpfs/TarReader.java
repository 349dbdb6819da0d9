package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.WireText;
import dev.packhorse.fs.Mode;
import dev.packhorse.wire.httpfs.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive as a stream (POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange Format"; GNU long
 * names and base-256 numbers).
 *
 * <p>Commons Compress drops PAX records with an empty value, and those are the delete markers of this protocol; so the
 * archive is read here. Memory is bounded: extended headers of more than {@value #MAX_EXTENDED} bytes are refused. Sparse
 * files of GNU tar are refused as an unknown type.
 */
final class TarReader {

    /** Most bytes of one extended header; the longest path needs 4 KiB of them. */
    static final int MAX_EXTENDED = 1024 * 1024;

    private static final int BLOCK = 512;

    /** The years 1 to 9999; a time outside becomes the nearest inside. */
    private static final long MIN_SECONDS = -62_135_596_800L;

    private static final long MAX_SECONDS = 253_402_300_799L;

    private final InputStream in;
    private final byte[] block = new byte[BLOCK];
    private final byte[] skipped = new byte[8 * 1024];
    private final Map<String, String> global = new HashMap<>();
    private long left;
    private int padding;

    /** Reads from a stream, which stays open. */
    TarReader(InputStream in) {
        this.in = in;
    }

    /** An archive that is none. */
    static final class BadTarException extends IOException {
        private static final long serialVersionUID = 1L;

        BadTarException(String what) {
            super(what);
        }
    }

    /**
     * Moves to the next entry, past what is left of the one before.
     *
     * @return {@code null} at the end: a block of zeros
     * @throws EOFException if the archive is truncated
     * @throws BadTarException if it is none
     */
    @Nullable
    TarEntry next() throws IOException {
        Map<String, String> local = new HashMap<>();
        String longName = null;
        String longLink = null;
        int extended = 0;
        while (true) {
            skipContent();
            readFully(block, BLOCK);
            if (isZero()) {
                if (extended > 0) {
                    throw new BadTarException("extended header without an entry");
                }
                return null;
            }
            verifyChecksum();
            char type = (char) (block[156] & 0xff);
            long size = number(124, 12);
            switch (type) {
                case 'x' -> records(extended(size), local);
                case 'g' -> records(extended(size), global);
                case 'L' -> longName = terminated(extended(size));
                case 'K' -> longLink = terminated(extended(size));
                default -> {
                    return entry(type, size, local, longName, longLink);
                }
            }
            // Each is bounded, so must be their number before one entry.
            if (++extended > 16) {
                throw new BadTarException("too many extended headers");
            }
        }
    }

    /** The content of the current entry; ends with it, throws if the archive ends first. */
    InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (left == 0) {
                    return -1;
                }
                int read = in.read(target, offset, (int) Math.min(length, left));
                if (read < 0) {
                    throw new EOFException("archive truncated");
                }
                left -= read;
                return read;
            }
        };
    }

    private TarEntry entry(
            char flag, long headSize, Map<String, String> local, @Nullable String longName, @Nullable String longLink)
            throws BadTarException {
        String name = value("path", local);
        if (name == null) {
            name = longName != null ? longName : headName();
        }
        String link = value("linkpath", local);
        if (link == null) {
            link = longLink != null ? longLink : text(157, 100);
        }
        String sizeRecord = value("size", local);
        long size = sizeRecord == null ? headSize : decimal(sizeRecord);
        char type = flag == '\0' || flag == '7' ? '0' : flag;
        if (type == '0' && name.endsWith("/") && flag == '\0') {
            // Before ustar a slash at the end was what made a directory.
            type = '5';
        }
        // Links, directories and devices have no content, whatever their size says.
        left = type >= '1' && type <= '6' ? 0 : size;
        padding = (int) (-left & (BLOCK - 1));
        String delete = local.get("delete");
        String timestamp = local.get(Wire.CHANGE_TIMESTAMP);
        return new TarEntry(
                type,
                name,
                link,
                left,
                Mode.ofBits((int) (number(100, 8) & 07777)),
                modified(value("mtime", local)),
                owner(value("uid", local), 108),
                owner(value("gid", local), 116),
                delete != null && delete.isEmpty() && type == '0' && left == 0,
                timestamp == null ? null : Long.valueOf(decimal(timestamp)));
    }

    /** A record for this entry, else one for all; an empty value takes a record for all away. */
    private @Nullable String value(String key, Map<String, String> local) {
        String value = local.containsKey(key) ? local.get(key) : global.get(key);
        return value == null || value.isEmpty() ? null : value;
    }

    private String headName() throws BadTarException {
        String name = text(0, 100);
        boolean ustar = block[257] == 'u'
                && block[258] == 's'
                && block[259] == 't'
                && block[260] == 'a'
                && block[261] == 'r'
                && block[262] == 0;
        String prefix = ustar ? text(345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private Instant modified(@Nullable String record) throws BadTarException {
        if (record == null) {
            return Instant.ofEpochSecond(clamp(number(136, 12)));
        }
        boolean before = record.startsWith("-");
        int start = before ? 1 : 0;
        int dot = record.indexOf('.');
        long seconds = decimal(record.substring(start, dot < 0 ? record.length() : dot));
        long nanos = 0;
        if (dot >= 0 && dot + 1 < record.length()) {
            String fraction = record.substring(dot + 1, Math.min(record.length(), dot + 10));
            nanos = decimal(fraction);
            for (int i = fraction.length(); i < 9; i++) {
                nanos *= 10;
            }
        }
        return before ? Instant.ofEpochSecond(clamp(-seconds), -nanos) : Instant.ofEpochSecond(clamp(seconds), nanos);
    }

    private static long clamp(long seconds) {
        return Math.max(MIN_SECONDS + 1, Math.min(MAX_SECONDS, seconds));
    }

    private long owner(@Nullable String record, int offset) throws BadTarException {
        long id = record == null ? number(offset, 8) : decimal(record);
        return id < 0 || id > 0xFFFF_FFFEL ? -1 : id;
    }

    private byte[] extended(long size) throws IOException {
        if (size > MAX_EXTENDED) {
            throw new BadTarException("extended header too large");
        }
        byte[] bytes = new byte[(int) size];
        readFully(bytes, bytes.length);
        skip(-size & (BLOCK - 1));
        return bytes;
    }

    /** {@code "LENGTH KEY=VALUE\n"}, the length counting itself. */
    private static void records(byte[] bytes, Map<String, String> into) throws BadTarException {
        int at = 0;
        while (at < bytes.length && bytes[at] != 0) {
            int length = 0;
            int digit = at;
            while (digit < bytes.length && bytes[digit] >= '0' && bytes[digit] <= '9' && length <= MAX_EXTENDED) {
                length = length * 10 + bytes[digit++] - '0';
            }
            int end = at + length;
            int equals = digit;
            while (equals < bytes.length && bytes[equals] != '=') {
                equals++;
            }
            if (digit == at
                    || digit >= bytes.length
                    || bytes[digit] != ' '
                    || end > bytes.length
                    || equals >= end
                    || bytes[end - 1] != '\n') {
                throw new BadTarException("bad extended header");
            }
            String key = utf8(bytes, digit + 1, equals);
            if (isKnown(key)) {
                into.put(key, utf8(bytes, equals + 1, end - 1));
            }
            at = end;
        }
    }

    /** The records that are looked at; others (extended attributes) may hold any bytes. */
    private static boolean isKnown(String key) {
        return switch (key) {
            case "path", "linkpath", "size", "mtime", "uid", "gid", "delete", Wire.CHANGE_TIMESTAMP -> true;
            default -> false;
        };
    }

    private static String terminated(byte[] bytes) throws BadTarException {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return utf8(bytes, 0, end);
    }

    private String text(int offset, int length) throws BadTarException {
        int end = offset;
        while (end < offset + length && block[end] != 0) {
            end++;
        }
        return utf8(block, offset, end);
    }

    private static String utf8(byte[] bytes, int from, int to) throws BadTarException {
        String text = WireText.decode(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
        if (text == null) {
            throw new BadTarException("a name that is not UTF-8");
        }
        return text;
    }

    /** Octal digits between blanks, ended by a blank or NUL; or, with the high bit set, a big-endian number. */
    private long number(int offset, int length) throws BadTarException {
        if ((block[offset] & 0x80) != 0) {
            boolean negative = (block[offset] & 0x40) != 0;
            long value = negative ? -1 : 0;
            for (int i = offset; i < offset + length; i++) {
                int octet = i == offset ? (negative ? block[i] | 0x80 : block[i] & 0x3f) & 0xff : block[i] & 0xff;
                if (value != (value << 8) >> 8) {
                    throw new BadTarException("number too large");
                }
                value = value << 8 | octet;
            }
            if (offset == 124 && value < 0) {
                throw new BadTarException("negative size");
            }
            return value;
        }
        int at = offset;
        int end = offset + length;
        while (at < end && block[at] == ' ') {
            at++;
        }
        long value = 0;
        while (at < end && block[at] >= '0' && block[at] <= '7') {
            value = value << 3 | (block[at++] - '0');
        }
        while (at < end) {
            if (block[at] != ' ' && block[at] != 0) {
                throw new BadTarException("not a number");
            }
            at++;
        }
        return value;
    }

    private static long decimal(String digits) throws BadTarException {
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10) {
                throw new BadTarException("not a number");
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /** The sum of all bytes of the head, its own field as blanks; historic tars summed signed bytes. */
    private void verifyChecksum() throws BadTarException {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < BLOCK; i++) {
            int octet = i >= 148 && i < 156 ? ' ' : block[i];
            unsigned += octet & 0xff;
            signed += octet;
        }
        long sum = number(148, 8);
        if (sum != unsigned && sum != signed) {
            throw new BadTarException("checksum does not match");
        }
    }

    private boolean isZero() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private void skipContent() throws IOException {
        skip(left);
        skip(padding);
        left = 0;
        padding = 0;
    }

    private void skip(long count) throws IOException {
        long rest = count;
        while (rest > 0) {
            int read = in.read(skipped, 0, (int) Math.min(skipped.length, rest));
            if (read < 0) {
                throw new EOFException("archive truncated");
            }
            rest -= read;
        }
    }

    private void readFully(byte[] target, int length) throws IOException {
        if (in.readNBytes(target, 0, length) < length) {
            throw new EOFException("archive truncated");
        }
    }
}
