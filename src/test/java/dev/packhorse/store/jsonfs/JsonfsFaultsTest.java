package dev.packhorse.store.jsonfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that say less than ours, something else, or too much. */
class JsonfsFaultsTest {

    private static final Instant SEEN = Instant.parse("2026-11-21T12:00:00.5Z");

    @TempDir
    Path temp;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicReference<Instant> now = new AtomicReference<>(SEEN);

    @SuppressWarnings("NullAway.Init")
    private JsonfsServer server;

    @SuppressWarnings("NullAway.Init")
    private JsonfsStore store;

    @BeforeEach
    void start() throws IOException {
        server = new JsonfsServer(true);
        store = new JsonfsStore(server.base(), JsonfsServer.options(temp), JsonfsStore.HEAD_TTL, nanos::get, now::get);
    }

    @AfterEach
    void stop() throws IOException {
        store.close();
        server.close();
        assertThat(temp).isEmptyDirectory();
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    private static void assertFails(Kind kind, ThrowingCallable call) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure of kind %s", kind).isNotNull();
        assertThat(failure.kind()).as(String.valueOf(failure)).isEqualTo(kind);
    }

    private List<String> list(String directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (Listing listing = store.list(path(directory))) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                names.add(node.path().name() + (node.isDirectory() ? "/" : ""));
            }
        }
        return names;
    }

    private String read(String file) throws IOException {
        try (Content content = store.read(path(file));
                InputStream in = content.body().open()) {
            String text = new String(in.readAllBytes(), UTF_8);
            assertThat(content.node().size()).isEqualTo(text.getBytes(UTF_8).length);
            return text;
        }
    }

    private void write(String path, byte[] bytes) throws IOException {
        server.files.write(path(path), Body.of(bytes), WriteOptions.DEFAULT);
    }

    @Test
    void aHeadIsUsedAgainForASecond() throws IOException {
        write("/a", new byte[3]);
        assertThat(store.stat(path("/a")).size()).isEqualTo(3);
        write("/a", new byte[4]);
        nanos.addAndGet(999_999_999);
        assertThat(store.stat(path("/a")).size()).isEqualTo(3);
        assertThat(server.heard).containsExactly("HEAD /a");
        nanos.addAndGet(1);
        assertThat(store.stat(path("/a")).size()).isEqualTo(4);
        assertThat(store.capabilities().staleness()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void whatIsNotSaidIsAsTheDocumentSays() throws IOException {
        server.directory("/", "{\"dirs\":[\"f\",\"d/\"]}")
                .directory("/d", "{\"dirs\":[]}")
                .on("HEAD /f", exchange -> exchange.sendResponseHeaders(200, -1))
                .on("GET /f", exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write("more than said".getBytes(UTF_8));
                });
        Node file = store.stat(path("/f"));
        assertThat(file.size()).isZero();
        assertThat(file.mode()).isEqualTo(new Mode(0644));
        assertThat(file.modified()).isEqualTo("2026-11-21T12:00:00Z");
        Node directory = store.stat(path("/d"));
        assertThat(directory.mode()).isEqualTo(new Mode(0755));

        now.set(SEEN.plusSeconds(100));
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(store.stat(path("/f"))).as("the time of the first sight").isEqualTo(file);
        assertThat(read("/f")).isEqualTo("more than said");
        assertThat(list("/")).containsExactly("d/", "f");
    }

    @Test
    void headersOfAllSorts() throws IOException {
        server.has(
                "/a",
                200,
                "x",
                "Content-Permissions",
                "0100600",
                "Last-Modified",
                "Saturday, 01-Jan-22 08:00:00 GMT",
                "Content-Disposition",
                "inline; filename=\"other\"");
        Node node = store.stat(path("/a"));
        assertThat(node.mode()).isEqualTo(new Mode(0600));
        assertThat(node.modified()).isEqualTo("2022-01-01T08:00:00Z");
        server.has("/b", 200, "x", "Content-Permissions", "rwx", "Last-Modified", "yesterday");
        assertThat(store.stat(path("/b")).mode()).isEqualTo(new Mode(0644));
        assertThat(store.stat(path("/b")).modified()).isEqualTo("2026-11-21T12:00:00Z");
        server.has("/d", 200, "{\"dir\":[]}", "Content-Type", "Application/vnd.httpfs.v1+json; charset=utf-8");
        assertThat(store.stat(path("/d")).isDirectory()).isTrue();
        for (String name : List.of("..", "a/b", "", "/etc/passwd", "\\u0001\u0001")) {
            server.has("/c", 200, "x", "Content-Disposition", "attachment; filename=\"" + name + "\"");
            assertThat(store.stat(path("/c")).size()).as(name).isEqualTo(1);
        }
    }

    @Test
    void entriesAreCalledAsTheServerSays() throws IOException {
        server.directory("/", "{\"dirs\":[\"1\",\"2\",\"3/\",\"4\",\"taken\"]}")
                .has("/1", 200, "one", "Content-Disposition", "attachment; filename=\"first name.txt\"")
                .has("/2", 200, "two", "Content-Disposition", "Attachment; x=y; filename=plain")
                .has(
                        "/3",
                        200,
                        "{\"dir\":[\"5\"]}",
                        "Content-Type",
                        Head.DIRECTORY,
                        "Content-Disposition",
                        "attachment; filename=\"folder\"")
                .has("/3/5", 200, "five", "Content-Disposition", "attachment; filename=\"deep\"")
                .has("/4", 200, "four", "Content-Disposition", "attachment; filename=\"taken\"")
                .has("/taken", 200, "it is");
        // Before anything was listed.
        assertThat(read("/folder/deep")).isEqualTo("five");
        assertThat(store.stat(path("/first name.txt")).size()).isEqualTo(3);
        assertThat(list("/")).containsExactly("first name.txt", "folder/", "plain", "taken");
        assertThat(list("/folder")).containsExactly("deep");
        assertThat(read("/plain")).isEqualTo("two");
        assertThat(read("/taken")).as("hides the other").isEqualTo("it is");
        for (String hidden : List.of("/1", "/3", "/3/5", "/folder/5", "/none", "/none/none")) {
            assertFails(Kind.NOT_FOUND, () -> store.stat(path(hidden)));
            assertFails(Kind.NOT_FOUND, () -> store.read(path(hidden)));
        }
        server.has("/1", 200, "one", "Content-Disposition", "attachment; filename=\"renamed\"")
                .has("/plain", 200, "now its own");
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(read("/renamed")).isEqualTo("one");
        assertFails(Kind.NOT_FOUND, () -> store.stat(path("/first name.txt")));
    }

    @Test
    void aDirectoryIsSearchedOnceForWhatIsNotThere() throws IOException {
        write("/a", new byte[1]);
        for (int i = 0; i < 5; i++) {
            String missing = "/none" + i;
            assertFails(Kind.NOT_FOUND, () -> store.stat(path(missing)));
        }
        assertThat(server.heard).filteredOn("GET /"::equals).hasSize(1);
    }

    @Test
    void namesAreEscapedOnTheWire() throws IOException {
        String name = "a %41?#&+;\\\"é😀";
        write("/" + name, "x".getBytes(UTF_8));
        assertThat(read("/" + name)).isEqualTo("x");
        assertThat(store.stat(FsPath.ROOT.child(name)).size()).isEqualTo(1);
        assertThat(server.heard.get(0)).isEqualTo("GET /a%20%2541%3F%23%26%2B%3B%5C%22%C3%A9%F0%9F%98%80");
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 204, 206, 301, 302, 307, 304, 400, 401, 403, 410, 429, 500, 503})
    void onlyFoundOrNotIsUnderstood(int status) throws IOException {
        server.has("/a", status, "", "Location", "/base/b");
        write("/b", new byte[1]);
        assertFails(Kind.IO, () -> store.stat(path("/a")));
        assertFails(Kind.IO, () -> store.read(path("/a")));
        assertFails(Kind.IO, () -> store.list(path("/a")));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 401, 403, 429, 500, 503})
    void aListingFailsWhoseServerRefusesToTellOfAnEntry(int status) throws IOException {
        server.has("/a", status, "").directory("/", "{\"dirs\":[\"a\",\"b\",\"gone\"]}");
        write("/b", new byte[1]);
        assertThatThrownBy(() -> list("/"))
                .isInstanceOfSatisfying(
                        FsException.class, failure -> assertThat(failure.kind()).isEqualTo(Kind.IO))
                .hasStackTraceContaining("/a")
                .hasStackTraceContaining("the server answered " + status);
        assertThat(store.stat(path("/b")).size()).as("its neighbours are there").isEqualTo(1);
        assertFails(Kind.NOT_FOUND, () -> store.stat(path("/gone")));
        server.has("/a", 404, "");
        assertThat(list("/")).containsExactly("b");
    }

    @Test
    void aServerThatKnowsGetOnly() throws IOException {
        server.has("/a", 200, "hello").on("HEAD /a", exchange -> exchange.sendResponseHeaders(405, -1));
        assertThat(store.stat(path("/a")).size()).isEqualTo(5);
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(store.stat(path("/a")).size()).isEqualTo(5);
        assertThat(server.heard).containsExactly("HEAD /a", "GET /a", "GET /a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{\"dirs\":[\"a\"", "{\"dirs\":{}}", "<html><a href=a>a</a></html>"})
    void whatIsNoListingIsAFailure(String text) {
        server.directory("/", text);
        assertFails(Kind.IO, () -> store.list(FsPath.ROOT));
    }

    @Test
    void aSiteOfWebPagesIsNoFileSystem() {
        server.has("/", 200, "<html></html>", "Content-Type", "text/html");
        assertFails(Kind.IO, () -> JsonfsStore.open(server.base(), JsonfsServer.options(temp)));
        assertFails(Kind.IO, () -> store.list(FsPath.ROOT));
        assertFails(Kind.NOT_FOUND, () -> {
            server.has("/", 404, "");
            nanos.addAndGet(Duration.ofSeconds(2).toNanos());
            store.stat(FsPath.ROOT);
        });
    }

    @Test
    void namesThatLeadElsewhereAreNotAskedFor() throws IOException {
        server.directory("/", "{\"dirs\":[\"..\",\"../x\",\"a/b\",\"/etc\",\"ok\"],\"dir\":[\"ok\",\"./\"]}")
                .has("/ok", 200, "x");
        assertThat(list("/")).containsExactly("ok");
        assertThat(server.heard).containsExactlyInAnyOrder("HEAD /", "GET /", "HEAD /ok");
    }

    @Test
    void aHugeListingIsReadInBoundedMemoryAndTheMissingAreLeftOut() throws IOException {
        StringBuilder json = new StringBuilder("{\"dirs\":[\"x\"");
        for (int i = 0; i < 3_000; i++) {
            json.append(",\"n").append(2_999 - i).append('"');
        }
        server.directory("/", json.append("]}").toString()).has("/x", 200, "1").has("/n7", 200, "1");
        assertThat(list("/")).containsExactly("n7", "x");
    }

    @Test
    void aRangeOfAnAnswerThatIgnoresRangesIsCut() throws IOException {
        byte[] large = new byte[300_000];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) ((i * 31) >> 3);
        }
        write("/large", large);
        try (Content content = store.read(path("/large"))) {
            for (ByteRange range : List.of(
                    new ByteRange(299_990, 10),
                    new ByteRange(5, 5),
                    new ByteRange(70_000, 1_000),
                    new ByteRange(0, 300_000))) {
                try (InputStream in = content.body(range).open()) {
                    assertThat(in.readAllBytes())
                            .isEqualTo(java.util.Arrays.copyOfRange(large, (int) range.offset(), (int) range.end()));
                }
            }
        }
    }

    @Test
    void aFileWithoutLengthIsTakenDownUpToALimit() throws IOException {
        server.on("GET /f", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[100_000]);
        });
        assertThat(read("/f")).hasSize(100_000);
        server.on("GET /f", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[(1 << 20) + 1]);
        });
        assertFails(Kind.TOO_LARGE, () -> store.read(path("/f")));
    }

    @Test
    void whatIsCutIsAFailure() throws IOException {
        server.on("GET /f", exchange -> {
            exchange.sendResponseHeaders(200, 10);
            exchange.getResponseBody().write(new byte[5]);
            exchange.getResponseBody().flush();
            throw new IOException("told to");
        });
        assertThatThrownBy(() -> read("/f")).isInstanceOf(FsException.class);
        server.on("GET /", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", Head.DIRECTORY);
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write("{\"dirs\":[\"a\"".getBytes(UTF_8));
            exchange.getResponseBody().flush();
            throw new IOException("told to");
        });
        assertThatThrownBy(() -> list("/")).isInstanceOf(FsException.class);
    }

    @Test
    void aServerThatIsGoneIsUnavailable() throws IOException {
        server.close();
        assertFails(Kind.UNAVAILABLE, () -> store.stat(path("/a")));
        assertFails(Kind.UNAVAILABLE, () -> store.list(FsPath.ROOT));
        store.close();
        assertFails(Kind.UNAVAILABLE, () -> store.stat(path("/a")));
    }

    @Test
    void aListingEndsWhenTheStoreIsClosed() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        StringBuilder json = new StringBuilder("{\"dirs\":[\"last\"");
        for (int i = 0; i < 100; i++) {
            json.append(",\"").append(i).append('"');
            server.on("HEAD /" + i, exchange -> {
                try {
                    closed.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        server.directory("/", json.append("]}").toString());
        CompletableFuture<Listing> listing = CompletableFuture.supplyAsync(() -> {
            try {
                return store.list(FsPath.ROOT);
            } catch (FsException e) {
                throw new CompletionException(e);
            }
        });
        await().until(() ->
                server.heard.stream().filter(each -> each.matches("HEAD /\\d+")).count() >= 4);
        store.close();
        assertThatThrownBy(() -> listing.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(FsException.class);
        closed.countDown();
    }

    @Test
    void aUserIsShownToAProxy() throws IOException {
        AtomicReference<String> shown = new AtomicReference<>();
        server.on("HEAD /", exchange -> {
            shown.set(exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.sendResponseHeaders(401, -1);
        });
        JsonfsOptions usual = JsonfsServer.options(temp);
        JsonfsOptions known = new JsonfsOptions("ann", "sécret", usual.spoolLimit(), temp, usual.web());
        assertFails(Kind.IO, () -> JsonfsStore.open(server.base(), known));
        assertThat(shown.get()).isEqualTo("Basic " + Base64.getEncoder().encodeToString("ann:sécret".getBytes(UTF_8)));
        assertThat(known.toString()).doesNotContain("sécret");
    }

    @Test
    void theBaseIsAPlaceOnAWebServer() {
        for (String bad : List.of("file:/x", "http:///x", "http://u@h/x", "http://h/x?y", "http://h/x#y")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> JsonfsStore.lazily(URI.create(bad), JsonfsServer.options(temp)));
        }
    }
}
