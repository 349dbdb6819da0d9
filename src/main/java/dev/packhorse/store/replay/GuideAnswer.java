package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.packhorse.wire.replay.ReplayStatus;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a device says to a request for its guide: a status, some {@code name=value} lines, and perhaps a file.
 *
 * @param values of the lines, by their names
 * @param file what was attached; {@code null} if nothing was
 */
record GuideAnswer(Map<String, String> values, @Nullable ByteBuffer file) {

    /** Longest snapshot that is taken, in bytes: more than 16,000 shows. */
    static final int MAX_FILE = 8 << 20;

    private static final byte[] START = "#####ATTACHED_FILE_START#####".getBytes(ISO_8859_1);
    private static final byte[] END = "#####ATTACHED_FILE_END#####".getBytes(ISO_8859_1);
    private static final int MAX_LINE = 512;
    private static final int MAX_LINES = 32;

    /**
     * Reads an answer to its end.
     *
     * @throws StatusException if the status is not zero
     * @throws IOException if the stream fails, or this is no such answer, or a file is cut short or too long
     */
    static GuideAnswer read(InputStream in) throws IOException {
        String status = line(in, in.read());
        if (status == null) {
            // HTTP status 204: it was done, and there is nothing to say.
            return new GuideAnswer(Map.of(), null);
        }
        check(status);
        Map<String, String> values = new HashMap<>();
        for (int lines = 0; lines < MAX_LINES; lines++) {
            int first = in.read();
            if (first == '#') {
                return new GuideAnswer(values, file(in, values.get("FileLength")));
            }
            String line = line(in, first);
            if (line == null) {
                return new GuideAnswer(values, null);
            }
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.putIfAbsent(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        throw new IOException("an answer of the guide that goes on and on");
    }

    private static void check(String status) throws IOException {
        try {
            ReplayStatus known = ReplayStatus.parse(status);
            if (known != ReplayStatus.OK) {
                throw new StatusException(status, known);
            }
        } catch (NumberFormatException e) {
            throw new IOException("an answer of the guide without a status", e);
        }
    }

    /** Up to a line feed or the end; {@code null} where nothing is left. */
    private static @Nullable String line(InputStream in, int first) throws IOException {
        if (first < 0) {
            return null;
        }
        StringBuilder line = new StringBuilder();
        for (int c = first; c >= 0 && c != '\n'; c = in.read()) {
            if (line.length() == MAX_LINE) {
                throw new IOException("a line of the guide that is too long");
            }
            line.append((char) c);
        }
        return line.toString().stripTrailing();
    }

    /** What is between the marks, the first of which has been begun. Some programs that play a device leave out the second. */
    private static ByteBuffer file(InputStream in, @Nullable String declared) throws IOException {
        int length = length(declared);
        if (!Arrays.equals(in.readNBytes(START.length - 1), Arrays.copyOfRange(START, 1, START.length))) {
            throw new IOException("a file of the guide that does not begin as it must");
        }
        byte[] file = in.readNBytes(length);
        if (file.length != length) {
            throw new EOFException("a file of the guide that is cut short");
        }
        byte[] end = in.readNBytes(END.length);
        if (end.length != 0 && !Arrays.equals(end, END)) {
            throw new IOException("a file of the guide that does not end as it must");
        }
        return ByteBuffer.wrap(file);
    }

    private static int length(@Nullable String declared) throws IOException {
        if (declared == null || !declared.matches("[0-9]{1,9}")) {
            throw new IOException("a file of the guide without a length");
        }
        int length = Integer.parseInt(declared);
        if (length > MAX_FILE) {
            throw new IOException("a file of the guide that is too long");
        }
        return length;
    }
}
