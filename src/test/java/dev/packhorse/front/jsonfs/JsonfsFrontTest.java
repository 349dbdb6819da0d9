package dev.packhorse.front.jsonfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.front.http.Answer;
import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.http.WireText;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.RecordingStore;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.local.LocalStore;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The decisions of INTEROP.md, one by one. */
class JsonfsFrontTest {

    private static final String DIRECTORY = "application/vnd.httpfs.v1+json";
    private static final Instant TIME = Instant.parse("2022-01-01T08:00:00Z");

    private final FaultyStore faulty = new FaultyStore(new MemoryStore(64L << 20));
    private final RecordingStore store = new RecordingStore(faulty);
    private final JsonfsFront strict = new JsonfsFront(JsonfsOptions.DEFAULT);
    private final JsonfsFront usual = new JsonfsFront(new JsonfsOptions(false, JsonfsOptions.cors(Set.of("*")), null));

    @TempDir
    Path folder;

    @AfterEach
    void nothingStaysOpen() throws FsException {
        store.close();
        assertThat(store.open()).isZero();
    }

    private static HttpResponse response(
            JsonfsFront front, Store store, String method, String target, String... headers) {
        FakeRequest request = new FakeRequest(method, WireText.encode(target));
        for (int i = 0; i < headers.length; i += 2) {
            request.with(headers[i], headers[i + 1]);
        }
        try {
            return front.handle(request, RequestTarget.parse(request.target()), store);
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    private Answer send(JsonfsFront front, String method, String target, String... headers) {
        return Answer.of(response(front, store, method, target, headers), method.equals("HEAD"));
    }

    private Answer get(String target) {
        return send(strict, "GET", target);
    }

    private void file(String path, String text) throws IOException {
        store.write(FsPath.parse(path), Body.of(text.getBytes(UTF_8)), WriteOptions.DEFAULT);
    }

    private void directory(String path) throws IOException {
        store.makeDirectory(FsPath.parse(path), WriteOptions.DEFAULT);
    }

    private void link(String path, String target) throws IOException {
        store.link(FsPath.parse(path), target, WriteOptions.DEFAULT);
    }

    private static String both(String array) {
        return "{\"dirs\":" + array + ",\"dir\":" + array + "}";
    }

    @Test
    void aListingHasBothKeysSortedWithSlashesBehindDirectories() throws IOException {
        assertThat(get("/").text()).isEqualTo(both("[]"));
        directory("/a");
        file("/a-b", "");
        directory("/b");
        file("/é", "");
        file("/a \"q\" \\", "");
        Answer answer = get("/");

        assertThat(answer.text()).isEqualTo(both("[\"a \\\"q\\\" \\\\\",\"a-b\",\"a/\",\"b/\",\"é\"]"));
        assertThat(answer.header("Content-Type")).isEqualTo(DIRECTORY);
        assertThat(answer.length()).isEqualTo(answer.wire().length());
        assertThat(get("/a").text()).as("without a slash").isEqualTo(both("[]"));
        assertThat(get("/a/").text()).isEqualTo(both("[]"));
    }

    @Test
    void headTellsSizeTimeAndPermissions() throws IOException {
        store.write(
                FsPath.parse("/a.txt"),
                Body.of("hello".getBytes(UTF_8)),
                WriteOptions.of(new AttributeChange(new Mode(0640), TIME, null, null)));
        store.makeDirectory(
                FsPath.parse("/d"), WriteOptions.of(new AttributeChange(new Mode(01777), TIME, null, null)));

        for (String method : List.of("HEAD", "GET")) {
            Answer file = send(strict, method, "/a.txt");
            assertThat(file.status()).isEqualTo(200);
            assertThat(file.length()).isEqualTo(5);
            assertThat(file.header("Last-Modified")).isEqualTo("Sat, 01 Jan 2022 08:00:00 GMT");
            assertThat(file.header("Content-Permissions")).isEqualTo("0640");
            assertThat(file.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(file.header("Content-Disposition")).isNull();
            Answer directory = send(strict, method, "/d");
            assertThat(directory.header("Content-Type")).isEqualTo(DIRECTORY);
            assertThat(directory.header("Content-Permissions")).isEqualTo("01777");
            assertThat(directory.header("Last-Modified")).isEqualTo("Sat, 01 Jan 2022 08:00:00 GMT");
            assertThat(directory.header("Content-Disposition")).isNull();
        }
        assertThat(get("/a.txt").text()).isEqualTo("hello");
        assertThat(get("/a.txt/").status()).isEqualTo(404);
        assertThat(send(strict, "HEAD", "/a.txt/").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"0, 0000", "7, 0007", "420, 0644", "2541, 04755"})
    void permissionsAreOctalBehindAZero(int mode, String shown) throws IOException {
        file("/a", "");
        store.change(
                FsPath.parse("/a"),
                new AttributeChange(new Mode(mode), null, null, null),
                dev.packhorse.fs.Preconditions.NONE);
        assertThat(send(strict, "HEAD", "/a").header("Content-Permissions")).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"100%", "%41", "what?", "#1", "a#?%"})
    void whatTheClientCannotAskForIsNotListed(String name) throws IOException {
        file("/plain", "");
        store.write(FsPath.ROOT.child(name), Body.of(new byte[0]), WriteOptions.DEFAULT);
        store.link(FsPath.ROOT.child(name + "'"), "plain", WriteOptions.DEFAULT);
        assertThat(get("/").text()).isEqualTo(both("[\"plain\"]"));
    }

    @Test
    void symlinksAreWhatTheyLeadTo() throws IOException {
        directory("/d");
        directory("/d/deep");
        file("/d/deep/f", "text");
        link("/to-file", "d/deep/f");
        link("/to-directory", "./d//deep/");
        link("/absolute", "/d/deep/f");
        link("/d/deep/up", "../../to-file");
        link("/d/aside", "deep");
        link("/chain", "d/aside/up");

        assertThat(get("/").text()).isEqualTo(both("[\"absolute\",\"chain\",\"d/\",\"to-directory/\",\"to-file\"]"));
        for (String file :
                List.of("/to-file", "/absolute", "/chain", "/d/aside/up", "/to-directory/f", "/to-directory/up")) {
            assertThat(get(file).line()).as(file).isEqualTo("200 text");
            assertThat(send(strict, "HEAD", file).length()).as(file).isEqualTo(4);
        }
        assertThat(get("/to-directory").text()).isEqualTo(both("[\"f\",\"up\"]"));
        assertThat(send(strict, "HEAD", "/to-directory").header("Content-Type")).isEqualTo(DIRECTORY);
    }

    @Test
    void symlinksThatLeadNowhereAreNotThere() throws IOException {
        file("/f", "");
        link("/dangling", "none");
        link("/loop", "loop");
        link("/ring", "gnir");
        link("/gnir", "ring");
        link("/out", "../etc/passwd");
        link("/through", "f/x");
        link("/elsewhere", "/etc/passwd");
        link("/bad", "a\u0001b");

        assertThat(get("/").text()).isEqualTo(both("[\"f\"]"));
        for (String gone : List.of("/dangling", "/loop", "/ring", "/out", "/through", "/elsewhere", "/bad")) {
            assertThat(get(gone).status()).as(gone).isEqualTo(404);
            assertThat(send(strict, "HEAD", gone).status()).as(gone).isEqualTo(404);
        }
    }

    @Test
    void symlinksOfAFolderThatLeaveItAreLeftOut() throws Exception {
        Path root = folder.resolve("root");
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/passwd"), "ours");
        Files.writeString(folder.resolve("secret"), "secret");
        Files.createSymbolicLink(root.resolve("out"), Path.of("../secret"));
        Files.createSymbolicLink(root.resolve("far"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(root.resolve("inside"), root.resolve("etc").toAbsolutePath());
        Files.createSymbolicLink(root.resolve("parent"), Path.of(".."));
        Files.createSymbolicLink(root.resolve("in"), Path.of("etc/../etc"));
        try (Store local = LocalStore.open(root, LocalStore.Options.DEFAULT)) {
            assertThat(Answer.of(response(strict, local, "GET", "/"), false).text())
                    .isEqualTo(both("[\"etc/\",\"in/\"]"));
            for (String gone : List.of("/out", "/far", "/inside", "/parent", "/parent/secret")) {
                assertThat(response(strict, local, "GET", gone).status())
                        .as(gone)
                        .isEqualTo(404);
            }
            assertThat(Answer.of(response(strict, local, "GET", "/in/passwd"), false)
                            .text())
                    .isEqualTo("ours");
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void onlyFoundOrNotGoesOut(Kind kind) throws IOException {
        file("/a", "x");
        for (String operation : List.of("stat", "read", "list")) {
            faulty.fail(operation, kind);
        }
        for (String method : List.of("GET", "HEAD")) {
            HttpResponse response = response(strict, store, method, "/a");
            assertThat(response.status()).isEqualTo(404);
            assertThat(response.counted()).isGreaterThanOrEqualTo(400);
            HttpResponse other = response(usual, store, method, "/a");
            assertThat(other.status()).isEqualTo(response.counted());
        }
        assertThat(response(usual, store, "GET", "/a").status())
                .isEqualTo(
                        switch (kind) {
                            case NOT_FOUND, NOT_A_DIRECTORY -> 404;
                            case PERMISSION_DENIED -> 403;
                            case INVALID_NAME -> 400;
                            case PRECONDITION_FAILED, STALE -> 412;
                            case ALREADY_EXISTS, IS_A_DIRECTORY, NOT_EMPTY, BUSY -> 409;
                            case UNSUPPORTED -> 501;
                            case TOO_LARGE -> 413;
                            case NO_SPACE -> 507;
                            case TIMEOUT -> 504;
                            case UNAVAILABLE -> 503;
                            case IO -> 502;
                        });
    }

    @Test
    void whatMayNotBeOpenedIsThereAndBreaks() throws IOException {
        file("/a", "text");
        directory("/d");
        faulty.fail("read", Kind.PERMISSION_DENIED);
        faulty.fail("list", Kind.PERMISSION_DENIED);

        HttpResponse file = response(strict, store, "GET", "/a");
        assertThat(file.status()).isEqualTo(200);
        assertThat(file.body().length()).isEqualTo(4);
        HttpBody.Chunked body = (HttpBody.Chunked) file.body();
        assertThat(body.source().next()).as("the head goes out").isEqualTo(java.nio.ByteBuffer.allocate(0));
        assertThatThrownBy(() -> body.source().next()).isInstanceOf(FsException.class);
        assertThat(response(usual, store, "GET", "/a").status()).isEqualTo(403);
    }

    @Test
    void aStrictExportKnowsNeitherRangesNorConditions() throws IOException {
        file("/a", "hello");
        String etag = String.valueOf(send(strict, "HEAD", "/a").header("ETag"));
        for (String[] header : new String[][] {
            {"Range", "bytes=1-2"}, {"Range", "bytes=9-"}, {"If-None-Match", etag}, {"If-Match", "\"other\""}
        }) {
            assertThat(send(strict, "GET", "/a", header).line()).isEqualTo("200 hello");
        }
        assertThat(send(strict, "GET", "/a").header("Accept-Ranges")).isNull();
        assertThat(send(usual, "GET", "/a", "Range", "bytes=1-2").line()).isEqualTo("206 el");
        assertThat(send(usual, "GET", "/a", "Range", "bytes=9-").status()).isEqualTo(416);
        assertThat(send(usual, "GET", "/a", "If-None-Match", etag).status()).isEqualTo(304);
        assertThat(send(usual, "HEAD", "/a", "If-None-Match", etag).status()).isEqualTo(304);
        assertThat(send(usual, "GET", "/a", "If-Match", "\"other\"").status()).isEqualTo(412);
        assertThat(send(usual, "GET", "/a").header("Accept-Ranges")).isEqualTo("bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "POST", "DELETE", "PATCH", "OPTIONS", "MOVE", "get"})
    void otherMethodsAreRefused(String method) {
        Answer answer = send(strict, method, "/");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo("GET, HEAD");
    }

    @Test
    void pagesOfNamedOriginsMayAsk() throws IOException {
        file("/a", "x");
        Answer preflight =
                send(usual, "OPTIONS", "/a", "Origin", "https://x.example", "Access-Control-Request-Method", "GET");
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("Access-Control-Allow-Methods")).isEqualTo("GET, HEAD");
        assertThat(send(usual, "GET", "/a", "Origin", "https://x.example").header("Access-Control-Allow-Origin"))
                .isEqualTo("*");
    }

    @Test
    void noFileClaimsToBeADirectory() throws IOException {
        assertThat(store.capabilities().has(Capability.MEDIA_TYPE)).isTrue();
        store.write(
                FsPath.parse("/a"),
                Body.of(new byte[1]),
                WriteOptions.of(new AttributeChange(null, null, null, DIRECTORY)));
        assertThat(send(strict, "HEAD", "/a").header("Content-Type")).isEqualTo("application/octet-stream");
    }

    @Test
    void aListingThatBreaksAtOnceIsNotThere() throws IOException {
        for (int i = 0; i < 100; i++) {
            file("/" + i, "");
        }
        faulty.breakListingsAfter(50);
        assertThat(get("/").status()).isEqualTo(404);
        assertThat(response(strict, store, "GET", "/").counted()).isEqualTo(502);
    }
}
