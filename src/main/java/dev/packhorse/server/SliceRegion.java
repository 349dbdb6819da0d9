package dev.packhorse.server;

import dev.packhorse.fs.FileSlice;
import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * A piece of a file that the kernel sends (sendfile). Unlike Netty's own it does not close the file, which belongs to the
 * response, and a file that has shrunk is a failure rather than an endless wait.
 */
final class SliceRegion extends AbstractReferenceCounted implements FileRegion {

    /** As much as one call hands to the kernel, so that one download does not keep its event loop from the others. */
    private static final long MAX_CALL = 1 << 20;

    private final FileSlice slice;
    private final Runnable progress;
    private final Runnable shrunk;
    private long transferred;

    /**
     * A piece to send.
     *
     * @param progress called whenever bytes have left
     * @param shrunk called before the failure that a file which has become too short is
     */
    SliceRegion(FileSlice slice, Runnable progress, Runnable shrunk) {
        this.slice = slice;
        this.progress = progress;
        this.shrunk = shrunk;
    }

    @Override
    public long position() {
        return slice.range().offset();
    }

    @Override
    public long count() {
        return slice.range().length();
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
        long left = count() - position;
        if (left <= 0) {
            return 0;
        }
        long start = position() + position;
        long written = slice.channel().transferTo(start, Math.min(left, MAX_CALL), target);
        if (written > 0) {
            transferred += written;
            progress.run();
        } else if (slice.channel().size() <= start) {
            shrunk.run();
            throw new EOFException("the file has shrunk while it was sent");
        }
        return written;
    }

    @Override
    public long transferred() {
        return transferred;
    }

    @Deprecated
    @Override
    public long transfered() {
        return transferred;
    }

    @Override
    public SliceRegion retain() {
        super.retain();
        return this;
    }

    @Override
    public SliceRegion retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public SliceRegion touch() {
        return this;
    }

    @Override
    public SliceRegion touch(Object hint) {
        return this;
    }

    @Override
    protected void deallocate() {}
}
