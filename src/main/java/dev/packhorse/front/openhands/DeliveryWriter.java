package dev.packhorse.front.openhands;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A spooled file while it is written; its shape is that of {@link Delivery}.
 *
 * <p>For each change {@link #begin}, then its content is written to the stream, then either {@link #end} or {@link #drop}: content
 * comes before anybody knows whose it is. Made, kept and thrown away by the {@link Spool}.
 */
final class DeliveryWriter extends OutputStream {

    private final Path file;
    private final FileChannel channel;
    private final Spool spool;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private long reserved;
    /** Bytes in the channel. */
    private long flushed;
    /** Where the change begins that is being written. */
    private long start;

    private int changes;

    DeliveryWriter(Path file, FileChannel channel, Spool spool, long reserved, byte[] caller) {
        this.file = file;
        this.channel = channel;
        this.spool = spool;
        this.reserved = reserved;
        buffer.putLong(Delivery.MAGIC).putInt(caller.length).put(caller);
    }

    Path file() {
        return file;
    }

    FileChannel channel() {
        return channel;
    }

    /** Room that it has in the spool. */
    long reserved() {
        return reserved;
    }

    /** How many changes have been ended. */
    int changes() {
        return changes;
    }

    /** Begins a change. */
    void begin() throws IOException {
        start = flushed + buffer.position();
        number(0);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        for (int done = 0; done < length; ) {
            if (!buffer.hasRemaining()) {
                drain();
            }
            int count = Math.min(length - done, buffer.remaining());
            buffer.put(bytes, offset + done, count);
            done += count;
        }
    }

    private void number(long value) throws IOException {
        write(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    /** Bytes of the content so far. */
    long stored() {
        return flushed + buffer.position() - start - Long.BYTES;
    }

    /** The content so far, read back. */
    InputStream content() throws IOException {
        drain();
        return new FileSlice(channel, new ByteRange(start + Long.BYTES, stored())).open();
    }

    /**
     * Ends a change.
     *
     * @param length bytes of its content, decoded
     */
    void end(Change.Kind kind, FsPath path, long length) throws IOException {
        long stored = stored();
        byte[] name = path.toString().getBytes(UTF_8);
        write(ByteBuffer.allocate(Delivery.TAIL)
                .put(kind.code())
                .putLong(length)
                .putShort((short) name.length)
                .array());
        write(name);
        if (start >= flushed) {
            buffer.putLong((int) (start - flushed), stored);
        } else {
            drain();
            ByteBuffer patch = ByteBuffer.allocate(Long.BYTES).putLong(0, stored);
            while (patch.hasRemaining()) {
                channel.write(patch, start + patch.position());
            }
        }
        changes++;
    }

    /** Takes back the change that was begun. */
    void drop() throws IOException {
        drain();
        channel.truncate(start);
        flushed = start;
    }

    /** Hands what is buffered to the file, if the spool has room for it. */
    void drain() throws IOException {
        buffer.flip();
        long needed = flushed + buffer.remaining() - reserved;
        if (needed > 0) {
            spool.reserve(needed, reserved + needed);
            reserved += needed;
        }
        while (buffer.hasRemaining()) {
            flushed += channel.write(buffer, flushed);
        }
        buffer.clear();
    }
}
