package dev.packhorse.fs;

/**
 * A run of bytes of a file.
 *
 * @param offset first byte, from 0
 * @param length number of bytes, may be 0
 */
public record ByteRange(long offset, long length) {
    public ByteRange {
        if (offset < 0 || length < 0 || offset + length < 0) {
            throw new IllegalArgumentException("not a range: " + offset + "+" + length);
        }
    }

    /** Position behind the last byte. */
    public long end() {
        return offset + length;
    }
}
