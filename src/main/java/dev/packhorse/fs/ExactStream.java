package dev.packhorse.fs;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * So many bytes of a stream: not more, and an {@link EOFException} if there are less. What follows them is not touched. Closing it
 * closes the stream.
 */
public class ExactStream extends FilterInputStream {

    private long left;

    /**
     * The next bytes of a stream.
     *
     * @param length how many
     */
    public ExactStream(InputStream in, long length) {
        super(in);
        this.left = length;
    }

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public final int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0 || left == 0) {
            return length == 0 ? 0 : -1;
        }
        try {
            int count = super.read(buffer, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException(left + " bytes are missing");
            }
            left -= count;
            passed(count, left);
            return count;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public final long skip(long count) throws IOException {
        try {
            long skipped = super.skip(Math.max(0, Math.min(count, left)));
            left -= skipped;
            passed(skipped, left);
            return skipped;
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public final int available() throws IOException {
        return (int) Math.min(left, super.available());
    }

    @Override
    public final boolean markSupported() {
        return false;
    }

    /**
     * Called when bytes have been read or skipped.
     *
     * @param count how many
     * @param left how many are left
     */
    protected void passed(long count, long left) throws IOException {}

    /** What is thrown for a failure of the stream. */
    protected IOException failure(IOException e) {
        return e;
    }
}
