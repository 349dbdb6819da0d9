package dev.packhorse.store.httpfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.Canary;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that lie, break off or go on for ever. */
class FaultsTest {

    private static final String TOLD =
            "Packhorse-Capabilities: CHANGE_TIMESTAMPS ETAGS FUTURE MODE MODIFIED OWNER SPACE"
                    + " SYMLINKS WRITE; precision=1000; staleness=0\n";
    private static final String PARTS = "Content-Type: multipart/mixed; boundary=b\nContent-Mode: 16877\n";

    @SuppressWarnings("NullAway.Init")
    private ScriptedServer server;

    @SuppressWarnings("NullAway.Init")
    private Store store;

    @BeforeEach
    void serve() throws IOException {
        server = new ScriptedServer();
        server.says("OPTIONS /", 200, TOLD, "OK\n");
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

    private static void assertFails(Kind kind, ThrowingCallable call) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure of kind %s", kind).isNotNull();
        assertThat(failure.kind()).as(String.valueOf(failure)).isEqualTo(kind);
        assertThat(String.valueOf(failure) + failure.getCause()).doesNotContain(Canary.MARK);
    }

    private List<String> listed() throws FsException {
        try (Listing listing = store.list(path("/d"))) {
            List<String> all = new ArrayList<>();
            for (Node node = listing.next(); node != null; node = listing.next()) {
                all.add(node.path().toString());
            }
            return all;
        }
    }

    private static String part(String location) {
        return "--b\r\nContent-Location: " + location
                + "\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-0/3\r\n\r\n";
    }

    @Test
    void whatAPackhorseTellsIsDeclared() throws FsException {
        assertThat(store.capabilities().has(Capability.ETAGS))
                .as("before it was asked")
                .isFalse();
        assertFails(Kind.NOT_FOUND, () -> store.stat(path("/a")));
        assertThat(store.capabilities().all())
                .containsExactlyInAnyOrder(
                        Capability.CHANGE_TIMESTAMPS,
                        Capability.ETAGS,
                        Capability.MODE,
                        Capability.MODIFIED,
                        Capability.OWNER,
                        Capability.SYMLINKS,
                        Capability.WRITE);
        assertThat(store.capabilities().timePrecision().toNanos()).isEqualTo(1000);
        assertThat(server.heard.get(1).head())
                .contains("Packhorse: 1\r\n", "Authorization: Bearer " + Canary.secret("bearer") + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--b\r\n",
                "--b\r\nX: 1\r\n",
                "--b\r\nX: 1\r\n\r\n",
                "--b\r\nX: 1\r\n\r\n--b\r\n",
                "",
                "--b-",
                "--bb--"
            })
    void aListingThatIsCutIsAFailure(String begin) {
        for (String first : List.of("", part("/fs/d/a"))) {
            server.says("GET /d/:", 200, PARTS, first + begin);
            assertFails(Kind.IO, this::listed);
        }
    }

    @Test
    void aListingThatIsCutByTheConnectionIsAFailure() {
        server.on("GET /d/:", out -> {
            out.write(("HTTP/1.1 200 X\r\n" + PARTS.replace("\n", "\r\n")
                            + "Transfer-Encoding: chunked\r\n\r\n4\r\n--b\r")
                    .getBytes(ISO_8859_1));
            out.flush();
            throw new IOException("told to");
        });
        assertThat(catchThrowableOfType(FsException.class, this::listed)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "X: 1\r\n"})
    void aHeadWithoutAnEndIsAFailure(String endless) {
        for (String begin : List.of("--b\r\n", "")) {
            server.on("GET /d/:", out -> {
                out.write(("HTTP/1.1 200 X\r\n" + PARTS.replace("\n", "\r\n") + "\r\n" + begin).getBytes(ISO_8859_1));
                byte[] more = endless.repeat(1000).getBytes(ISO_8859_1);
                while (true) {
                    out.write(more);
                }
            });
            assertFails(Kind.IO, this::listed);
        }
    }

    @Test
    void theWrongBoundaryIsAFailure() {
        server.says("GET /d/:", 200, PARTS, part("/fs/d/a").replace("--b", "--c") + "--c--\r\n");
        assertFails(Kind.IO, this::listed);
        server.says("GET /d/:", 200, "Content-Type: multipart/mixed\nContent-Mode: 16877\n", "")
                .says("HEAD /d", 200, "Content-Mode: 16877\n");
        assertFails(Kind.IO, this::listed);
    }

