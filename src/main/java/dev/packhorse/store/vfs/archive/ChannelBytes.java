package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * Bytes in a local file.
 *
 * @param slice where they are
 * @param owner what is closed with them
 */
record ChannelBytes(FileSlice slice, Closeable owner) implements Bytes {

    @Override
    public long length() {
        return slice.range().length();
    }

    @Override
    public InputStream open(long offset, long length) throws EOFException {
        Bytes.check(offset, length, length());
        return slice(offset, length).open();
    }

    @Override
    public FileSlice slice(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, length());
        return new FileSlice(slice.channel(), new ByteRange(slice.range().offset() + offset, /* length= */ length));
    }

    @Override
    public void close() throws IOException {
        owner.close();
    }
}
