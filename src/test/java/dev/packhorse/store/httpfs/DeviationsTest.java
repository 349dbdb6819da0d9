package dev.packhorse.store.httpfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.Canary;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What real servers do that the document does not say: each line of INTEROP, section 2. */
class DeviationsTest {

    private static final String PARTS = "Content-Type: multipart/mixed; boundary=----b1\n";
    private static final Pattern CHANGE_TIMESTAMP = Pattern.compile("\r\nChange-Timestamp: ([0-9]+)\r\n");
    private static final String HEADS = "Content-Type: application/octet-stream\nContent-Mode: 33188\n"
            + "Content-Modified: 1641024000\nContent-Ownership: 0:0\n";

    @SuppressWarnings("NullAway.Init")
    private ScriptedServer server;

    @SuppressWarnings("NullAway.Init")
    private Store store;

    @BeforeEach
    void serve() throws IOException {
        server = new ScriptedServer();
        store = server.store();
    }

    @AfterEach
    void stop() throws IOException {
        store.close();
        server.close();
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    private List<String> listed(String directory) throws FsException {
        try (Listing listing = store.list(path(directory))) {
            return described(listing);
        }
    }

    private List<String> walked(String directory) throws FsException {
        try (Listing listing = store.walk(path(directory))) {
            return described(listing);
        }
    }

    private static List<String> described(Listing listing) throws FsException {
        List<String> all = new ArrayList<>();
        for (Node node = listing.next(); node != null; node = listing.next()) {
            all.add(node.path() + " " + node.type() + " " + node.size());
        }
        return all;
    }

    private static String text(Content content, ByteRange range) throws IOException {
        try (InputStream in = content.body(range).open()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private static String crlf(String text) {
        return text.replace("\n", "\r\n");
    }

    @Test
    void whatTheDocumentShowsIsUnderstood() throws IOException {
        // SPEC.md, "Directory Metadata Streaming": no Content-Location, blank lines behind bodiless parts.
        server.directory("/d", "file.txt 33188\nsubdir 16877\n").says("GET /d/:", 200, PARTS, crlf("""
                ------b1
                Content-Disposition: attachment; filename="/d"
                Content-Type: application/x-directory
                Content-Mode: 16877
                Content-Length: 30

                file.txt 33188
                subdir 16877

                ------b1
                Content-Disposition: attachment; filename="/d/file.txt"
                Content-Type: application/octet-stream
                Content-Mode: 33188
                Content-Modified: 1641024000
                Content-Ownership: 1000:1000
                Content-Length: 0
                Content-Range: bytes 0-0/1024

                ------b1
                Content-Disposition: attachment; filename="/d/subdir"
                Content-Type: application/x-directory
                Content-Mode: 16877
                Content-Length: 14

                file2.txt 33188

                ------b1--
                """));

        assertThat(listed("/d")).containsExactly("/d/file.txt FILE 1024", "/d/subdir DIRECTORY 0");
        assertThat(listed("/d")).hasSize(2);
        assertThat(server.lines())
                .as("that it has the suffix only is remembered")
                .containsExactly("OPTIONS /", "GET /d", "GET /d/:", "GET /d/:");
    }

    @Test
    void aWalkOfDirectoriesOnlyIsMadeOfListings() throws IOException {
        server.directory("/d", "a 33188\n").file("/d/a", HEADS, "12345").says("GET /d/...", 200, PARTS, crlf("""
                ------b1
                Content-Disposition: attachment; filename="/d"
                Content-Type: application/x-directory

                a 33188

                ------b1--
                """));

        assertThat(walked("/d")).containsExactly("/d/a FILE 5");
        assertThat(walked("/d")).containsExactly("/d/a FILE 5");
        assertThat(server.lines()).filteredOn("GET /d/..."::equals).hasSize(1);
    }

    @Test
    void aServerWithoutPartsIsAskedForEachEntry() throws IOException {
        server.directory("/d", "a b 33188\nc 16877\ngone 33188\n")
                .file("/d/a%20b", HEADS, "12345")
                .directory("/d/c", "");

        assertThat(listed("/d")).containsExactly("/d/a b FILE 5", "/d/c DIRECTORY 0");
        int before = server.heard.size();
        assertThat(listed("/d")).hasSize(2);
        assertThat(server.lines().subList(before, server.heard.size()))
                .startsWith("GET /d")
                .doesNotContain("GET /d/:");
    }

    @ParameterizedTest
    @ValueSource(ints = {409, 429, 500})
    void aListingInPartsThatFailsOnceIsAskedForAgain(int status) throws IOException {
        String parts = crlf("""
                ------b1
                Content-Location: /fs/d/a
                Content-Mode: 33188
                Content-Range: bytes 0-0/5

                ------b1--
                """);
        server.directory("/d", "a 33188\n").file("/d/a", HEADS, "12345");
        for (String request : List.of("GET /d/:", "GET /d/...")) {
            server.on(request, out -> {
                server.says(request, 200, PARTS, parts);
                out.write(
                        crlf("HTTP/1.1 " + status + " X\nContent-Length: 0\n\n").getBytes(UTF_8));
            });
        }

        for (int i = 0; i < 2; i++) {
            assertThat(listed("/d")).containsExactly("/d/a FILE 5");
            assertThat(walked("/d")).containsExactly("/d/a FILE 5");
        }
        assertThat(server.lines())
                .filteredOn("HEAD /d/a"::equals)
                .as("asked one by one")
                .hasSize(1);
        assertThat(server.lines()).filteredOn("GET /d/..."::equals).hasSize(2);
    }

    @Test
    void partsByTheHeaderThatFailOnceAreAskedForAgain() throws IOException {
        String parts = crlf("------b1\nContent-Location: /fs/d/a\nContent-Range: bytes 0-0/5\n\n------b1--\n");
        server.on("GET /d", out -> {
            server.says("GET /d", 200, PARTS, parts);
            out.write(crlf("HTTP/1.1 500 X\nContent-Length: 0\n\n").getBytes(UTF_8));
        });

        server.says("GET /d/:", 200, PARTS, parts);
        assertThat(listed("/d")).containsExactly("/d/a FILE 5");
        assertThat(listed("/d")).containsExactly("/d/a FILE 5");
        assertThat(server.lines()).containsExactly("OPTIONS /", "GET /d", "GET /d/:", "GET /d");
    }

    @Test
    void apptronKeepsNamesPercentEncoded() throws IOException {
        server.directory("/d", "a%20b 33188\n\n")
                .file("/d/a%20b", HEADS, "12345")
                .directory("/e", "\n")
                .says("COPY /d/a%20b", 200, "", "OK\n")
                .directory("/", "");

        assertThat(listed("/d")).containsExactly("/d/a b FILE 5");
        assertThat(listed("/e")).isEmpty();
        server.on(
                "HEAD /d/c%20d",
                out -> {
                    boolean copied = server.lines().contains("COPY /d/a%20b");
                    String head = copied
                            ? "HTTP/1.1 200 X\n" + HEADS + "Content-Length: 5\n\n"
                            : "HTTP/1.1 404 X\nContent-Length: 0\n\n";
                    out.write(crlf(head).getBytes(UTF_8));
                });
        store.copy(path("/d/a b"), path("/d/c d"), TransferOptions.OVERWRITE);
        assertThat(server.heard.stream().filter(each -> each.line().startsWith("COPY")))
                .singleElement()
                .satisfies(
                        each -> assertThat(each.head()).contains("Destination: /fs/d/c%20d\r\n", "Overwrite: T\r\n"));
    }

    @Test
    void aPercentInANameOfAnyOtherServerIsItself() throws IOException {
        server.directory("/d", "50%25 33188\n").file("/d/50%2525", HEADS, "12345");

        assertThat(listed("/d")).containsExactly("/d/50%25 FILE 5");
    }

    @Test
    void apptronTellsWrongLengthsOfPartsAndLeavesOutLineEnds() throws IOException {
        server.says("GET /d", 200, PARTS, crlf("""
                ------b1
                Content-Disposition: attachment; filename="/fs/d"
                Content-Type: application/x-directory
                Content-Length: 0

                a 33188
                s 16877
                ------b1
                Content-Disposition: attachment; filename="/fs/d/a"
                Content-Mode: 420
                Content-Range: bytes 0-0/7

                ------b1
                Content-Disposition: attachment; filename="/fs/d/s"
                Content-Type: application/x-directory
                Content-Mode: rwx
                Content-Length: 0

                ------b1--"""));

        try (Listing listing = store.list(path("/d"))) {
            Node file = Objects.requireNonNull(listing.next());
            assertThat(file.size()).isEqualTo(7);
            assertThat(file.mode()).isEqualTo(new Mode(0644));
            Node directory = Objects.requireNonNull(listing.next());
            assertThat(directory.mode()).isEqualTo(Mode.DIRECTORY_DEFAULT);
            assertThat(listing.next()).isNull();
        }
        assertThat(server.lines()).containsExactly("OPTIONS /", "GET /d");
    }

    @Test
    void aRangeComesMarkedUnmarkedOrWhole() throws IOException {
        String body = "0123456789".repeat(20_000);
        for (String answer : List.of(body, body.substring(150_000, 150_005))) {
            server.says("GET /a", 200, HEADS + "ETag: \"x\"\n", body);
            try (Content content = store.read(path("/a"))) {
                server.says("GET /a", 200, HEADS + "ETag: \"x\"\n", answer);
                assertThat(text(content, new ByteRange(150_000, 5))).isEqualTo("01234");
            }
        }
        assertThat(server.heard.get(server.heard.size() - 1).head())
                .contains(
                        "Range: bytes=150000-150004\r\n",
                        "If-Match: \"x\"\r\n",
                        "Authorization: Bearer " + Canary.secret("bearer") + "\r\n");
        server.says("GET /a", 200, HEADS + "ETag: \"x\"\n", body);
        try (Content content = store.read(path("/a"))) {
            server.says("GET /a", 412, "", "Precondition Failed\n");
            assertThat(catchThrowableOfType(FsException.class, () -> text(content, new ByteRange(150_000, 5))))
                    .isNotNull();
        }
    }

    @Test
    void eachChangeCarriesTheTimeThatOrdersIt() throws IOException {
        server.directory("/d", "").file("/a", HEADS, "x").file("/b", HEADS, "x");
        for (String request : List.of("PUT /a", "PATCH /a", "PATCH /d", "COPY /a", "MOVE /a", "DELETE /a")) {
            server.says(request, 200, "", "OK\n");
        }
        AttributeChange mode = new AttributeChange(new Mode(0600), null, null, null);

        long before = System.currentTimeMillis() * 1000;
        store.write(path("/a"), Body.of(new byte[] {'x'}), WriteOptions.DEFAULT);
        store.link(path("/a"), "x", WriteOptions.DEFAULT);
        store.makeDirectory(path("/d"), WriteOptions.of(mode));
        store.change(path("/a"), mode, Preconditions.NONE);
        store.copy(path("/a"), path("/b"), TransferOptions.OVERWRITE);
        store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE);
        long after = (System.currentTimeMillis() + 1) * 1000;

        List<ScriptedServer.Heard> changes = server.heard.stream()
                .filter(each -> each.line().matches("(PUT|PATCH|COPY|MOVE|DELETE) .*"))
                .toList();
        assertThat(changes)
                .extracting(ScriptedServer.Heard::line)
                .containsExactly("PUT /a", "PUT /a", "PATCH /d", "PATCH /a", "COPY /a", "MOVE /a", "DELETE /a");
        assertThat(changes).allSatisfy(each -> {
            Matcher sent = CHANGE_TIMESTAMP.matcher(each.head());
            assertThat(sent.find()).isTrue();
            assertThat(Long.parseLong(sent.group(1))).isBetween(before, after);
        });
    }

    @Test
    void apptronLeavesTheSourceOfAMove() throws IOException {
        server.file("/a", HEADS, "x")
                .directory("/", "")
                .says("MOVE /a", 200, "", "OK\n")
                .says("DELETE /a", 200, "", "OK\n");
        server.on("HEAD /b", out -> {
            boolean moved = server.lines().contains("MOVE /a");
            String head = moved
                    ? "HTTP/1.1 200 X\n" + HEADS + "Content-Length: 1\n\n"
                    : "HTTP/1.1 404 X\nContent-Length: 0\n\n";
            out.write(crlf(head).getBytes(UTF_8));
        });

        assertThat(store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE).size())
                .isEqualTo(1);
        assertThat(server.lines()).contains("MOVE /a").endsWith("HEAD /a", "DELETE /a");
    }

    @Test
    void apptronLeavesTheSourceOfAMoveThatReplaces() throws IOException {
        server.file("/a", HEADS, "new").file("/b", HEADS, "old").says("DELETE /a", 200, "", "OK\n");
        server.on("MOVE /a", out -> {
            server.file("/b", HEADS, "new");
            out.write(crlf("HTTP/1.1 200 X\nContent-Length: 0\n\n").getBytes(UTF_8));
        });

        store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE);
        assertThat(server.lines()).endsWith("DELETE /a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "ne", ""})
    void aMoveThatWasAnsweredAndNotDoneLeavesTheSource(String target) throws IOException {
        server.file("/a", HEADS, "new").file("/b", HEADS, "old").says("DELETE /a", 200, "", "OK\n");
        server.on("MOVE /a", out -> {
            server.file("/b", HEADS, target);
            out.write(crlf("HTTP/1.1 200 X\nContent-Length: 3\n\nOK\n").getBytes(UTF_8));
        });

        assertThat(catchThrowableOfType(
                                FsException.class, () -> store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE))
                        .kind())
                .isEqualTo(FsException.Kind.IO);
        assertThat(server.lines()).contains("MOVE /a").doesNotContain("DELETE /a");
    }

    @Test
    void aMoveOfADirectoryThatWasAnsweredAndNotDoneIsAFailure() throws IOException {
        server.directory("/d", "a 33188\n").directory("/e", "").says("MOVE /d", 200, "", "OK\n");

        assertThat(catchThrowableOfType(
                                FsException.class, () -> store.move(path("/d"), path("/e"), TransferOptions.OVERWRITE))
                        .kind())
                .isEqualTo(FsException.Kind.IO);
        assertThat(server.lines()).noneMatch(each -> each.startsWith("DELETE"));
    }

    @Test
    void wanixFollowsLinksInPartsOnly() throws IOException {
        server.says("GET /d", 200, PARTS, crlf("""
                ------b1
                Content-Location: /fs/d
                Content-Type: application/x-directory

                l 41471
                m 41471
                z 16877

                ------b1
                Content-Location: /fs/d/l
                Content-Type: application/octet-stream
                Content-Mode: 33188
                Content-Range: bytes 0-0/9

                ------b1
                Content-Location: /fs/d/m
                Content-Type: application/x-directory
                Content-Mode: 16877

                ------b1
                Content-Location: /fs/d/z
                Content-Type: application/x-directory
                Content-Mode: 16877

                ------b1--
                """));
        String link = "Content-Type: application/x-symlink\nContent-Mode: 41471\n";
        server.says("HEAD /d/l", 200, link + "Content-Length: 3\n")
                .says("HEAD /d/m", 200, link + "Content-Length: 4\n");

        assertThat(listed("/d")).containsExactly("/d/l SYMLINK 3", "/d/m SYMLINK 4", "/d/z DIRECTORY 0");
    }

    @Test
    void wanixHasNoSuffixesAtItsRoot() throws IOException {
        server.says("GET /", 200, PARTS, crlf("""
                ------b1
                Content-Location: /fs/
                Content-Type: application/x-directory

                d 16877

                ------b1
                Content-Location: /fs/d
                Content-Type: application/x-directory
                Content-Mode: 16877

                ------b1--
                """)).says("GET /d", 200, PARTS, crlf("""
                ------b1
                Content-Location: /fs/d
                Content-Type: application/x-directory

                ------b1--
                """));

        assertThat(listed("/")).containsExactly("/d DIRECTORY 0");
        assertThat(walked("/")).containsExactly("/d DIRECTORY 0");
        assertThat(server.lines()).containsExactly("OPTIONS /", "GET /", "GET /...", "GET /", "GET /d");
        assertThat(server.heard.get(1).head()).contains("Accept: multipart/mixed\r\n");
    }

    @Test
    void ownersAreNotDeclaredWhereNobodyKeepsThem() throws IOException {
        server.directory("/", "");
        store.stat(FsPath.ROOT);

        assertThat(store.capabilities().all())
                .containsExactlyInAnyOrder(Capability.WRITE, Capability.SYMLINKS, Capability.MODE, Capability.MODIFIED);
    }

    @Test
    void serversThatAnswer500MeanWhatTheySay() throws IOException {
        server.says("GET /a", 500, "", "open /x: file does not exist\n");

        assertThat(catchThrowableOfType(FsException.class, () -> store.read(path("/a")))
                        .kind())
                .isEqualTo(FsException.Kind.NOT_FOUND);
    }

    @ParameterizedTest
    @CsvSource({"409, remove d: directory not empty", "500, Directory not empty (os error 39)"})
    void star9RemovesEmptyDirectoriesOnly(int status, String text) throws IOException {
        server.directory("/d", "a 33188\n").file("/d/a", HEADS, "x").says("DELETE /d", status, "", text);
        server.on("DELETE /d/a", out -> {
            server.says("DELETE /d", 200, "", "OK\n");
            out.write(crlf("HTTP/1.1 200 X\nContent-Length: 0\n\n").getBytes(UTF_8));
        });

        store.remove(path("/d"), Preconditions.NONE);
        assertThat(server.lines())
                .filteredOn(each -> each.startsWith("DELETE"))
                .containsExactly("DELETE /d", "DELETE /d/a", "DELETE /d");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 405, 409, 412, 423, 429, 500, 501, 503})
    void aDirectoryWhoseRemovalIsRefusedKeepsItsChildren(int status) throws IOException {
        server.directory("/d", "a 33188\n").file("/d/a", HEADS, "x").says("DELETE /d/a", 200, "", "OK\n");
        server.says("DELETE /d", status, "", "Read-only\n");
        assertThat(catchThrowableOfType(FsException.class, () -> store.remove(path("/d"), Preconditions.NONE)))
                .isNotNull();
        assertThat(server.lines()).doesNotContain("DELETE /d/a");
    }

