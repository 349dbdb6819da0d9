package dev.packhorse.change.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The inside of a JSON string as a stream of bytes, made while it is read: UTF-8 with what JSON demands escaped (RFC 8259,
 * section 7), or base64. Memory does not depend on the length.
 */
final class Json extends InputStream {

    /** A multiple of three: base64 has no padding before the end. */
    private static final int CHUNK = 6 * 1024;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final InputStream in;
    private final boolean base64;
    private byte[] ready = new byte[0];
    private int next;
    private boolean ended;

    private Json(InputStream in, boolean base64) {
        this.in = in;
        this.base64 = base64;
    }

    /** Text, which must be UTF-8, as the inside of a string. */
    static InputStream text(InputStream utf8) {
        return new Json(utf8, false);
    }

    /** Bytes in base64, which needs no escapes. */
    static InputStream base64(InputStream bytes) {
        return new Json(bytes, true);
    }

    /** A whole string with its quotes. */
    static byte[] string(String text) {
        byte[] inside = escaped(text.getBytes(StandardCharsets.UTF_8));
        byte[] quoted = new byte[inside.length + 2];
        quoted[0] = '"';
        System.arraycopy(inside, 0, quoted, 1, inside.length);
        quoted[quoted.length - 1] = '"';
        return quoted;
    }

    /** Tells whether bytes are valid UTF-8; the stream is read to where that is known. */
    static boolean isUtf8(InputStream bytes) throws IOException {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.allocate(CHUNK);
        CharBuffer out = CharBuffer.allocate(CHUNK);
        while (true) {
            int read = bytes.read(in.array(), in.position(), in.remaining());
            boolean end = read < 0;
            in.position(in.position() + Math.max(0, read));
            in.flip();
            out.clear();
            CoderResult result = decoder.decode(in, out, end);
            if (result.isError()) {
                return false;
            }
            if (end) {
                return true;
            }
            in.compact();
        }
    }

    private boolean fill() throws IOException {
        while (next == ready.length) {
            if (ended) {
                return false;
            }
            byte[] chunk = in.readNBytes(CHUNK);
            ended = chunk.length < CHUNK;
            ready = base64 ? Base64.getEncoder().encode(chunk) : escaped(chunk);
            next = 0;
        }
        return true;
    }

    /** Only single bytes are escaped, so it does not matter where a chunk ends. */
    private static byte[] escaped(byte[] utf8) {
        int length = 0;
        for (byte b : utf8) {
            length += isShort(b) ? 2 : isControl(b) ? 6 : 1;
        }
        if (length == utf8.length) {
            return utf8;
        }
        byte[] out = new byte[length];
        int at = 0;
        for (byte b : utf8) {
            if (isShort(b)) {
                out[at++] = '\\';
                out[at++] = letter(b);
            } else if (isControl(b)) {
                out[at++] = '\\';
                out[at++] = 'u';
                out[at++] = '0';
                out[at++] = '0';
                out[at++] = HEX[b >> 4];
                out[at++] = HEX[b & 0xf];
            } else {
                out[at++] = b;
            }
        }
        return out;
    }

    private static boolean isControl(byte b) {
        return b >= 0 && b < ' ';
    }

    private static boolean isShort(byte b) {
        return b == '"' || b == '\\' || b == '\n' || b == '\r' || b == '\t';
    }

    private static byte letter(byte b) {
        return (byte)
                switch (b) {
                    case '\n' -> 'n';
                    case '\r' -> 'r';
                    case '\t' -> 't';
                    default -> b;
                };
    }

    @Override
    public int read() throws IOException {
        return fill() ? ready[next++] & 0xff : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, ready.length - next);
        System.arraycopy(ready, next, buffer, offset, count);
        next += count;
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
