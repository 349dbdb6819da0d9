package dev.packhorse.store.memory;

import dev.packhorse.fs.ByteRange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;

/** The bytes of a file, in chunks of {@value #CHUNK} of which only the last is shorter. Never changed. */
record Bytes(List<byte[]> chunks, long length) {

    static final int CHUNK = 64 * 1024;
    static final Bytes EMPTY = new Bytes(List.of(), 0);

    static Bytes of(byte[] bytes) {
        // The target of a symlink: shorter than a chunk.
        return new Bytes(List.of(bytes), bytes.length);
    }

    InputStream open(ByteRange range, MemoryContent owner) {
        Objects.checkFromIndexSize(range.offset(), range.length(), length);
        return new Stream(range, owner);
    }

    private final class Stream extends InputStream {
        private final MemoryContent owner;
        private final long end;
        private long position;

        Stream(ByteRange range, MemoryContent owner) {
            this.owner = owner;
            this.position = range.offset();
            this.end = range.end();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int count) throws IOException {
            Objects.checkFromIndexSize(offset, count, buffer.length);
            owner.requireOpen();
            if (position == end) {
                return count == 0 ? 0 : -1;
            }
            byte[] chunk = chunks.get((int) (position / CHUNK));
            int start = (int) (position % CHUNK);
            int now = (int) Math.min(Math.min(count, end - position), chunk.length - start);
            System.arraycopy(chunk, start, buffer, offset, now);
            position += now;
            return now;
        }

        @Override
        public long transferTo(OutputStream out) throws IOException {
            long from = position;
            while (position < end) {
                owner.requireOpen();
                byte[] chunk = chunks.get((int) (position / CHUNK));
                int start = (int) (position % CHUNK);
                int count = (int) Math.min(end - position, chunk.length - start);
                out.write(chunk, start, count);
                position += count;
            }
            return position - from;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, end - position);
        }
    }
}
