package dev.packhorse.store.replay;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What {@code fstat} says (HTTPFS.txt, "fstat").
 *
 * @param isDirectory {@code type=d}
 * @param size in bytes; 0 for a directory
 * @param ctime when the file was created, in milliseconds since the epoch; 0 for a directory, and if nobody knows
 * @param maybeWritable {@code perm} has a {@code w}, which does not mean that the export is writable
 */
record Stat(boolean isDirectory, long size, long ctime, boolean maybeWritable) {

    private static final int MAX_LINES = 64;

    /** A directory of which nothing was asked. */
    static final Stat DIRECTORY = new Stat(true, 0, 0, true);

    /**
     * Reads an answer to its end. Lines that are not known are passed over.
     *
     * @throws IOException if type or size are missing or make no sense, or the answer does not end
     */
    static Stat read(Answer answer) throws IOException {
        String type = null;
        String size = null;
        String ctime = "0";
        String perm = "";
        for (int i = 0; ; i++) {
            String line = answer.line();
            if (line == null) {
                return of(type, size, ctime, perm);
            }
            if (i == MAX_LINES) {
                throw new IOException("the answer to fstat does not end");
            }
            int equals = line.indexOf('=');
            String value = line.substring(equals + 1).trim();
            switch (equals < 0 ? "" : line.substring(0, equals)) {
                case "type" -> type = value;
                case "size" -> size = value;
                case "ctime" -> ctime = value;
                case "perm" -> perm = value;
                default -> {}
            }
        }
    }

    private static Stat of(@Nullable String type, @Nullable String size, String ctime, String perm) throws IOException {
        boolean maybeWritable = perm.indexOf('w') >= 0;
        if ("d".equals(type)) {
            return new Stat(true, 0, 0, maybeWritable);
        }
        if (!"f".equals(type) || size == null) {
            throw new IOException("the answer to fstat does not say what is there");
        }
        return new Stat(false, number(size), time(ctime), maybeWritable);
    }

    /** A file whose time makes no sense, such as one before 1970, has none: its neighbours are listed all the same. */
    private static long time(String digits) {
        try {
            return number(digits);
        } catch (IOException e) {
            return 0;
        }
    }

    /** A decimal of 63 bits that is not negative. */
    static long number(String digits) throws IOException {
        if (digits.isEmpty() || digits.length() > 18 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IOException("the answer has something else in place of a number");
        }
        return Long.parseLong(digits);
    }

    /**
     * Whether the device says when a file was created. An emulated one does not where its store knows no times; then nothing tells two
     * contents of one size apart, and a file has no ETag.
     */
    boolean isDated() {
        return ctime != 0;
    }

    /** Names the content of a file, as far as the device tells them apart. */
    String etag() {
        return Long.toHexString(size) + "-" + Long.toHexString(ctime);
    }
}
