package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Store;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One state of an archive. Closed when nobody uses it any more. */
final class Edition {

    private static final int BUFFER = 1 << 16;

    private final Node source;
    private final Index index;
    private final Bytes bytes;
    private final AtomicInteger users = new AtomicInteger(1);

    private Edition(Node source, Index index, Bytes bytes) {
        this.source = source;
        this.index = index;
        this.bytes = bytes;
    }

    /**
     * Reads the archive as it is now.
     *
     * @param name what a single compressed file is called inside
     */
    static Edition read(Store store, FsPath file, String name, Format format, ArchiveOptions options)
            throws IOException {
        Content content = store.read(file);
        Node source = content.node();
        FileSlice slice = content.body().slice();
        if (slice == null) {
            content.close();
        }
        Bytes raw = slice == null ? new RemoteBytes(store, file, source) : new ChannelBytes(slice, content);
        Indexing indexing = new Indexing(options.maxEntries(), source.modified());
        try {
            Bytes bytes = format.isPacked()
                    ? unpacked(raw, source, name, format, options, indexing)
                    : plain(raw, format, options, indexing);
            return new Edition(source, indexing.finish(), bytes);
        } catch (IOException | RuntimeException e) {
            try (raw) {
                throw e;
            }
        }
    }

    private static Bytes plain(Bytes raw, Format format, ArchiveOptions options, Indexing indexing) throws IOException {
        Bytes bytes = raw instanceof RemoteBytes && raw.length() <= options.spoolLimit() ? copy(raw, options) : raw;
        try {
            if (format == Format.ZIP) {
                ZipArchive.index(bytes, indexing);
            } else {
                try (InputStream in = new BufferedInputStream(bytes.open(0, bytes.length()), BUFFER)) {
                    TarArchive.index(in, indexing);
                }
            }
        } catch (IOException | RuntimeException e) {
            try (bytes) {
                throw e;
            }
        }
        return bytes;
    }

    private static Bytes copy(Bytes raw, ArchiveOptions options) throws IOException {
        try (Spool spool = new Spool(options.temp(), options.spoolLimit());
                InputStream in = spool.copying(raw.open(0, raw.length()))) {
            in.transferTo(OutputStream.nullOutputStream());
            return Objects.requireNonNull(spool.take());
        }
    }

    private static Bytes unpacked(
            Bytes raw, Node source, String name, Format format, ArchiveOptions options, Indexing indexing)
            throws IOException {
        try (Spool spool = new Spool(options.temp(), options.spoolLimit());
                InputStream packed = new BufferedInputStream(raw.open(0, raw.length()), BUFFER);
                InputStream in = spool.copying(format.unpack(packed))) {
            if (format == Format.TGZ || format == Format.TBZ2) {
                TarArchive.index(new BufferedInputStream(in, BUFFER), indexing);
            } else {
                in.transferTo(OutputStream.nullOutputStream());
                FsPath path = indexing.path(name);
                if (path == null || path.isRoot()) {
                    path = FsPath.ROOT.child("content");
                }
                indexing.put(Entry.file(
                        path,
                        Mode.FILE_DEFAULT,
                        Owner.ROOT,
                        source.modified(),
                        spool.length(),
                        new Entry.TarPlace(0, false)));
            }
            Bytes copy = spool.take();
            if (copy == null) {
                return new UnpackedBytes(raw, format, spool.length());
            }
            raw.close();
            return copy;
        }
    }

    /** Tells whether two looks at a file saw the same. */
    static boolean isSame(Node a, Node b) {
        return a.size() == b.size() && a.modified().equals(b.modified()) && Objects.equals(a.etag(), b.etag());
    }

    boolean isOf(Node now) {
        return now.isFile() && isSame(source, now);
    }

    Index index() {
        return index;
    }

    /** One more user, who will release it. */
    Edition retain() {
        users.incrementAndGet();
        return this;
    }

    void release() throws IOException {
        if (users.decrementAndGet() == 0) {
            bytes.close();
        }
    }

    InputStream open(Entry entry, ByteRange range) throws IOException {
        Entry.Place place = Objects.requireNonNull(entry.place());
        return place instanceof Entry.ZipPlace zip
                ? ZipArchive.open(bytes, zip, entry.size(), range)
                : TarArchive.open(bytes, (Entry.TarPlace) place, range);
    }

    /** The bytes as a piece of a file, where they are stored as they are. */
    @Nullable
    FileSlice slice(Entry entry, ByteRange range) {
        return entry.place() instanceof Entry.TarPlace tar
                        && !tar.sparse()
                        && tar.position() + entry.size() <= bytes.length()
                ? bytes.slice(tar.position() + range.offset(), range.length())
                : null;
    }
}
