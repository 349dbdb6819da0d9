package dev.packhorse.store.http;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.SpoolSpace;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * Bytes on the local disk, in a file without a name that goes with this.
 *
 * @param length how many
 * @param room that they take
 */
public record Spool(FileChannel channel, long length, SpoolSpace.Room room) implements Closeable {

    private static final int BUFFER = 64 * 1024;

    /**
     * Reads a stream to its end.
     *
     * @param limit most bytes
     * @throws IOException what the stream throws; {@code TOO_LARGE} if there are more; {@code NO_SPACE} if {@link SpoolSpace} has no
     *     room for them; {@code IO} if the disk fails
     */
    public static Spool of(InputStream in, Path folder, long limit, String operation, FsPath path) throws IOException {
        Path file = Files.createTempFile(folder, "packhorse-web", null);
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        SpoolSpace.Room room = SpoolSpace.SHARED.room();
        try {
            long length = 0;
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                length += count;
                if (length > limit) {
                    throw new FsException(Kind.TOO_LARGE, operation, path);
                }
                room.take(count, operation, path);
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            return new Spool(channel, length, room);
        } catch (IOException | RuntimeException e) {
            try (channel;
                    room) {
                throw e;
            }
        }
    }

    /** The bytes; may be opened more than once. */
    public InputStream open() {
        return slice(new ByteRange(0, length)).open();
    }

    private FileSlice slice(ByteRange range) {
        return new FileSlice(channel, range);
    }

    /** These bytes as those of a file, which takes them over. */
    public Content content(Node node) {
        return new Content() {
            @Override
            public Node node() {
                return node;
            }

            @Override
            public Body body(ByteRange range) {
                Objects.checkFromIndexSize(range.offset(), /* size= */ range.length(), /* length= */ length);
                FileSlice slice = slice(range);
                return new Body() {
                    @Override
                    public long length() {
                        return range.length();
                    }

                    @Override
                    public InputStream open() {
                        return slice.open();
                    }

                    @Override
                    public FileSlice slice() {
                        return slice;
                    }
                };
            }

            @Override
            public void close() throws FsException {
                try {
                    Spool.this.close();
                } catch (IOException e) {
                    throw new FsException(Kind.IO, "read", node.path(), e);
                }
            }
        };
    }

    @Override
    public void close() throws IOException {
        try (room) {
            channel.close();
        }
    }
}
