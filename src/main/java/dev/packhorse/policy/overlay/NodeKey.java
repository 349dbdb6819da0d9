package dev.packhorse.policy.overlay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How a node of a store is found in the database: the number of the store, then the UTF-8 of the path. */
final class NodeKey {

    /** Longest path that has a row, in bytes: an entry of a PostgreSQL B-tree takes 2,704 bytes with all its columns. */
    static final int MAX_PATH = 2560;

    private static final int STORE_BYTES = Integer.BYTES;

    private final byte[] bytes;

    private NodeKey(byte[] bytes) {
        this.bytes = bytes;
    }

    static NodeKey of(int store, FsPath path) {
        byte[] text = (path.isRoot() ? "" : path.toString()).getBytes(StandardCharsets.UTF_8);
        return new NodeKey(ByteBuffer.allocate(STORE_BYTES + text.length)
                .putInt(store)
                .put(text)
                .array());
    }

    /** Tells whether a path may have a row. */
    static boolean fits(FsPath path) {
        String text = path.toString();
        return text.length() <= MAX_PATH / 3 || text.getBytes(StandardCharsets.UTF_8).length <= MAX_PATH;
    }

    /** The path of a key that {@link #bytes} has given. */
    static FsPath path(byte[] bytes) {
        if (bytes.length == STORE_BYTES) {
            return FsPath.ROOT;
        }
        try {
            return FsPath.parse(new String(bytes, STORE_BYTES, bytes.length - STORE_BYTES, StandardCharsets.UTF_8));
        } catch (FsException e) {
            throw new IllegalStateException("the overlay holds what is no path", e);
        }
    }

    byte[] bytes() {
        return bytes;
    }

    /** The key of the directory that holds this; empty for the root. */
    byte[] directory() {
        int slash = lastSlash();
        return slash < 0 ? new byte[0] : Arrays.copyOf(bytes, slash);
    }

    /** The last segment; empty for the root. */
    byte[] name() {
        int slash = lastSlash();
        return slash < 0 ? new byte[0] : Arrays.copyOfRange(bytes, slash + 1, bytes.length);
    }

    /** Below the keys of all descendants, above those that sort before them. */
    byte[] lowerBound() {
        byte[] bound = Arrays.copyOf(bytes, bytes.length + 1);
        bound[bytes.length] = '/';
        return bound;
    }

    /** Above the keys of all descendants. */
    byte[] upperBound() {
        byte[] bound = lowerBound();
        bound[bytes.length] = '/' + 1;
        return bound;
    }

    private int lastSlash() {
        int slash = bytes.length - 1;
        while (slash >= STORE_BYTES && bytes[slash] != '/') {
            slash--;
        }
        return slash < STORE_BYTES ? -1 : slash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NodeKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
