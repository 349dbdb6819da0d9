package dev.packhorse.front.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes of a text under construction. */
public final class WireBuffer {

    private byte[] bytes;
    private int size;

    /**
     * An empty buffer.
     *
     * @param capacity room to begin with; it grows
     */
    public WireBuffer(int capacity) {
        bytes = new byte[capacity];
    }

    public int size() {
        return size;
    }

    /** Forgets the content, keeps the room. */
    public void clear() {
        size = 0;
    }

    /** The content, without copying; valid until the next change. */
    public ByteBuffer view() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    /** The array behind the content; another one after the buffer has grown. */
    public byte[] array() {
        return bytes;
    }

    public WireBuffer octet(int value) {
        room(1);
        bytes[size++] = (byte) value;
        return this;
    }

    public WireBuffer octets(byte[] source, int offset, int length) {
        room(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
        return this;
    }

    /** Appends bytes that the caller then fills in through {@link #array}; returns where they begin. */
    public int extend(int length) {
        room(length);
        size += length;
        return size - length;
    }

    /** Appends text as UTF-8. */
    public WireBuffer text(String text) {
        return text(text, 0);
    }

    /** Appends the end of a text as UTF-8. */
    public WireBuffer text(String text, int from) {
        int length = text.length();
        room(length - from);
        int at = size;
        for (int i = from; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                byte[] rest = text.substring(i).getBytes(StandardCharsets.UTF_8);
                size = at;
                return octets(rest, 0, rest.length);
            }
            bytes[at++] = (byte) c;
        }
        size = at;
        return this;
    }

    /**
     * Appends chars from 0 to 255 as one byte each.
     *
     * <p>The deprecated method drops the high bytes, which is what is wanted, and is a plain copy in memory.
     */
    @SuppressWarnings("deprecation")
    public WireBuffer wire(String text) {
        int length = text.length();
        room(length);
        text.getBytes(0, length, bytes, size);
        size += length;
        return this;
    }

    /** Appends a decimal number. */
    public WireBuffer number(long value) {
        if (value < 0) {
            return wire(Long.toString(value));
        }
        int digits = 1;
        for (long rest = value; rest > 9; rest /= 10) {
            digits++;
        }
        room(digits);
        size += digits;
        long rest = value;
        for (int at = size - 1; digits > 0; digits--) {
            bytes[at--] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return this;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
        }
    }
}
