package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.ExactStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bytes behind a compression: each opening decompresses from the start.
 *
 * @param packed the compressed ones
 * @param format how they are compressed
 * @param length how many there are when decompressed
 */
record UnpackedBytes(Bytes packed, Format format, long length) implements Bytes {

    @Override
    public InputStream open(long offset, long length) throws IOException {
        InputStream in = packed.open(0, packed.length());
        try {
            InputStream unpacked = format.unpack(new BufferedInputStream(in, 1 << 16));
            unpacked.skipNBytes(offset);
            return new ExactStream(unpacked, length);
        } catch (IOException | RuntimeException e) {
            try (in) {
                throw e;
            }
        }
    }

    @Override
    public void close() throws IOException {
        packed.close();
    }
}
