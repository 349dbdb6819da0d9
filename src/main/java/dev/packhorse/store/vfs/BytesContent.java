package dev.packhorse.store.vfs;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.Node;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Objects;

/** A file or symlink whose bytes are here. */
final class BytesContent implements Content {

    private final Node node;
    private final byte[] bytes;

    BytesContent(Node node, byte[] bytes) {
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
