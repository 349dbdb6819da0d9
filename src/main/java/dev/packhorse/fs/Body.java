package dev.packhorse.fs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Bytes on their way.
 *
 * <p>Opened at most once unless an implementation says otherwise; whoever opens it closes the stream. A stream that ends
 * before {@link #length} throws instead of ending.
 */
public interface Body {

    /** The length when nobody knows it before the end. */
    long UNKNOWN = -1;

    /** Number of bytes, or {@link #UNKNOWN}. */
    long length();

    /**
     * Opens the bytes. A stream that is a {@link java.nio.channels.ReadableByteChannel} as well takes large pieces into direct buffers
     * with fewer copies.
     */
    InputStream open() throws IOException;

    /**
     * The same for a store that shows nothing of them before it has called {@link #publishing}. What has to be written down before the
     * change need then not hold back the end of the stream: it is waited for while the store forces the bytes to its disk.
     */
    default InputStream openUnpublished() throws IOException {
        return open();
    }

    /**
     * All bytes are in place, and are about to show; for who opened them by {@link #openUnpublished}.
     *
     * @throws IOException if that must not be
     */
    default void publishing() throws IOException {}

    /**
     * The same bytes as a piece of an open local file, for senders that can hand them to the kernel; {@code null} if they
     * are none. The slice stays valid until the {@link Content} it came from is closed.
     */
    default @Nullable FileSlice slice() {
        return null;
    }

    /** Bytes in memory; may be opened more than once. */
    static Body of(byte[] bytes) {
        return new Body() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }
}
