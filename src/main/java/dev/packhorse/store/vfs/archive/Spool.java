package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.SpoolSpace;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A copy of what is read from a stream, in a file that has no name and that nobody else can open. Beyond its limit there is
 * no copy.
 */
final class Spool implements Closeable {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final long limit;
    private final SpoolSpace.Room room = SpoolSpace.SHARED.room();
    private @Nullable FileChannel channel;
    private long length;

    /**
     * An empty spool.
     *
     * @param folder where it takes room
     * @param limit most bytes
     */
    Spool(Path folder, long limit) throws IOException {
        this.limit = limit;
        // On Unix the JDK removes the name as soon as the file is open.
        Path path = folder.resolve("packhorse-spool-" + HexFormat.of().toHexDigits(RANDOM.nextLong()));
        Set<StandardOpenOption> options = Set.of(
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
        boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        this.channel = posix
                ? FileChannel.open(
                        path,
                        options,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                : FileChannel.open(path, options);
    }

    /** How many bytes came by, also beyond the limit. */
    long length() {
        return length;
    }

    /** The bytes, which now own the file; {@code null} if there were too many. */
    @Nullable
    Bytes take() {
        FileChannel file = channel;
        channel = null;
        return file == null ? null : new ChannelBytes(new FileSlice(file, new ByteRange(0, length)), () -> close(file));
    }

    /** The same stream; what is read or skipped of it is copied. */
    InputStream copying(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int count) throws IOException {
                int got = super.read(buffer, offset, count);
                if (got > 0) {
                    add(buffer, offset, got);
                }
                return got;
            }

            @Override
            public long skip(long count) throws IOException {
                byte[] buffer = new byte[(int) Math.min(1 << 16, Math.max(0, count))];
                return buffer.length == 0 ? 0 : Math.max(0, read(buffer, 0, buffer.length));
            }

            @Override
            public boolean markSupported() {
                return false;
            }
        };
    }

    private void add(byte[] buffer, int offset, int count) throws IOException {
        length += count;
        FileChannel file = channel;
        if (file == null) {
            return;
        }
        if (length > limit) {
            close();
            return;
        }
        room.take(count, "open", FsPath.ROOT);
        for (ByteBuffer bytes = ByteBuffer.wrap(buffer, offset, count); bytes.hasRemaining(); ) {
            file.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel file = channel;
        channel = null;
        if (file != null) {
            close(file);
        }
    }

    private void close(FileChannel file) throws IOException {
        try (room) {
            file.close();
        }
    }
}
