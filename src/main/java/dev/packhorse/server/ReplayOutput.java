package dev.packhorse.server;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of one answer on their way into the socket, in the one framing that every old client survives (INTEROP sections 1 and
 * 3): chunks of at most 32768 bytes, whose sizes have eight digits as devices write them. For HTTP/1.0 there are no chunks.
 *
 * <p>Everything is laid out in one buffer and written when that is full, eight chunks at a time, or at the end: an answer of up to 256
 * KiB leaves in one write.
 */
final class ReplayOutput {

    /** Where the bytes go. */
    interface Sink {
        /** Writes all that remains. */
        void write(ByteBuffer bytes) throws IOException;
    }

    private static final int CHUNK = 32768;
    private static final int SIZE = 10;
    private static final int FRAME = SIZE + CHUNK + 2;
    private static final byte[] END = {'0', '\r', '\n', '\r', '\n'};
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int HEAD = 512;

    /** Room for a head, eight chunks and the end. */
    static final int CAPACITY = HEAD + 8 * FRAME + END.length;

    private final ByteBuffer buffer;
    private final Sink sink;
    private final boolean chunked;

    /** Where the chunk begins that is being filled; -1 for none. */
    private int start = -1;

    private long waiting;
    private long sent;

    /**
     * An answer.
     *
     * @param buffer of {@link #CAPACITY}, in which the answer's head stands already, {@value #HEAD} bytes at most
     */
    ReplayOutput(ByteBuffer buffer, Sink sink, boolean chunked) {
        this.buffer = buffer;
        this.sink = sink;
        this.chunked = chunked;
    }

    /** Bytes of the body that have left, without the framing. */
    long sent() {
        return sent;
    }

    /** Adds bytes, all that remain. */
    void put(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            int count = Math.min(room(), bytes.remaining());
            buffer.put(buffer.position(), bytes, bytes.position(), count);
            bytes.position(bytes.position() + count);
            added(count);
        }
    }

    /** Adds bytes of a file, which are read to where they leave from. */
    void put(FileChannel file, long position, long length) throws IOException {
        long end = position + length;
        for (long at = position; at < end; ) {
            int most = (int) Math.min(room(), end - at);
            int before = buffer.position();
            int count = file.read(buffer.limit(before + most), at);
            buffer.limit(buffer.capacity()).position(before);
            if (count <= 0) {
                throw new EOFException("the file has shrunk while it was sent");
            }
            at += count;
            added(count);
        }
    }

    private void added(int count) {
        buffer.position(buffer.position() + count);
        waiting += count;
    }

    /** How much may be added now. */
    private int room() throws IOException {
        if (!chunked) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            return buffer.remaining();
        }
        if (start >= 0 && filled() == CHUNK) {
            endChunk();
        }
        if (start < 0) {
            if (buffer.remaining() < FRAME + END.length) {
                flush();
            }
            start = buffer.position();
            buffer.position(start + SIZE);
        }
        return CHUNK - filled();
    }

    private int filled() {
        return buffer.position() - start - SIZE;
    }

    private void endChunk() {
        int size = filled();
        for (int digit = 0; digit < 8; digit++) {
            buffer.put(start + digit, DIGITS[size >>> (28 - 4 * digit) & 15]);
        }
        buffer.put(start + 8, (byte) '\r').put(start + 9, (byte) '\n');
        buffer.put((byte) '\r').put((byte) '\n');
        start = -1;
    }

    /** Writes what is left, and the end. Without this the client sees that something is missing. */
    void finish() throws IOException {
        if (start >= 0) {
            endChunk();
        }
        if (chunked) {
            buffer.put(END);
        }
        flush();
    }

    private void flush() throws IOException {
        buffer.flip();
        sink.write(buffer);
        buffer.clear();
        sent += waiting;
        waiting = 0;
    }
}
