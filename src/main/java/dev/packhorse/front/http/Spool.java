package dev.packhorse.front.http;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.SpoolSpace;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are written first and read after: up to 512 KiB in memory (the parts of a thousand entries and more), beyond
 * that in a temporary file that only this process can read and that is gone when the spool is closed. May be cleared and
 * used again.
 */
public final class Spool implements Closeable {

    private static final int MEMORY = 512 * 1024;

    private final @Nullable Path folder;
    private final SpoolSpace.Room room = SpoolSpace.SHARED.room();
    private final WireBuffer memory = new WireBuffer(8 * 1024);
    private @Nullable Path file;
    private @Nullable FileChannel channel;
    private long written;
    private long read;

    /**
     * An empty spool.
     *
     * @param folder where the file goes if one is needed; {@code null} for the system's folder of temporary files
     */
    public Spool(@Nullable Path folder) {
        this.folder = folder;
    }

    /** Bytes written since the last {@link #clear}. */
    public long length() {
        return written + memory.size();
    }

    /** Where to append; {@link #spill} must follow each few kilobytes. */
    public WireBuffer tail() {
        return memory;
    }

    /**
     * Moves what is in memory to the file if it is too much.
     *
     * @throws IOException also {@code NO_SPACE} if {@link SpoolSpace} has no room for it
     */
    public void spill() throws IOException {
        if (memory.size() > MEMORY) {
            FileChannel open = channel;
            if (open == null) {
                open = create();
                channel = open;
            }
            ByteBuffer bytes = memory.view();
            room.take(bytes.remaining(), "spool", FsPath.ROOT);
            while (bytes.hasRemaining()) {
                written += open.write(bytes, written);
            }
            memory.clear();
        }
    }

    /** Tells whether everything has been read. */
    public boolean exhausted() {
        return read == length();
    }

    /** The next bytes, as many as asked for. */
    public void read(byte[] target, int offset, int length) throws IOException {
        int done = 0;
        while (done < length && read < written && channel != null) {
            int part = (int) Math.min(length - done, written - read);
            int count = channel.read(ByteBuffer.wrap(target, offset + done, part), read);
            if (count < 0) {
                throw new EOFException("spool ended early");
            }
            read += count;
            done += count;
        }
        if (done < length) {
            int at = (int) (read - written);
            if (memory.size() - at < length - done) {
                throw new EOFException("spool ended early");
            }
            System.arraycopy(memory.array(), at, target, offset + done, length - done);
            read += length - done;
        }
    }

    /** Copies the next bytes, at most so many. */
    public void drain(WireBuffer to, int most) throws IOException {
        int length = (int) Math.min(most, length() - read);
        int at = to.extend(length);
        read(to.array(), at, length);
    }

    /** Forgets everything. */
    public void clear() {
        memory.clear();
        room.close();
        written = 0;
        read = 0;
    }

    @Override
    public void close() throws IOException {
        clear();
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
        if (file != null) {
            Files.deleteIfExists(file);
            file = null;
        }
    }

    private FileChannel create() throws IOException {
        Path created = folder == null
                ? Files.createTempFile("packhorse-", ".spool")
                : Files.createTempFile(folder, "packhorse-", ".spool");
        file = created;
        return FileChannel.open(
                created, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
    }
}
