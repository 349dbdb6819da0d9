package dev.packhorse.front.openhands;

import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What base64 (RFC 4648, section 4) says. The JDK's own stream takes what stands behind the padding for nothing; this one, like
 * the JDK's decoder, fails.
 */
final class Base64Stream extends InputStream {

    /** It is not base64. */
    static final class Broken extends IOException {
        private static final long serialVersionUID = 1L;

        Broken(@Nullable Throwable cause) {
            super("broken base64", cause);
        }
    }

    /** Characters at a time: whole groups of four, so that padding is at the very end only. */
    private static final int BLOCK = 8192;

    private final InputStream in;
    private byte[] decoded = new byte[0];
    private int position;
    private boolean ended;

    Base64Stream(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length == 0) {
            return 0;
        }
        while (position == decoded.length) {
            if (ended) {
                return -1;
            }
            decode();
        }
        int count = Math.min(length, decoded.length - position);
        System.arraycopy(decoded, position, buffer, offset, count);
        position += count;
        return count;
    }

    private void decode() throws IOException {
        byte[] block = in.readNBytes(BLOCK);
        if (ended(block)) {
            ended = true;
        }
        try {
            decoded = Base64.getDecoder().decode(block);
        } catch (IllegalArgumentException e) {
            throw new Broken(e);
        }
        position = 0;
    }

    /** Padding in a full block may still be the end: then nothing may follow. */
    private boolean ended(byte[] block) throws IOException {
        if (block.length < BLOCK) {
            return true;
        }
        if (block[BLOCK - 1] != '=') {
            return false;
        }
        if (in.read() >= 0) {
            throw new Broken(null);
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
