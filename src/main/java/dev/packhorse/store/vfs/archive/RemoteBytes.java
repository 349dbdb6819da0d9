package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bytes that stay where they are, read in ranges.
 *
 * @param source the store
 * @param path the file in it
 * @param edition the file as it was; when it is another, reads fail
 */
record RemoteBytes(Store source, FsPath path, Node edition) implements Bytes {

    @Override
    public long length() {
        return edition.size();
    }

    @Override
    public InputStream open(long offset, long length) throws IOException {
        Bytes.check(offset, length, length());
        Content content = source.read(path);
        try {
            if (!Edition.isSame(content.node(), edition)) {
                throw new IOException("the archive has changed");
            }
            InputStream in = content.body(new ByteRange(offset, length)).open();
            return new FilterInputStream(in) {
                @Override
                public void close() throws IOException {
                    try (content) {
                        in.close();
                    }
                }
            };
        } catch (IOException | RuntimeException e) {
            try (content) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
