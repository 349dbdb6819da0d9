package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.FileSlice;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The bytes of one edition of an archive, from any position, for many threads at once. */
interface Bytes extends Closeable {

    /** How many there are. */
    long length();

    /** Refuses what a broken archive says of positions. */
    static void check(long offset, long length, long all) throws EOFException {
        if (offset < 0 || length < 0 || offset > all || length > all - offset) {
            throw new EOFException("the archive ends before " + offset + "+" + length);
        }
    }

    /** Some of them. The stream throws where the bytes end early. The caller closes it. */
    InputStream open(long offset, long length) throws IOException;

    /** The same as a piece of a file, {@code null} if they are in none. */
    default @Nullable FileSlice slice(long offset, long length) {
        return null;
    }
}
