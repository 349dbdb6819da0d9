package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.ExactStream;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;

/** Reads a zip: the JDK for what is stored or deflated, Commons Compress for the other methods. */
final class ZipArchive {

    private static final int HEADER_SIZE = 30;
    private static final int HEADER = 0x504b0304;
    private static final int ENCRYPTED = 1;
    private static final int BUFFER = 1 << 16;

    private ZipArchive() {}

    static void index(Bytes bytes, Indexing indexing) throws IOException {
        List<ZipDirectory.Item> links = new ArrayList<>();
        new ZipDirectory().read(bytes, item -> add(item, indexing, links));
        for (ZipDirectory.Item link : links) {
            FsPath path = indexing.path(link.name());
            if (path != null) {
                indexing.symlink(path, Owner.ROOT, link.modified(), target(bytes, link));
            }
        }
    }

    private static void add(ZipDirectory.Item item, Indexing indexing, List<ZipDirectory.Item> links)
            throws IOException {
        NodeType type = item.mode() == 0 ? null : Mode.typeOf(item.mode());
        if (type == NodeType.SYMLINK) {
            if (item.size() <= Indexing.MAX_TARGET) {
                links.add(item);
            } else {
                indexing.skip();
            }
            return;
        }
        FsPath path = indexing.path(item.name());
        if (path == null) {
            return;
        }
        if (type == NodeType.DIRECTORY || item.name().endsWith("/") || path.isRoot()) {
            Mode mode = item.mode() == 0 ? Mode.DIRECTORY_DEFAULT : Mode.ofBits(item.mode());
            indexing.put(Entry.directory(path, mode, Owner.ROOT, item.modified()));
        } else {
            Mode mode = item.mode() == 0 ? Mode.FILE_DEFAULT : Mode.ofBits(item.mode());
            indexing.put(Entry.file(path, mode, Owner.ROOT, item.modified(), item.size(), item.place()));
        }
    }

    private static String target(Bytes bytes, ZipDirectory.Item link) throws IOException {
        try (InputStream in = open(bytes, link.place(), link.size(), new ByteRange(0, link.size()))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (FsException e) {
            // Encrypted: an empty target is not served.
            return "";
        }
    }

    /** Some of the bytes of a file. Those of a whole file are checked against its checksum. */
    static InputStream open(Bytes bytes, Entry.ZipPlace place, long size, ByteRange range) throws IOException {
        if ((place.flags() & ENCRYPTED) != 0) {
            throw new FsException(Kind.UNSUPPORTED, "read", FsPath.ROOT);
        }
        if (place.method() == ZipEntry.STORED) {
            if (place.packed() != size) {
                throw new ZipException("two sizes for one entry");
            }
            InputStream in = bytes.open(data(bytes, place) + range.offset(), range.length());
            return range.length() == size ? new Verified(in, size, place.crc()) : in;
        }
        InputStream in = place.method() == ZipEntry.DEFLATED ? inflating(bytes, place) : other(bytes, place);
        try {
            if (range.length() == size) {
                return new Verified(in, size, place.crc());
            }
            in.skipNBytes(range.offset());
            return new ExactStream(in, range.length());
        } catch (IOException | RuntimeException e) {
            try (in) {
                throw e;
            }
        }
    }

    /** Position of the first byte behind the local header, whose length differs from that of the record. */
    static long data(Bytes bytes, Entry.ZipPlace place) throws IOException {
        try (DataInputStream in = new DataInputStream(bytes.open(place.header(), HEADER_SIZE))) {
            if (in.readInt() != HEADER) {
                throw new ZipException("no entry where one should be");
            }
            in.skipNBytes(22);
            int name = Short.reverseBytes(in.readShort()) & 0xffff;
            int extra = Short.reverseBytes(in.readShort()) & 0xffff;
            return place.header() + HEADER_SIZE + name + extra;
        }
    }

    private static InputStream inflating(Bytes bytes, Entry.ZipPlace place) throws IOException {
        InputStream packed = bytes.open(data(bytes, place), place.packed());
        Inflater inflater = new Inflater(true);
        return new InflaterInputStream(packed, inflater, 1 << 14) {
            @Override
            public void close() throws IOException {
                inflater.end();
                super.close();
            }
        };
    }

    private static InputStream other(Bytes bytes, Entry.ZipPlace place) throws IOException {
        InputStream raw = bytes.open(place.header(), bytes.length() - place.header());
        ZipArchiveInputStream in = new ZipArchiveInputStream(new BufferedInputStream(raw, BUFFER));
        try {
            ZipArchiveEntry entry = in.getNextEntry();
            if (entry == null || !in.canReadEntryData(entry)) {
                throw new FsException(Kind.UNSUPPORTED, "read", FsPath.ROOT);
            }
            return in;
        } catch (IOException | RuntimeException e) {
            try (in) {
                throw e;
            }
        }
    }

    /** A whole file: neither shorter nor longer than the directory says, and with its checksum. */
    private static final class Verified extends FilterInputStream {
        private final CheckedInputStream checked;
        private final int crc;
        private long left;

        Verified(InputStream in, long size, int crc) {
            this(new CheckedInputStream(in, new CRC32()), size, crc);
        }

        private Verified(CheckedInputStream in, long size, int crc) {
            super(new ExactStream(in, size));
            this.checked = in;
            this.left = size;
            this.crc = crc;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            if (count > 0) {
                left -= count;
                if (left == 0 && (int) checked.getChecksum().getValue() != crc) {
                    throw new ZipException("the checksum is wrong");
                }
            }
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(count);
            left -= skipped;
            return skipped;
        }
    }
}