    @Test
    void aFileIsSentWithWhatTheDocumentAsksFor() throws IOException {
        server.directory("/", "").says("PUT /n", 200, "", "OK\n");
        server.on("HEAD /n", out -> {
            boolean put = server.lines().contains("PUT /n");
            String head = put
                    ? "HTTP/1.1 200 X\n" + HEADS + "Content-Length: 3\n\n"
                    : "HTTP/1.1 404 X\nContent-Length: 0\n\n";
            out.write(crlf(head).getBytes(UTF_8));
        });
        AttributeChange attributes =
                new AttributeChange(new Mode(0600), Instant.parse("2022-01-01T08:00:00.5Z"), null, null);

        Node node = store.write(path("/n"), Body.of("abc".getBytes(UTF_8)), WriteOptions.of(attributes));
        assertThat(node.type()).isEqualTo(NodeType.FILE);
        ScriptedServer.Heard put = server.heard.stream()
                .filter(each -> each.line().equals("PUT /n"))
                .findFirst()
                .orElseThrow();
        assertThat(put.head())
                .contains("Content-Mode: 33152\r\n", "Content-Modified: 1641024000\r\n", "Content-Length: 3\r\n")
                .doesNotContain("Packhorse-");
        assertThat(put.body()).isEqualTo("abc");
    }
}
