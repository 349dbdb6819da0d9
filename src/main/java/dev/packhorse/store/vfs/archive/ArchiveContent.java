package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Node;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** An open entry; it keeps its edition. */
final class ArchiveContent implements Content {

    private final Node node;
    private final Entry entry;
    private final Edition edition;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Takes over one use of the edition. */
    ArchiveContent(Node node, Entry entry, Edition edition) {
        this.node = node;
        this.entry = entry;
        this.edition = edition;
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public Body body(ByteRange range) {
        Objects.checkFromIndexSize(range.offset(), /* size= */ range.length(), /* length= */ node.size());
        return new Body() {
            @Override
            public long length() {
                return range.length();
            }

            @Override
            public InputStream open() throws IOException {
                return ArchiveContent.this.open(range);
            }

            @Override
            public @Nullable FileSlice slice() {
                return edition.slice(entry, range);
            }
        };
    }

    private InputStream open(ByteRange range) throws IOException {
        if (closed.get()) {
            throw new IOException("the content is closed");
        }
        String target = entry.target();
        if (target != null) {
            byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
            return new ByteArrayInputStream(bytes, (int) range.offset(), (int) range.length());
        }
        if (range.length() == 0 && node.size() != 0) {
            return InputStream.nullInputStream();
        }
        try {
            return new Guarded(edition.open(entry, range));
        } catch (IOException | RuntimeException e) {
            throw ArchiveErrors.entry(e, "read", node.path());
        }
    }

    /** Failures as the contract has them; decompressors throw anything at broken bytes. */
    private final class Guarded extends FilterInputStream {
        Guarded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return super.read(buffer, offset, length);
            } catch (IOException | RuntimeException e) {
                throw ArchiveErrors.entry(e, "read", node.path());
            }
        }
    }

    @Override
    public void close() throws FsException {
        if (closed.compareAndSet(false, true)) {
            try {
                edition.release();
            } catch (IOException e) {
                throw ArchiveErrors.entry(e, "read", node.path());
            }
        }
    }
}
