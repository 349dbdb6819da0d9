package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Bytes in a local file.
 *
 * @param slice where they are
 * @param owner what is closed with them
 */
record ChannelBytes(FileSlice slice, Closeable owner) implements Bytes {

    @Override
    public long length() {
        return slice.range().length();
    }

    @Override
    public InputStream open(long offset, long length) throws EOFException {
        Bytes.check(offset, length, length());
        return new Stream(slice(offset, length));
    }

    @Override
    public FileSlice slice(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, length());
        return new FileSlice(slice.channel(), new ByteRange(slice.range().offset() + offset, /* length= */ length));
    }

    @Override
    public void close() throws IOException {
        owner.close();
    }

    private static final class Stream extends InputStream {
        private final FileSlice slice;
        private long position;

        Stream(FileSlice slice) {
            this.slice = slice;
            this.position = slice.range().offset();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            long left = slice.range().end() - position;
            if (length == 0 || left == 0) {
                return length == 0 ? 0 : -1;
            }
            int wanted = (int) Math.min(length, left);
            int count = slice.channel().read(ByteBuffer.wrap(buffer, offset, wanted), position);
            if (count <= 0) {
                throw new EOFException("the file has shrunk");
            }
            position += count;
            return count;
        }

        @Override
        public long skip(long count) {
            long step = Math.max(0, Math.min(count, slice.range().end() - position));
            position += step;
            return step;
        }
    }
}
