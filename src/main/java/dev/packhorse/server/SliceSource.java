package dev.packhorse.server;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.fs.FileSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** A piece of a file as bytes that pass through the process, for connections to which the kernel cannot send it. */
final class SliceSource implements HttpBody.Source, ReadableByteChannel {

    private final FileSlice slice;
    private long position;

    SliceSource(FileSlice slice) {
        this.slice = slice;
        this.position = slice.range().offset();
    }

    @Override
    public ReadableByteChannel channel() {
        return this;
    }

    @Override
    public ByteBuffer next() {
        throw new UnsupportedOperationException("read from the channel");
    }

    /** A file that has shrunk ends early. */
    @Override
    public int read(ByteBuffer target) throws IOException {
        int count = slice.channel().read(target, position);
        position += Math.max(0, count);
        return count;
    }

    @Override
    public boolean isOpen() {
        return slice.channel().isOpen();
    }

    /** Does nothing: the file belongs to the response. */
    @Override
    public void close() {}
}
