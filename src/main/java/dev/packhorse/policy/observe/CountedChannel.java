package dev.packhorse.policy.observe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.function.LongConsumer;

/**
 * The channel of an open file, which tells how many bytes are taken from it, also when the kernel sends them. It does not own the file:
 * closing it closes nothing.
 */
final class CountedChannel extends FileChannel {

    private final FileChannel channel;
    private final LongConsumer taken;

    CountedChannel(FileChannel channel, LongConsumer taken) {
        this.channel = channel;
        this.taken = taken;
    }

    private long told(long count) {
        if (count > 0) {
            taken.accept(count);
        }
        return count;
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        return (int) told(channel.read(to));
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
        return told(channel.read(to, offset, length));
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
        return (int) told(channel.read(to, position));
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return told(channel.transferTo(position, count, target));
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        MappedByteBuffer mapped = channel.map(mode, position, size);
        told(size);
        return mapped;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return channel.write(from);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        return channel.write(from, offset, length);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
        return channel.write(from, position);
    }

    @Override
    public long transferFrom(ReadableByteChannel from, long position, long count) throws IOException {
        return channel.transferFrom(from, position, count);
    }

    @Override
    public long position() throws IOException {
        return channel.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        channel.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        channel.truncate(size);
        return this;
    }

    @Override
    public void force(boolean metadata) throws IOException {
        channel.force(metadata);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        return channel.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return channel.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() {
        // The file belongs to the content.
    }
}
