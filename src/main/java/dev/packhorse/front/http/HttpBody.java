package dev.packhorse.front.http;

import dev.packhorse.fs.FileSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/** The body of a response: bytes at hand, a piece of an open file, or chunks made while they are sent. */
public sealed interface HttpBody {

    /** Bytes in memory. */
    static HttpBody of(byte[] bytes) {
        return new Bytes(ByteBuffer.wrap(bytes));
    }

    /** Number of bytes; -1 if it is not known before the end, which makes the transfer chunked. */
    long length();

    /** Bytes in memory; the position of the buffer stays. */
    record Bytes(ByteBuffer buffer) implements HttpBody {
        @Override
        public long length() {
            return buffer.remaining();
        }
    }

    /** A piece of an open file; the server may send it without copying it through the process. */
    record Slice(FileSlice slice) implements HttpBody {
        @Override
        public long length() {
            return slice.range().length();
        }
    }

    /**
     * Chunks, pulled when there is room for them. A source that fails, or ends before {@code length}, breaks the
     * connection, so that the client sees that something is missing.
     *
     * @param length number of bytes, or -1
     * @param source where they come from
     */
    record Chunked(long length, Source source) implements HttpBody {}

    /** Makes a body piece by piece. Used by one thread at a time, though not always the same. */
    interface Source {
        /**
         * The next bytes, between 1 and about 64 KiB, valid until the next call; {@code null} at the end. May block. No bytes at
         * first send the head alone.
         */
        @Nullable
        ByteBuffer next() throws IOException;

        /**
         * Where the same bytes can be read from into a buffer of the caller's, instead of {@link #next}: all of them, and blocking.
         * {@code null} if that saves nothing. Asked before the first byte is.
         */
        default @Nullable ReadableByteChannel channel() throws IOException {
            return null;
        }
    }
}