    @Test
    void namesThatLeadElsewhereAreLeftOut() throws FsException {
        StringBuilder parts = new StringBuilder(part("/fs/d"));
        for (String bad : List.of(
                "/fs/d/..",
                "/fs/d/../a",
                "/fs/d/x/y",
                "/fs/d//a",
                "/fs/d/.",
                "/fs/e",
                "/fs",
                "a",
                "",
                "/fs/dd",
                "/fs/d/:",
                "/fs/d/...",
                "/fs/d/a\u0001",
                "/fs/d/\u0080x")) {
            parts.append(part(bad));
        }
        parts.append("--b\r\nX: 1\r\n\r\nbody\r\n--b\r\n\r\n")
                .append(part("/fs/d/good"))
                .append("--b--\r\n");
        server.says("GET /d/:", 200, PARTS, parts.toString());

        assertThat(listed()).containsExactly("/d/good");
    }

    @Test
    void partsInAnyOrderComeSortedAndOnce() throws FsException {
        server.says(
                "GET /d/:",
                200,
                PARTS,
                "preamble\r\n" + part("/fs/d/") + part("/fs/d/c") + part("/fs/d/a") + part("/fs/d/c") + part("/fs/d/b")
                        + "--b--  \r\nepilogue");

        assertThat(listed()).containsExactly("/d/a", "/d/b", "/d/c");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void noRedirectIsFollowed(int status) {
        String elsewhere = "Location: " + server.base() + "/elsewhere\n";
        for (String request : List.of("GET /a", "HEAD /a", "GET /d/:", "PUT /a", "DELETE /a")) {
            server.says(request, status, elsewhere);
        }
        assertFails(Kind.IO, () -> store.read(path("/a")));
        assertFails(Kind.IO, () -> store.stat(path("/a")));
        assertFails(Kind.IO, this::listed);
        assertFails(Kind.IO, () -> store.write(path("/a"), Body.of(new byte[3]), WriteOptions.DEFAULT));
        assertFails(Kind.IO, () -> store.remove(path("/a"), Preconditions.NONE));
        assertThat(server.lines()).noneMatch(each -> each.contains("elsewhere"));
    }

    @Test
    void aFileThatIsCutIsAFailure() throws IOException {
        for (int length : new int[] {10, 100_000}) {
            byte[] bytes = new byte[length - 1];
            server.on("GET /a", out -> {
                out.write(("HTTP/1.1 200 X\r\nContent-Length: " + length + "\r\n\r\n").getBytes(ISO_8859_1));
                out.write(bytes);
                out.flush();
                throw new IOException("told to");
            });
            assertThat(catchThrowableOfType(FsException.class, () -> {
                        try (Content content = store.read(path("/a"));
                                InputStream in = content.body().open()) {
                            in.readAllBytes();
                        }
                    }))
                    .isNotNull();
        }
        server.on(
                "GET /a",
                out -> out.write("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".getBytes(ISO_8859_1)));
        assertFails(Kind.IO, () -> store.read(path("/a")));
    }

    @Test
    void aChangeIsSentOnceWhateverHappens() throws IOException {
        server.says("HEAD /a", 200, "Content-Mode: 33188\n");
        store.stat(path("/a"));
        AttributeChange mode = new AttributeChange(new Mode(0600), null, null, null);
        List<ThrowingCallable> changes = List.of(
                () -> store.write(path("/a"), Body.of(new byte[3]), WriteOptions.DEFAULT),
                () -> store.makeDirectory(path("/a"), WriteOptions.DEFAULT),
                () -> store.link(path("/a"), "x", WriteOptions.DEFAULT),
                () -> store.change(path("/a"), mode, Preconditions.NONE),
                () -> store.copy(path("/a"), path("/b"), TransferOptions.OVERWRITE),
                () -> store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE),
                () -> store.remove(path("/a"), Preconditions.NONE));
        for (String method : List.of("PUT", "PATCH", "COPY", "MOVE", "DELETE")) {
            server.on(method + " /a", out -> {
                throw new IOException("told to");
            });
        }
        for (ThrowingCallable change : changes) {
            // A kept connection, which a client may take for one that was closed before.
            store.stat(path("/a"));
            int before = server.heard.size();
            assertFails(Kind.UNAVAILABLE, change);
            assertThat(server.lines().subList(before, server.heard.size())).hasSize(1);
        }
    }

    @Test
    void whatOnlyReadsIsAskedAgainWhenAKeptConnectionBreaks() throws IOException {
        server.says("HEAD /a", 200, "Content-Mode: 33188\n");
        store.stat(path("/a"));
        server.on("HEAD /a", out -> {
            server.says("HEAD /a", 200, "Content-Mode: 33188\n");
            throw new IOException("told to");
        });
        assertThat(store.stat(path("/a")).isFile()).isTrue();
    }

