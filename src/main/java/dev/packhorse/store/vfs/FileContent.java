package dev.packhorse.store.vfs;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Node;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
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
                return new Stream(channel, range);
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
    }
}
