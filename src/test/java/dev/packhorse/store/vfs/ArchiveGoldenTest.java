package dev.packhorse.store.vfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.io.TempDir;

/** What the sessions write elsewhere is in the archive already; what they read is the same. */
class ArchiveGoldenTest extends GoldenSessions {

    private static final long TIME = 1_641_024_000;

    @TempDir
    Path folder;

    @Override
    protected List<String> sessions() {
        return List.of("multipart", "refusals");
    }

    @Override
    protected Store create() throws IOException {
        Path archive = folder.resolve("golden.zip");
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(archive)) {
            add(zip, "d/", 040755, TIME + 2, "");
            add(zip, "d/file.txt", 0100644, TIME, "12345");
            add(zip, "d/sub/", 040755, TIME + 1, "");
        }
        return VfsStore.open("zip:" + archive.toUri(), TestOptions.in(folder));
    }

    private static void add(ZipArchiveOutputStream zip, String name, int mode, long time, String content)
            throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
        entry.setUnixMode(mode);
        entry.setLastModifiedTime(FileTime.from(Instant.ofEpochSecond(time)));
        zip.putArchiveEntry(entry);
        zip.write(content.getBytes(UTF_8));
        zip.closeArchiveEntry();
    }
}
