package dev.packhorse.store.httpfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/** Lines of a listing, each bounded. */
final class LineReader {

    /** A name of 4,096 bytes, three times as long where it is encoded, and a mode. */
    private static final int MAX_LINE = 32 * 1024;

    private final InputStream in;
    private final byte[] block = new byte[16 * 1024];
    private final byte[] line = new byte[MAX_LINE];
    private int position;
    private int limit;

    LineReader(InputStream in) {
        this.in = in;
    }

    /**
     * The next line without its end, the empty text for one that is no UTF-8; {@code null} behind the last.
     *
     * @throws IOException for a line that is too long
     */
    @Nullable
    String next() throws IOException {
        int length = 0;
        while (true) {
            if (position == limit) {
                position = 0;
                limit = Math.max(0, in.read(block));
                if (limit == 0) {
                    return length == 0 ? null : text(length);
                }
            }
            byte octet = block[position++];
            if (octet == '\n') {
                return text(length);
            }
            if (length == MAX_LINE) {
                throw new IOException("a line of a listing is too long");
            }
            line[length++] = octet;
        }
    }

    private String text(int length) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(line, 0, length)).toString();
        } catch (CharacterCodingException e) {
            return "";
        }
    }
}