    @Test
    void aBodyOfUnknownLengthThatBreaksIsNeverEnded() throws Exception {
        server.says("PUT /a", 200, "", "OK\n");
        store.capabilities();
        Body body = new Body() {
            @Override
            public long length() {
                return UNKNOWN;
            }

            @Override
            public InputStream open() {
                return new InputStream() {
                    private int given;

                    @Override
                    public int read() throws IOException {
                        byte[] one = new byte[1];
                        return read(one, 0, 1) < 0 ? -1 : one[0];
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        if (given > 100_000) {
                            throw new FsException(Kind.TOO_LARGE, "body", FsPath.ROOT);
                        }
                        given += length;
                        return length;
                    }
                };
            }
        };
        assertFails(Kind.TOO_LARGE, () -> store.write(path("/a"), body, WriteOptions.DEFAULT));
        assertThat(server.lines())
                .as("a request is heard when its body has ended")
                .doesNotContain("PUT /a");
    }

    @Test
    void aServerThatIsAwayComesBackAsAnother() throws IOException {
        server.says("HEAD /", 200, "Content-Mode: 16877\n");
        store.stat(FsPath.ROOT);
        assertThat(store.capabilities().has(Capability.ETAGS)).isTrue();
        server.on("DELETE /a", out -> {
            throw new IOException("told to");
        });
        assertFails(Kind.UNAVAILABLE, () -> store.remove(path("/a"), Preconditions.NONE));
        server.says("OPTIONS /", 405, "");
        store.stat(FsPath.ROOT);
        assertThat(store.capabilities().has(Capability.ETAGS)).isFalse();
    }

    @Test
    void kindsComeThroughAndStatusesOtherwise() {
        for (Kind kind : Kind.values()) {
            server.says("DELETE /a", 418, "Packhorse-Kind: " + kind + "\n");
            assertFails(kind, () -> store.remove(path("/a"), Preconditions.NONE));
        }
        server.says("DELETE /a", 412, "", "Change-Timestamp Too Old\n");
        assertFails(Kind.STALE, () -> store.remove(path("/a"), new Preconditions(null, null, null, 1L)));
        assertThat(server.heard.get(server.heard.size() - 1).head()).contains("Change-Timestamp: 1\r\n");
        server.says("DELETE /a", 412, "Packhorse-Kind: NEW\n", "Destination Exists\n");
        assertFails(Kind.ALREADY_EXISTS, () -> store.remove(path("/a"), Preconditions.NONE));
        server.says("OPTIONS /", 401, "");
        store = server.store();
        assertFails(Kind.PERMISSION_DENIED, () -> store.stat(FsPath.ROOT));
    }

    @Test
    void reservedNamesAreRefused() {
        for (String name : List.of("/d/:", "/...")) {
            assertFails(Kind.INVALID_NAME, () -> store.stat(path(name)));
            assertFails(Kind.INVALID_NAME, () -> store.list(path(name)));
            assertFails(Kind.INVALID_NAME, () -> store.copy(path("/a"), path(name), TransferOptions.OVERWRITE));
        }
        assertThat(server.heard).isEmpty();
    }

    @Test
    void nodesAreAsTheHeadersSay() throws FsException {
        server.says("HEAD /a", 200, """
                Content-Type: text/plain
                Content-Mode: 35309
                Content-Modified: -5
                Packhorse-Nanos: 123456789
                Packhorse-Media-Type: text/x-verse
                Content-Ownership: 1:4294967294
                ETag: "e1"
                Change-Timestamp: 7
                Content-Length: 12
                """);
        Node node = store.stat(path("/a"));

        assertThat(node.mode()).isEqualTo(new Mode(04755));
        assertThat(node.modified()).hasToString("1969-12-31T23:59:55.123456789Z");
        assertThat(node.mediaType()).isEqualTo("text/x-verse");
        assertThat(node.owner().gid()).isEqualTo(4_294_967_294L);
        assertThat(node.etag()).isEqualTo("e1");
        assertThat(node.changeTimestamp()).isEqualTo(7);
        assertThat(node.size()).isEqualTo(12);
        server.says("HEAD /a", 200, "Content-Mode: x\nETag: W/\"e\"\nContent-Modified: soon\nLast-Modified: never\n");
        Node bare = store.stat(path("/a"));
        assertThat(bare.etag()).isNull();
        assertThat(bare.mode()).isEqualTo(Mode.FILE_DEFAULT);
        assertThat(String.valueOf(bare).getBytes(UTF_8)).isNotEmpty();
    }
}
