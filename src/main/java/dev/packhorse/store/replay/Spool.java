package dev.packhorse.store.replay;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.SpoolSpace;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A body on the local disk, in a file that goes with this: all of it is there, and its length is known. */
final class Spool implements Body, Closeable {

    private static final int BUFFER = 64 * 1024;

    private final FileChannel channel;
    private final SpoolSpace.Room room = SpoolSpace.SHARED.room();
    private long length;

    private Spool(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Reads a body to its end.
     *
     * @throws IOException also if it has not the length that it says; {@code NO_SPACE} if {@link SpoolSpace} has no room for it
     */
    static Spool of(Body body, Path folder) throws IOException {
        Path file = Files.createTempFile(folder, "packhorse-replay", null);
        Spool spool = new Spool(FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE));
        boolean whole = false;
        try (InputStream in = body.open()) {
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                spool.add(ByteBuffer.wrap(buffer, 0, count));
                if (body.length() != UNKNOWN && spool.length > body.length()) {
                    break;
                }
            }
            if (body.length() != UNKNOWN && body.length() != spool.length) {
                throw new EOFException("a body of " + spool.length + " bytes instead of " + body.length());
            }
            whole = true;
            return spool;
        } finally {
            if (!whole) {
                spool.close();
            }
        }
    }

    private void add(ByteBuffer bytes) throws IOException {
        room.take(bytes.remaining(), "write", FsPath.ROOT);
        length += bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public InputStream open() {
        return new FileSlice(channel, new ByteRange(0, length)).open();
    }

    @Override
    public void close() throws IOException {
        try (room) {
            channel.close();
        }
    }
}
