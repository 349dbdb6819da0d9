package dev.packhorse.store.memory;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.Node;
import java.io.IOException;
import java.io.InputStream;

/** One version of a file, for as long as this is open. */
final class MemoryContent implements Content {

    private final Node node;
    private final Bytes bytes;
    private volatile boolean closed;

    MemoryContent(Node node, Bytes bytes) {
        this.node = node;
        this.bytes = bytes;
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public Body body(ByteRange range) {
        return new Body() {
            @Override
            public long length() {
                return range.length();
            }

            @Override
            public InputStream open() throws IOException {
                requireOpen();
                return bytes.open(range, MemoryContent.this);
            }
        };
    }

    void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("the content is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
