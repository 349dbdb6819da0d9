package dev.packhorse.store.vfs;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Node;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** An open local file. */
record FileContent(Node node, FileChannel channel) implements Content {

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
            throw new FsException(Kind.IO, "read", node.path(), e);
        }
    }
}
