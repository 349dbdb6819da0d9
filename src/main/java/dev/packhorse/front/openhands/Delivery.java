package dev.packhorse.front.openhands;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A spooled file, read: the changes of one request in their order. {@link DeliveryWriter} writes it.
 *
 * <p>Shape, numbers big-endian: {@link #MAGIC}, the length of the caller's text in 4 bytes, that text in UTF-8, then for each
 * change the length of its content in 8 bytes, the content, and what came to be known only behind it: the kind in 1 byte, the
 * decoded length in 8, the length of the path in 2, the path in UTF-8.
 */
final class Delivery implements Closeable {

    /** The file is not what was written. */
    static final class Broken extends IOException {
        private static final long serialVersionUID = 1L;

        Broken(Path file, @Nullable Throwable cause) {
            super(file + " is damaged", cause);
        }
    }

    /** "PHWH", version 2. Version 1 had no caller: there were no rules then that could have refused one. */
    static final long MAGIC = 0x5048_5748_0000_0002L;

    private static final long WITHOUT_CALLER = 0x5048_5748_0000_0001L;

    /** Bytes of a caller's text; with as many groups as fit, it still fits the buffer of its writer. */
    static final int LONGEST_CALLER = 48 * 1024;

    /** Bytes behind the content, in front of the path. */
    static final int TAIL = 1 + 8 + 2;

    private final Path file;
    private final FileChannel channel;
    private final long size;
    private String caller = "";
    private long begin = Long.BYTES;
    private long position;

    private Delivery(Path file, FileChannel channel, long size) {
        this.file = file;
        this.channel = channel;
        this.size = size;
    }

    static Delivery open(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            Delivery delivery = new Delivery(file, channel, channel.size());
            delivery.open();
            return delivery;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void open() throws IOException {
        long magic = bytes(0, Long.BYTES).getLong();
        if (magic == MAGIC) {
            int length = bytes(begin, Integer.BYTES).getInt();
            if (length < 0 || length > LONGEST_CALLER) {
                throw new Broken(file, null);
            }
            caller = UTF_8.decode(bytes(begin + Integer.BYTES, length)).toString();
            begin += Integer.BYTES + length;
        } else if (magic != WITHOUT_CALLER) {
            throw new Broken(file, null);
        }
        position = begin;
    }

    /** Whose changes they are, as {@link dev.packhorse.fs.Permissions#caller} says it. */
    String caller() {
        return caller;
    }

    FileChannel channel() {
        return channel;
    }

    /** Where the next change begins. */
    long position() {
        return position;
    }

    /** Goes back to the first change. */
    void rewind() {
        position = begin;
    }

    /** Goes to where a change begins. */
    void seek(long where) {
        position = where;
    }

    /**
     * The next change, {@code null} behind the last one.
     *
     * @throws Broken if the file is damaged
     */
    @Nullable
    Change next() throws IOException {
        if (position == size) {
            return null;
        }
        long stored = bytes(position, Long.BYTES).getLong();
        long content = position + Long.BYTES;
        if (stored < 0 || stored > size - content) {
            throw new Broken(file, null);
        }
        long behind = content + stored;
        ByteBuffer tail = bytes(behind, TAIL);
        Change.Kind kind = Change.Kind.of(tail.get());
        long length = tail.getLong();
        int pathLength = tail.getShort();
        if (kind == null || !kind.fits(stored, length) || pathLength <= 0) {
            throw new Broken(file, null);
        }
        ByteBuffer path = bytes(behind + TAIL, pathLength);
        position = behind + TAIL + pathLength;
        try {
            return new Change(
                    kind, FsPath.parse(UTF_8.decode(path).toString()), new ByteRange(content, stored), length);
        } catch (FsException e) {
            throw new Broken(file, e);
        }
    }

    private ByteBuffer bytes(long from, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, from + bytes.position()) < 0) {
                throw new Broken(file, new EOFException());
            }
        }
        return bytes.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
