package dev.packhorse.store.vfs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;

/** Makes archives with the same content. */
final class ArchiveFiles {

    static final Instant TIME = Instant.parse("2021-02-03T04:05:06Z");

    private ArchiveFiles() {}

    /** {@code a.txt}, {@code dir/b [x] %41#?;é.txt}, {@code dir/sub/large}, {@code link} to dir. */
    static byte[] zip() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
            zipEntry(zip, "a.txt", "hello".getBytes(StandardCharsets.UTF_8), ZipMethod.STORED);
            zipEntry(zip, "dir/b [x] %41#?;é.txt", "odd".getBytes(StandardCharsets.UTF_8), ZipMethod.DEFLATED);
            zipEntry(zip, "dir/sub/large", large(), ZipMethod.DEFLATED);
            ZipArchiveEntry link = new ZipArchiveEntry("link");
            link.setUnixMode(0120777);
            zip.putArchiveEntry(link);
            zip.write("dir".getBytes(StandardCharsets.UTF_8));
            zip.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    static void zipEntry(ZipArchiveOutputStream zip, String name, byte[] content, ZipMethod method) throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
        entry.setTime(TIME.toEpochMilli());
        entry.setMethod(method.getCode());
        entry.setUnixMode(0100640);
        entry.setSize(content.length);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setCrc(crc.getValue());
        zip.putArchiveEntry(entry);
        zip.write(content);
        zip.closeArchiveEntry();
    }

    static byte[] tar() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = tarTo(bytes)) {
            tarEntry(tar, "./a.txt", "hello".getBytes(StandardCharsets.UTF_8));
            tarEntry(tar, "./dir/b [x] %41#?;é.txt", "odd".getBytes(StandardCharsets.UTF_8));
            tarEntry(tar, "./dir/sub/large", large());
            tarLink(tar, "link", "dir", TarConstants.LF_SYMLINK);
        }
        return bytes.toByteArray();
    }

    static TarArchiveOutputStream tarTo(OutputStream out) {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        return tar;
    }

    static void tarEntry(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        entry.setModTime(Date.from(TIME));
        entry.setMode(0640);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    static void tarLink(TarArchiveOutputStream tar, String name, String target, byte type) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    static byte[] bzip2(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (BZip2CompressorOutputStream out = new BZip2CompressorOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    /** 300,000 bytes that can be told apart. */
    static byte[] large() {
        byte[] bytes = new byte[300_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8) * 17);
        }
        return bytes;
    }
}
