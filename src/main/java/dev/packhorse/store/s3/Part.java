package dev.packhorse.store.s3;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.SpoolSpace;
import dev.packhorse.store.object.Buffers;
import dev.packhorse.store.object.Metadata;
import dev.packhorse.store.object.Source;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import software.amazon.awssdk.core.sync.RequestBody;

/** Bytes of a body that can be sent as often as it takes. Filled by one thread, then sent by another. */
sealed interface Part extends Closeable {

    /** Takes bytes of the body until it has its size or the body ends. */
    void fill(Source source) throws IOException;

    long length();

    RequestBody body();

    /** In one of the shared buffers. */
    final class InMemory implements Part {
        private final Buffers buffers;
        private final byte[] buffer;
        private int length;

        InMemory(Buffers buffers, byte[] buffer) {
            this.buffers = buffers;
            this.buffer = buffer;
        }

        @Override
        public void fill(Source source) throws IOException {
            length = source.read(buffer, buffer.length);
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public RequestBody body() {
            return Part.body(buffer, length);
        }

        @Override
        public void close() {
            buffers.give(buffer);
        }
    }

    /** In a temporary file, which is gone from its folder from the start. */
    final class OnDisk implements Part {
        private static final int CHUNK = 128 * 1024;

        private final FileChannel channel;
        private final SpoolSpace.Room room = SpoolSpace.SHARED.room();
        private final long size;
        private long length;

        OnDisk(Path folder, long size) throws IOException {
            this.size = size;
            Path file = Files.createTempFile(folder, "packhorse-s3-", ".part");
            boolean opened = false;
            try {
                this.channel = FileChannel.open(
                        file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
                opened = true;
            } finally {
                if (!opened || !System.getProperty("os.name", "").startsWith("Windows")) {
                    Files.deleteIfExists(file);
                }
            }
        }

        @Override
        public void fill(Source source) throws IOException {
            byte[] chunk = new byte[CHUNK];
            while (length < size && !source.isEnded()) {
                ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, source.read(chunk, (int) Math.min(CHUNK, size - length)));
                room.take(bytes.remaining(), "write", FsPath.ROOT);
                while (bytes.hasRemaining()) {
                    length += channel.write(bytes, length);
                }
            }
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public RequestBody body() {
            FileSlice slice = new FileSlice(channel, new ByteRange(0, length));
            return RequestBody.fromContentProvider(slice::open, length, Metadata.UNTYPED);
        }

        @Override
        public void close() throws IOException {
            try (room) {
                channel.close();
            }
        }
    }

    /** The first bytes of an array, uncopied. */
    static RequestBody body(byte[] bytes, int length) {
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(bytes, 0, length), length, Metadata.UNTYPED);
    }
}
