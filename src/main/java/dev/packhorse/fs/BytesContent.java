package dev.packhorse.fs;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Objects;

/** A file or symlink whose bytes are in memory. */
public final class BytesContent implements Content {

    private final Node node;
    private final byte[] bytes;

    /**
     * Content of such bytes.
     *
     * @param bytes as many as {@code node} says; not copied
     */
    public BytesContent(Node node, byte[] bytes) {
        this.node = node;
        this.bytes = bytes;
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public Body body(ByteRange range) {
        Objects.checkFromIndexSize(range.offset(), /* size= */ range.length(), /* length= */ bytes.length);
        return new Body() {
            @Override
            public long length() {
                return range.length();
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes, (int) range.offset(), (int) range.length());
            }
        };
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
