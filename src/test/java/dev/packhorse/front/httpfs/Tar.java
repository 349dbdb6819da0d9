package dev.packhorse.front.httpfs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Archives for tests: by Commons Compress, and header by header where that would not write what is wanted. */
final class Tar {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    static byte[] of(TarArchiveEntry... entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            for (TarArchiveEntry entry : entries) {
                tar.putArchiveEntry(entry);
                for (long i = 0; i < entry.getSize(); i++) {
                    tar.write('x');
                }
                tar.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static TarArchiveEntry entry(String name, char type, long size) {
        TarArchiveEntry entry = new TarArchiveEntry(name, (byte) type, true);
        entry.setSize(size);
        entry.setMode(0640);
        entry.setModTime(1_000_000L);
        entry.setIds(5, 6);
        return entry;
    }

    static TarArchiveEntry file(String name) {
        return entry(name, '0', 3);
    }

    static TarArchiveEntry link(String name, String target) {
        TarArchiveEntry entry = entry(name, '2', 0);
        entry.setLinkName(target);
        return entry;
    }

    /** A raw ustar entry. */
    Tar raw(String name, char type, byte[] content) {
        byte[] head = new byte[512];
        put(head, 0, name);
        put(head, 100, "0000644\0");
        put(head, 108, "0000000\0");
        put(head, 116, "0000000\0");
        put(head, 124, String.format("%011o\0", content.length));
        put(head, 136, "00000001750\0");
        put(head, 148, "        ");
        head[156] = (byte) type;
        put(head, 257, "ustar\00000");
        return signed(head, content);
    }

    Tar signed(byte[] head, byte[] content) {
        Arrays.fill(head, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : head) {
            sum += b & 0xff;
        }
        put(head, 148, String.format("%06o\0 ", sum));
        bytes.writeBytes(head);
        bytes.writeBytes(content);
        bytes.writeBytes(new byte[-content.length & 511]);
        return this;
    }

    /** PAX records, for the next entry ({@code x}) or for all ({@code g}). */
    Tar records(char type, String... keysAndValues) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            String rest = " " + keysAndValues[i] + "=" + keysAndValues[i + 1] + "\n";
            int length = rest.getBytes(StandardCharsets.UTF_8).length;
            int total = length + String.valueOf(length).length();
            total = length + String.valueOf(total).length();
            text.append(total).append(rest);
        }
        return raw("PaxHeaders", type, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    Tar delete(String name) {
        return records('x', "delete", "").raw(name, '0', new byte[0]);
    }

    byte[] end() {
        bytes.writeBytes(new byte[1024]);
        return bytes.toByteArray();
    }

    byte[] truncated(int missing) {
        byte[] all = bytes.toByteArray();
        return Arrays.copyOf(all, all.length - missing);
    }

    static void put(byte[] head, int at, String text) {
        byte[] source = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(source, 0, head, at, source.length);
    }
}
