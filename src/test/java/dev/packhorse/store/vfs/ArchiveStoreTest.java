package dev.packhorse.store.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives of all formats, in local files and on servers, friendly and hostile. */
class ArchiveStoreTest {

    @TempDir
    Path folder;

    @TempDir
    Path temp;

    @AfterEach
    void nothingIsLeft() {
        assertThat(temp).isEmptyDirectory();
    }

    static void assertFails(Kind kind, ThrowingCallable call) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure of kind %s", kind).isNotNull();
        assertThat(failure.kind()).as(String.valueOf(failure)).isEqualTo(kind);
    }

    static String text(Content content) throws IOException {
        try (InputStream in = content.body().open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String text(Store store, String path) throws IOException {
        try (Content content = store.read(FsPath.parse(path))) {
            return text(content);
        }
    }

    private static List<String> walked(Store store) throws IOException {
        List<String> paths = new ArrayList<>();
        try (Listing walk = store.walk(FsPath.ROOT)) {
            for (Node node = walk.next(); node != null; node = walk.next()) {
                paths.add(node.path().toString());
            }
        }
        return paths;
    }

    private static byte[] bytes(String scheme) throws IOException {
        return switch (scheme) {
            case "zip", "jar" -> ArchiveFiles.zip();
            case "tar" -> ArchiveFiles.tar();
            case "tgz" -> ArchiveFiles.gzip(ArchiveFiles.tar());
            default -> ArchiveFiles.bzip2(ArchiveFiles.tar());
        };
    }

    private String file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes).toUri().toString();
    }

    private Store open(String uri) throws IOException {
        return VfsStore.open(uri, TestOptions.in(temp));
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip", "jar", "tar", "tgz", "tbz2"})
    void entriesOfALocalArchive(String scheme) throws IOException {
        try (Store store = open(scheme + ":" + file("x." + scheme, bytes(scheme)))) {
            check(store);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip", "tar", "tgz", "tbz2"})
    void entriesOfAnArchiveOnAWebServer(String scheme) throws IOException {
        try (FileServer server = FileServer.start()) {
            server.put("/x", bytes(scheme));
            for (long limit : new long[] {1 << 20, 100}) {
                // Spooled, and read in ranges or decompressed again and again because it is too large.
                try (Store store =
                        VfsStore.open(scheme + ":http:" + server.at("/x"), TestOptions.with(temp, limit, 1000))) {
                    check(store);
                }
            }
        }
    }

    private static void check(Store store) throws IOException {
        assertThat(walked(store))
                .containsExactly("/a.txt", "/dir", "/dir/b [x] %41#?;é.txt", "/dir/sub", "/dir/sub/large", "/link");
        assertThat(text(store, "/a.txt")).isEqualTo("hello");
        assertThat(text(store, "/dir/b [x] %41#?;é.txt")).isEqualTo("odd");
        Node node = store.stat(FsPath.parse("/a.txt"));
        assertThat(node.modified()).isBetween(ArchiveFiles.TIME.minusSeconds(2), ArchiveFiles.TIME);
        assertThat(node.mode().permissions()).isEqualTo(0640);
        assertThat(store.stat(FsPath.parse("/link")).type()).isEqualTo(NodeType.SYMLINK);
        assertThat(text(store, "/link")).isEqualTo("dir");
        byte[] large = ArchiveFiles.large();
        try (Content content = store.read(FsPath.parse("/link/sub/large"))) {
            assertThat(content.node().path()).hasToString("/link/sub/large");
            for (ByteRange range : List.of(
                    new ByteRange(0, 300_000),
                    new ByteRange(299_999, 1),
                    new ByteRange(12_345, 100_000),
                    new ByteRange(300_000, 0))) {
                try (InputStream in = content.body(range).open()) {
                    assertThat(in.readAllBytes())
                            .isEqualTo(Arrays.copyOfRange(large, (int) range.offset(), (int) range.end()));
                }
            }
        }
        assertFails(Kind.NOT_FOUND, () -> store.stat(FsPath.parse("/dir/nothing")));
        assertFails(Kind.NOT_A_DIRECTORY, () -> store.stat(FsPath.parse("/a.txt/x")));
        assertFails(Kind.NOT_A_DIRECTORY, () -> store.list(FsPath.parse("/a.txt")));
        assertFails(Kind.IS_A_DIRECTORY, () -> store.read(FsPath.parse("/dir")));
        assertFails(Kind.UNSUPPORTED, () -> store.makeDirectory(FsPath.parse("/x"), WriteOptions.DEFAULT));
    }

    @Test
    void aDirectoryOfAnArchiveIsARoot() throws IOException {
        String uri = "zip:" + file("x.zip", ArchiveFiles.zip());
        try (Store store = open(uri + "!/dir/sub")) {
            assertThat(walked(store)).containsExactly("/large");
        }
        assertThatThrownBy(() -> open(uri + "!/a.txt"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no directory");
        assertThatThrownBy(() -> open(uri + "!/none"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing is there");
    }

    @Test
    void anArchiveInAnArchive() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = ArchiveFiles.tarTo(new GZIPOutputStream(bytes))) {
            ArchiveFiles.tarEntry(tar, "in/x.zip", ArchiveFiles.zip());
        }
        try (Store store = open("zip:tgz:" + file("x.tgz", bytes.toByteArray()) + "!/in/x.zip!/dir")) {
            assertThat(walked(store)).containsExactly("/b [x] %41#?;é.txt", "/sub", "/sub/large");
        }
    }

    @Test
    void aCompressedFileIsAFolderWithOneFile() throws IOException {
        for (String uri : List.of(
                "gz:" + file("a b.txt.gz", ArchiveFiles.gzip(ArchiveFiles.large())),
                "bz2:" + file("a b.txt.bz2", ArchiveFiles.bzip2(ArchiveFiles.large())))) {
            try (Store store = open(uri)) {
                assertThat(walked(store)).containsExactly("/a b.txt");
                assertThat(store.stat(FsPath.parse("/a b.txt")).size()).isEqualTo(300_000);
                try (Content content = store.read(FsPath.parse("/a b.txt"));
                        InputStream in =
                                content.body(new ByteRange(10, 299_990)).open()) {
                    byte[] large = ArchiveFiles.large();
                    assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(large, 10, 300_000));
                }
            }
        }
    }

    @Test
    void namesAndLinksThatLeaveAreNotServed() throws IOException {
        List<String> names = List.of("../x", "/abs", "a\\b", "C:x", "ok/../../x", "a/./ok", "ok", "nul\u0001l");
        ByteArrayOutputStream zipBytes = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(zipBytes)) {
            for (String name : names) {
                // Commons Compress would mend the backslash.
                ArchiveFiles.zipEntry(zip, name.replace('\\', '|'), new byte[1], ZipMethod.STORED);
            }
        }
        byte[] hostile = zipBytes.toByteArray();
        for (int i = 0; i < hostile.length; i++) {
            hostile[i] = hostile[i] == '|' ? (byte) '\\' : hostile[i];
        }
        ByteArrayOutputStream tarBytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = ArchiveFiles.tarTo(tarBytes)) {
            for (String name : names) {
                TarArchiveEntry entry = new TarArchiveEntry(name, true);
                entry.setSize(1);
                tar.putArchiveEntry(entry);
                tar.write(1);
                tar.closeArchiveEntry();
            }
            for (String target : List.of("/etc/passwd", "../x", "ok/../../x", "a\\b")) {
                ArchiveFiles.tarLink(tar, "bad", target, TarConstants.LF_SYMLINK);
            }
            ArchiveFiles.tarLink(tar, "hard", "../../etc/passwd", TarConstants.LF_LINK);
            ArchiveFiles.tarLink(tar, "alias", "ok", TarConstants.LF_LINK);
            ArchiveFiles.tarLink(tar, "pipe", "", TarConstants.LF_FIFO);
        }
        try (Store zip = open("zip:" + file("h.zip", hostile));
                Store tar = open("tar:" + file("h.tar", tarBytes.toByteArray()))) {
            assertThat(walked(zip))
                    .doesNotContain("/b", "/x", "/etc")
                    .contains("/ok", "/a/ok")
                    .hasSize(3);
            assertThat(walked(tar)).containsExactly("/a", "/a/ok", "/alias", "/ok");
            assertThat(text(tar, "/alias")).isEqualTo("\u0001");
        }
    }

    @Test
    void ofTwoEntriesWithOneNameTheLastIsServed() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = ArchiveFiles.tarTo(bytes)) {
            ArchiveFiles.tarEntry(tar, "a", "first".getBytes(StandardCharsets.UTF_8));
            ArchiveFiles.tarEntry(tar, "a", "last".getBytes(StandardCharsets.UTF_8));
            ArchiveFiles.tarEntry(tar, "a/b", "not below a file".getBytes(StandardCharsets.UTF_8));
        }
        try (Store store = open("tar:" + file("d.tar", bytes.toByteArray()))) {
            assertThat(walked(store)).containsExactly("/a");
            assertThat(text(store, "/a")).isEqualTo("last");
        }
    }

    @Test
    void aGigabyteOfZerosStreams() throws IOException {
        Path bomb = folder.resolve("bomb.tgz");
        long size = 1L << 30;
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        TarArchiveOutputStream tar = ArchiveFiles.tarTo(header);
        TarArchiveEntry zeros = new TarArchiveEntry("zeros");
        zeros.setSize(size);
        tar.putArchiveEntry(zeros);
        byte[] member = ArchiveFiles.gzip(new byte[1 << 20]);
        try (OutputStream out = Files.newOutputStream(bomb)) {
            out.write(ArchiveFiles.gzip(header.toByteArray()));
            for (long left = size; left > 0; left -= 1 << 20) {
                out.write(member);
            }
            out.write(ArchiveFiles.gzip(new byte[1024]));
        }
        // The spool is limited to 1 MiB, the heap of the tests to less than the file.
        try (Store store = open("tgz:" + bomb.toUri());
                Content content = store.read(FsPath.parse("/zeros"));
                InputStream in = content.body(new ByteRange(5, 20_000_000)).open()) {
            assertThat(content.node().size()).isEqualTo(size);
            assertThat(in.transferTo(OutputStream.nullOutputStream())).isEqualTo(20_000_000);
        }
    }

    @Test
    void brokenArchivesAreToldWhenOpened() throws IOException {
        byte[] zip = ArchiveFiles.zip();
        byte[] tgz = ArchiveFiles.gzip(ArchiveFiles.tar());
        for (String uri : List.of(
                "zip:" + file("cut.zip", Arrays.copyOf(zip, zip.length - 30)),
                "zip:" + file("empty.zip", new byte[0]),
                "zip:" + file("none.zip", "no zip at all, but some text".getBytes(StandardCharsets.UTF_8)),
                "tar:" + file("empty.tar", new byte[0]),
                "tar:" + file("none.tar", "x".repeat(5000).getBytes(StandardCharsets.UTF_8)),
                "tgz:" + file("cut.tgz", Arrays.copyOf(tgz, tgz.length / 2)),
                "tbz2:" + file("cut.tbz2", tgz))) {
            assertThatThrownBy(() -> open(uri).close())
                    .as(uri)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(uri + " cannot be opened: ");
        }
        assertThatThrownBy(() -> VfsStore.open("zip:" + file("x.zip", zip), TestOptions.with(temp, 1 << 20, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more entries");
    }

    @Test
    void randomDamageIsAFailureOrServed() throws IOException {
        Random random = new Random(42);
        for (String scheme : List.of("zip", "tar", "tgz")) {
            byte[] good = bytes(scheme);
            for (int round = 0; round < 150; round++) {
                byte[] bad = good.clone();
                for (int i = 0; i < 3; i++) {
                    int at = scheme.equals("zip") && random.nextBoolean()
                            ? bad.length - 1 - random.nextInt(Math.min(400, bad.length))
                            : random.nextInt(bad.length);
                    bad[at] = (byte) random.nextInt(256);
                }
                try (Store store = open(scheme + ":" + file("bad", bad))) {
                    for (String path : walked(store)) {
                        if (store.stat(FsPath.parse(path)).isFile()) {
                            text(store, path);
                        }
                    }
                } catch (IllegalArgumentException e) {
                    assertThat(e.getMessage()).contains("cannot be opened");
                } catch (FsException e) {
                    assertThat(e.kind()).isIn(Kind.IO, Kind.UNSUPPORTED);
                } catch (IOException e) {
                    assertThat(e).isNotNull();
                }
            }
        }
    }

    @Test
    void aNewEditionIsSeenAndTheOldOneStaysOpen() throws IOException {
        String uri = "tar:" + file("x.tar", ArchiveFiles.tar());
        try (Store store = open(uri);
                Content old = store.read(FsPath.parse("/a.txt"))) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (TarArchiveOutputStream tar = ArchiveFiles.tarTo(bytes)) {
                ArchiveFiles.tarEntry(tar, "new", "news".getBytes(StandardCharsets.UTF_8));
            }
            Files.move(
                    Files.write(folder.resolve("y"), bytes.toByteArray()),
                    folder.resolve("x.tar"),
                    StandardCopyOption.REPLACE_EXISTING);
            assertThat(walked(store)).containsExactly("/new");
            assertThat(text(old)).isEqualTo("hello");
            Files.delete(folder.resolve("x.tar"));
            assertFails(Kind.UNAVAILABLE, () -> store.stat(FsPath.parse("/new")));
        }
    }

    @Test
    void aRemoteArchiveIsFetchedOnceAndAskedForLater() throws IOException {
        try (FileServer server = FileServer.start()) {
            server.put("/x", ArchiveFiles.zip());
            try (Store store = open("zip:http:" + server.at("/x"))) {
                int fetched = server.requests();
                assertThat(text(store, "/a.txt")).isEqualTo("hello");
                assertThat(server.requests() - fetched).isEqualTo(1);
                server.answer(503);
                assertFails(Kind.UNAVAILABLE, () -> store.stat(FsPath.parse("/a.txt")));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip", "tgz"})
    void manyThreadsGetTheirBytes(String scheme) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int files = 16;
        if (scheme.equals("zip")) {
            try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
                for (int i = 0; i < files; i++) {
                    ArchiveFiles.zipEntry(zip, "f" + i, content(i), i % 2 == 0 ? ZipMethod.STORED : ZipMethod.DEFLATED);
                }
            }
        } else {
            try (TarArchiveOutputStream tar = ArchiveFiles.tarTo(new GZIPOutputStream(bytes))) {
                for (int i = 0; i < files; i++) {
                    ArchiveFiles.tarEntry(tar, "f" + i, content(i));
                }
            }
        }
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Store store = open(scheme + ":" + file("many", bytes.toByteArray()))) {
            List<Future<Integer>> results = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                Random random = new Random(thread);
                results.add(threads.submit(() -> {
                    for (int round = 0; round < 40; round++) {
                        int i = random.nextInt(files);
                        try (Content content = store.read(FsPath.parse("/f" + i));
                                InputStream in = content.body().open()) {
                            assertThat(in.readAllBytes()).isEqualTo(content(i));
                        }
                    }
                    return 1;
                }));
            }
            for (Future<Integer> result : results) {
                assertThat(result.get()).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static byte[] content(int seed) {
        byte[] bytes = new byte[20_000 + seed * 1000];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
