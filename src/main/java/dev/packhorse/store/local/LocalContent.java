package dev.packhorse.store.local;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Node;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** An open file. */
final class LocalContent implements Content {

    private final Node node;
    private final FileChannel channel;

    LocalContent(Node node, FileChannel channel) {
        this.node = node;
        this.channel = channel;
    }

    @Override
    public Node node() {
        return node;
    }

    FileChannel channel() {
        return channel;
    }

    @Override
    public Body body(ByteRange range) {
        Objects.checkFromIndexSize(range.offset(), /* size= */ range.length(), /* length= */ node.size());
        return new Body() {
            @Override
            public long length() {
                return range.length();
            }

            @Override
            public InputStream open() {
                return slice().open();
            }

            @Override
            public FileSlice slice() {
                return new FileSlice(channel, range);
            }
        };
    }

    @Override
    public void close() throws FsException {
        try {
            channel.close();
        } catch (IOException e) {
            throw LocalErrors.of(e, "read", node.path());
        }
    }
}
