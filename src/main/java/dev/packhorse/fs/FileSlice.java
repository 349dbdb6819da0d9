package dev.packhorse.fs;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/**
 * A piece of an open local file. It does not own the channel.
 *
 * @param channel open for reading; its own position is neither used nor moved
 * @param range which bytes
 */
public record FileSlice(FileChannel channel, ByteRange range) {

    /** The bytes; a file that has shrunk makes the stream throw. Closing it does nothing. */
    public InputStream open() {
        return new Stream(channel, range);
    }

    private static final class Stream extends InputStream {
        private final FileChannel channel;
        private final long end;
        private long position;

        Stream(FileChannel channel, ByteRange range) {
            this.channel = channel;
            this.position = range.offset();
            this.end = range.end();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, buffer.length);
            if (length == 0 || position == end) {
                return length == 0 ? 0 : -1;
            }
            int wanted = (int) Math.min(length, end - position);
            int count = channel.read(ByteBuffer.wrap(buffer, offset, wanted), position);
            if (count <= 0) {
                throw new EOFException("the file ends at " + position + " instead of " + end);
            }
            position += count;
            return count;
        }

        @Override
        public long skip(long count) {
            long step = Math.max(0, Math.min(count, end - position));
            position += step;
            return step;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, end - position);
        }
    }
}
