package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.ExactStream;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Owner;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads a tar: one pass for the index, by Commons Compress; then each file from its position. */
final class TarArchive {

    private static final int RECORD = 512;
    private static final long MAX_ID = 0xffff_fffeL;

    private TarArchive() {}

    static void index(InputStream stream, Indexing indexing) throws IOException {
        Counter counter = new Counter(stream);
        TarArchiveInputStream tar = new TarArchiveInputStream(counter, StandardCharsets.UTF_8.name());
        byte[] sink = new byte[1 << 16];
        long header = 0;
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            add(entry, header, counter.position, indexing);
            while (tar.read(sink) >= 0) {
                // The headers of the next begin behind.
            }
            header = (counter.position + RECORD - 1) / RECORD * RECORD;
        }
        if (counter.position == 0) {
            throw new IOException("an empty file is no tar");
        }
        while (counter.read(sink) >= 0) {
            // What pads the last block belongs to the spool as well.
        }
    }

    private static void add(TarArchiveEntry entry, long header, long position, Indexing indexing) throws IOException {
        FsPath path = indexing.path(entry.getName());
        if (path == null) {
            return;
        }
        Mode mode = Mode.ofBits(entry.getMode());
        Owner owner = new Owner(id(entry.getLongUserId()), id(entry.getLongGroupId()));
        Instant modified = entry.getLastModifiedTime().toInstant();
        if (entry.isDirectory()) {
            indexing.put(Entry.directory(path, mode, owner, modified));
        } else if (entry.isSymbolicLink()) {
            indexing.symlink(path, owner, modified, entry.getLinkName());
        } else if (entry.isLink()) {
            indexing.hardLink(path, entry.getLinkName());
        } else if (entry.isFile() && !path.isRoot() && !isSpecial(entry)) {
            boolean sparse = entry.isSparse();
            Entry.TarPlace place = new Entry.TarPlace(sparse ? header : position, sparse);
            indexing.put(Entry.file(path, mode, owner, modified, entry.getRealSize(), place));
        } else {
            indexing.skip();
        }
    }

    private static boolean isSpecial(TarArchiveEntry entry) {
        return entry.isBlockDevice() || entry.isCharacterDevice() || entry.isFIFO();
    }

    private static long id(long raw) {
        return raw < 0 || raw > MAX_ID ? 0 : raw;
    }

    static InputStream open(Bytes bytes, Entry.TarPlace place, ByteRange range) throws IOException {
        if (!place.sparse()) {
            return bytes.open(place.position() + range.offset(), range.length());
        }
        InputStream raw = bytes.open(place.position(), bytes.length() - place.position());
        TarArchiveInputStream tar = new TarArchiveInputStream(new BufferedInputStream(raw, 1 << 16));
        try {
            if (tar.getNextEntry() == null) {
                throw new IOException("no entry where one should be");
            }
            tar.skipNBytes(range.offset());
            return new ExactStream(tar, range.length());
        } catch (IOException | RuntimeException e) {
            try (tar) {
                throw e;
            }
        }
    }

    /** Knows its position. */
    private static final class Counter extends FilterInputStream {
        private long position;

        Counter(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            position += b < 0 ? 0 : 1;
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            position += Math.max(0, count);
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(count);
            position += skipped;
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
