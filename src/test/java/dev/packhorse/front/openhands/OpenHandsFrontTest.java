package dev.packhorse.front.openhands;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.front.http.Answer;
import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.http.WireText;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What OpenHands' own clients send, and what they have to get (INTEROP.md, section 1). */
class OpenHandsFrontTest {

    private final Store store = new MemoryStore(64L << 20);
    private OpenHandsFront front = new OpenHandsFront(OpenHandsOptions.DEFAULT);

    private Answer send(FakeRequest request, Store target) {
        HttpResponse response;
        try {
            response = front.handle(request, RequestTarget.parse(request.target()), target);
        } catch (FsException e) {
            response = HttpResponse.text(400, "Bad path");
        }
        return Answer.of(response, request.method().equals("HEAD"));
    }

    private Answer send(String method, String target, String... headers) {
        FakeRequest request = new FakeRequest(method, WireText.encode(target));
        for (int i = 0; i < headers.length; i += 2) {
            request.with(headers[i], headers[i + 1]);
        }
        return send(request, store);
    }

    private Answer post(String target, byte[] bytes) {
        return send(new FakeRequest("POST", WireText.encode(target)).body(Body.of(bytes)), store);
    }

    private Answer post(String target, String text) {
        return post(target, text.getBytes(UTF_8));
    }

    private static OpenHandsFront with(Credentials credentials) {
        return new OpenHandsFront(new OpenHandsOptions(
                false, credentials, OpenHandsOptions.DEFAULT.cors(), OpenHandsOptions.DEFAULT.maxBody()));
    }

    @Test
    void aNewFileIsCreatedWithItsParentsAndAnOldOneReplaced() {
        assertThat(post("/files/sessions/1/events/0.json", "{}").status()).isEqualTo(201);
        assertThat(post("/files/sessions/1/events/0.json", "{\"a\":1}").status())
                .isEqualTo(200);
        assertThat(send("GET", "/files/sessions/1/events/0.json").line()).isEqualTo("200 {\"a\":1}");
        assertThat(post("/files/empty", "").status()).isEqualTo(201);
        assertThat(send("GET", "/files/empty").line()).isEqualTo("200 ");
    }

    @Test
    void contentsComeBackAsTheyWere() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        post("/files/bytes.txt", all);
        post("/files/lines", "a\r\nb\n");

        assertThat(send("GET", "/files/bytes.txt").wire()).isEqualTo(new String(all, ISO_8859_1));
        assertThat(send("GET", "/files/lines").wire()).isEqualTo("a\r\nb\n");
    }

    @ParameterizedTest
    @CsvSource({
        "a.txt, text/plain; charset=utf-8",
        "a.json, application/json; charset=utf-8",
        "a.gz, application/gzip; charset=utf-8",
        "noname, application/octet-stream; charset=utf-8"
    })
    void whatIsUtf8IsCalledSoWhateverItsType(String name, String mediaType) {
        post("/files/" + name, "é");

        Answer answer = send("GET", "/files/" + name);

        assertThat(answer.header("Content-Type")).isEqualTo(mediaType);
        assertThat(answer.header("Content-Encoding")).isNull();
        assertThat(answer.text()).isEqualTo("é");
    }

    @Test
    void whatIsNotUtf8IsNotCalledSo() {
        post("/files/a.txt", new byte[] {(byte) 0xe9});
        post("/files/cut.txt", new byte[] {'a', (byte) 0xc3});
        post("/files/empty.txt", new byte[0]);

        assertThat(send("GET", "/files/a.txt").header("Content-Type")).isEqualTo("text/plain");
        assertThat(send("GET", "/files/cut.txt").header("Content-Type")).isEqualTo("text/plain");
        assertThat(send("GET", "/files/empty.txt").header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    }

    @Test
    void theNameDecidesOfALargeFile() {
        byte[] large = new byte[Text.LOOKED_AT + 1];
        Arrays.fill(large, (byte) 'x');
        post("/files/large.log", large);
        post("/files/large.pkl", large);
        byte[] limit = Arrays.copyOf(large, Text.LOOKED_AT);
        limit[limit.length - 1] = (byte) 0xff;
        post("/files/limit.txt", limit);

        assertThat(send("GET", "/files/large.log").header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(send("GET", "/files/large.pkl").header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(send("GET", "/files/limit.txt").header("Content-Type")).isEqualTo("text/plain");
        assertThat(send("GET", "/files/large.pkl").wire()).hasSize(large.length);
    }

    private static WriteOptions typed(String mediaType) {
        return WriteOptions.of(new AttributeChange(null, null, null, mediaType));
    }

    @Test
    void aCharsetThatSomebodyGaveStays() throws FsException {
        store.write(FsPath.parse("/a"), Body.of("x".getBytes(UTF_8)), typed("text/plain; charset=iso-8859-1"));
        store.write(FsPath.parse("/b"), Body.of("x".getBytes(UTF_8)), typed("text/x-own"));

        assertThat(send("GET", "/files/a").header("Content-Type")).isEqualTo("text/plain; charset=iso-8859-1");
        assertThat(send("GET", "/files/b").header("Content-Type")).isEqualTo("text/x-own; charset=utf-8");
    }

    @Test
    void partsAreSentOnlyWhenAskedFor() {
        post("/files/a", "0123456789");

        assertThat(send("GET", "/files/a").status()).isEqualTo(200);
        assertThat(send("GET", "/files/a", "Range", "bytes=2-4").line()).isEqualTo("206 234");
        assertThat(send("GET", "/files/a", "Range", "bytes=20-").status()).isEqualTo(416);
    }

    @Test
    void headHasTheLengthAndValidatorsSaveATransfer() {
        post("/files/a", "0123");

        Answer head = send("HEAD", "/files/a");

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.length()).isEqualTo(4);
        String etag = String.valueOf(head.header("ETag"));
        assertThat(send("GET", "/files/a", "If-None-Match", etag).status()).isEqualTo(304);
        assertThat(send("GET", "/files/a", "If-Match", "\"other\"").status()).isEqualTo(412);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /files/d/list",
        "GET, /files/d//list",
        "GET, /files//d//list",
        "OPTIONS, /files/d",
        "OPTIONS, /files/d/",
        "OPTIONS, /d",
        "OPTIONS, /d/",
    })
    void allGenerationsOfClientsList(String method, String target) {
        post("/files/d/b.json", "");
        post("/files/d/sub/x", "");
        post("/files/d/a \"é\\.json", "");

        Answer answer = send(method, target);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.text()).isEqualTo("[\"d/a \\\"é\\\\.json\",\"d/b.json\",\"d/sub/\"]");
    }

    @ParameterizedTest
    @CsvSource({"GET, /files//list", "GET, /files/list", "OPTIONS, /files/", "OPTIONS, /files", "OPTIONS, /"})
    void theRootIsListedWithoutLeadingSlashes(String method, String target) {
        assertThat(send(method, target).line()).isEqualTo("200 []");
        post("/files/a", "");
        post("/files/d/b", "");

        assertThat(send(method, target).line()).isEqualTo("200 [\"a\",\"d/\"]");
    }

    @Test
    void aListIsSortedWithTheSlashesOfDirectories() {
        for (String name : new String[] {"a/x", "a!/x", "a!!", "a-b", "a.", "a b/x", "a0", "b/x", "aé"}) {
            post("/files/" + name, "");
        }

        assertThat(send("GET", "/files/list").text())
                .isEqualTo("[\"a b/\",\"a!!\",\"a!/\",\"a-b\",\"a.\",\"a/\",\"a0\",\"aé\",\"b/\"]");
    }

    @Test
    void aListIsCompleteBeyondAnyPage() {
        IntStream.range(0, 12_345).forEach(i -> post("/files/sessions/x/events/" + i + ".json", ""));

        Answer answer = send("GET", "/files/sessions/x/events//list");

        assertThat(answer.length()).isEqualTo(-1);
        assertThat(answer.text().substring(1).split(",", -1)).hasSize(12_345).isSorted();
        assertThat(answer.text()).startsWith("[\"sessions/x/events/0.json\"").endsWith("\"]");
    }

    @Test
    void listIsAlsoAName() {
        post("/files/d/list", "one");
        post("/files/file", "");

        assertThat(send("GET", "/files/d/list").line()).isEqualTo("200 [\"d/list\"]");
        assertThat(send("GET", "/files/d/list/list").status()).isEqualTo(400);
        assertThat(send("GET", "/files/none/list").status()).isEqualTo(404);
        assertThat(send("OPTIONS", "/files/none").status()).isEqualTo(404);
        assertThat(send("GET", "/files/file/list").status()).isEqualTo(400);
        assertThat(send("OPTIONS", "/files/file").status()).isEqualTo(400);
    }

    @Test
    void deletingIsRecursiveAndForgiving() {
        post("/files/foo/a/b", "");
        post("/files/foobar.txt", "");

        assertThat(send("DELETE", "/files/foo").status()).isEqualTo(204);
        assertThat(send("DELETE", "/files/foo").status()).isEqualTo(204);
        assertThat(send("DELETE", "/files/foobar.txt/below").status()).isEqualTo(204);
        assertThat(send("GET", "/files/list").line()).isEqualTo("200 [\"foobar.txt\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/files", "/files/", "/files//"})
    void deletingTheRootEmptiesIt(String target) {
        post("/files/a", "");
        post("/files/d/e/f", "");

        assertThat(send("DELETE", target).status()).isEqualTo(204);
        assertThat(send("GET", "/files/list").line()).isEqualTo("200 []");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /files, 400",
        "GET, /files/d, 400",
        "GET, /files/none, 404",
        "GET, /files/f/x, 404",
        "GET, /files/f/list, 400",
        "GET, /files/f/x/list, 404",
        "OPTIONS, /files/f/x, 404",
        "GET, /files/a/../f, 400",
        "GET, /files/%2e%2e/f, 400",
        "GET, /files/a%00b, 400",
        "GET, /files/a%0ab, 400",
        "GET, /other, 404",
        "PUT, /files/f, 405",
        "POST, /other, 404",
        "DELETE, /d, 404"
    })
    void whatCannotBeIsRefused(String method, String target, int status) {
        post("/files/d/x", "");
        post("/files/f", "");

        assertThat(send(method, target).status()).isEqualTo(status);
    }

    @Test
    void writesThatCannotBeChangeNothing() {
        post("/files/d/x", "old");
        post("/files/f", "old");

        assertThat(post("/files/d", "").status()).isEqualTo(409);
        assertThat(post("/files", "").status()).isEqualTo(409);
        assertThat(post("/files/f/below", "").status()).isEqualTo(409);
        assertThat(post("/files/new/", "").status()).isEqualTo(400);
        assertThat(send("POST", "/files/f").status()).isEqualTo(411);
        assertThat(send(
                                new FakeRequest("POST", "/files/f")
                                        .with("If-None-Match", "*")
                                        .body(Body.of(new byte[1])),
                                store)
                        .status())
                .isEqualTo(412);
        assertThat(send("GET", "/files/list").line()).isEqualTo("200 [\"d/\",\"f\"]");
        assertThat(send("GET", "/files/f").line()).isEqualTo("200 old");
    }

    @Test
    void aLargeBodyIsRefusedBeforeItIsRead() {
        front = new OpenHandsFront(new OpenHandsOptions(false, Credentials.NONE, OpenHandsOptions.DEFAULT.cors(), 10));
        Body unread = new Body() {
            @Override
            public long length() {
                return 11;
            }

            @Override
            public InputStream open() {
                throw new AssertionError("opened");
            }
        };

        assertThat(send(new FakeRequest("POST", "/files/new/a").body(unread), store)
                        .status())
                .isEqualTo(413);
        assertThat(post("/files/a", "0123456789").status()).isEqualTo(201);
        assertThat(send("GET", "/files/list").line()).isEqualTo("200 [\"a\"]");
    }

    @Test
    void aConditionThatCannotHoldMakesNoDirectories() {
        assertThat(send(
                                new FakeRequest("POST", "/files/other/a")
                                        .with("If-Match", "\"x\"")
                                        .body(Body.of(new byte[1])),
                                store)
                        .status())
                .isEqualTo(412);

        assertThat(send("GET", "/files/list").line()).isEqualTo("200 []");
    }

    @Test
    void aBodyThatBreaksLeavesTheOldFile() {
        post("/files/a", "old");
        Body broken = new Body() {
            @Override
            public long length() {
                return 100;
            }

            @Override
            public InputStream open() throws IOException {
                throw new IOException("cut");
            }
        };

        assertThat(send(new FakeRequest("POST", "/files/a").body(broken), store).status())
                .isEqualTo(400);
        assertThat(send("GET", "/files/a").line()).isEqualTo("200 old");
    }

    @Test
    void symlinksAreNotThere() throws FsException {
        post("/files/a", "x");
        store.link(FsPath.parse("/link"), "a", WriteOptions.DEFAULT);

        assertThat(send("GET", "/files/list").line()).isEqualTo("200 [\"a\"]");
        assertThat(send("GET", "/files/link").status()).isEqualTo(404);
    }

    @Test
    void barePathsAreAnOption() {
        assertThat(post("/a", "x").status()).isEqualTo(404);
        front = new OpenHandsFront(
                new OpenHandsOptions(true, Credentials.NONE, OpenHandsOptions.DEFAULT.cors(), Long.MAX_VALUE));

        assertThat(post("/d/a", "x").status()).isEqualTo(201);
        assertThat(send("GET", "/d/a").line()).isEqualTo("200 x");
        assertThat(send("GET", "/files/d/a").line()).isEqualTo("200 x");
        assertThat(send("OPTIONS", "/").line()).isEqualTo("200 [\"d/\"]");
        assertThat(send("DELETE", "/d").status()).isEqualTo(204);
        assertThat(send("GET", "/d/a").status()).isEqualTo(404);
    }

    @Test
    void healthNeedsNoCredentials() {
        front = with(new Credentials("secret", null, null, null, null));

        Answer health = send("GET", "/health");

        assertThat(health.line()).isEqualTo("200 {\"status\":\"ok\"}");
        assertThat(health.header("Content-Type")).isEqualTo("application/json");
        assertThat(send("GET", "/files/list").status()).isEqualTo(401);
    }

    @Test
    void anyOneCredentialAdmits() {
        front = with(new Credentials("api", "session", "jöe", "pä:ss", "bearer"));
        post("/files/a", "");

        for (String[] shown : new String[][] {
            {"X-API-Key", "api"},
            {"X-Session-API-Key", "session"},
            {"Authorization", "Bearer bearer"},
            {"Authorization", "bearer  bearer"},
            {"Authorization", basic("jöe:pä:ss", UTF_8)},
            {"authorization", basic("jöe:pä:ss", ISO_8859_1).replace("Basic", "basic")},
        }) {
            assertThat(send("GET", "/files/list", shown).status())
                    .as(String.join(": ", shown))
                    .isEqualTo(200);
        }
        assertThat(send("GET", "/files/list", "X-API-Key", "wrong", "Authorization", "Bearer bearer")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void whatIsNoCredentialDoesNotAdmit() {
        front = with(new Credentials("api", "session", "joe", "pass", "bearer"));

        for (String[] shown : new String[][] {
            {},
            {"X-API-Key", ""},
            {"X-API-Key", "session"},
            {"X-API-Key", "API"},
            {"X-Session-API-Key", "api"},
            {"Authorization", "api"},
            {"Authorization", "bearer"},
            {"Authorization", "Bearer api"},
            {"Authorization", "Basic"},
            {"Authorization", "Basic ***"},
            {"Authorization", "Basic joe:pass"},
            {"Authorization", basic("joe:", UTF_8)},
            {"Authorization", basic(":pass", UTF_8)},
            {"Authorization", "Bearer joe:pass"},
        }) {
            Answer answer = send("GET", "/files/list", shown);
            assertThat(answer.line()).as(String.join(": ", shown)).isEqualTo("401 Unauthorized");
            assertThat(answer.header("WWW-Authenticate")).startsWith("Basic realm=");
        }
        FakeRequest write = new FakeRequest("POST", "/files/a").body(Body.of(new byte[1]));
        assertThat(send(write, store).status()).isEqualTo(401);
    }

    private static String basic(String both, Charset charset) {
        return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(charset));
    }

    @Test
    void credentialsThatAreNoneAreRefusedAtTheStart() {
        assertThatThrownBy(() -> new Credentials(null, null, "joe", null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Credentials("", null, null, null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Credentials(null, null, "a:b", "c", null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void pagesOfAllowedOriginsMay() {
        front = new OpenHandsFront(new OpenHandsOptions(
                false,
                new Credentials("api", null, null, null, null),
                OpenHandsOptions.cors(Set.of("https://app.example")),
                Long.MAX_VALUE));

        Answer preflight =
                send("OPTIONS", "/files/a", "Origin", "https://app.example", "Access-Control-Request-Method", "POST");

        assertThat(send("GET", "/files/a", "Origin", "https://app.example", "X-API-Key", "api")
                        .header("Access-Control-Allow-Origin"))
                .as("an answer, though nothing is there")
                .isEqualTo("https://app.example");
        assertThat(send("GET", "/files/a", "Origin", "https://app.example").header("Access-Control-Allow-Origin"))
                .as("a page is told why it may not")
                .isEqualTo("https://app.example");
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example");
        assertThat(preflight.header("Access-Control-Allow-Headers")).contains("X-API-Key");
        assertThat(send("OPTIONS", "/files/a", "Origin", "https://other", "Access-Control-Request-Method", "POST")
                        .header("Access-Control-Allow-Origin"))
                .isNull();
    }

    @ParameterizedTest
    @EnumSource
    void failuresOfTheStoreAreNeverNotFound(FsException.Kind kind) {
        FaultyStore faulty = new FaultyStore(store);
        for (String operation : new String[] {"stat", "list", "read", "write", "makeDirectory", "remove"}) {
            faulty.fail(operation, kind);
        }

        for (String method : new String[] {"GET", "POST", "DELETE", "OPTIONS"}) {
            FakeRequest request = new FakeRequest(method, "/files/a/b");
            if (method.equals("POST")) {
                request.body(Body.of(new byte[1]));
            }
            Answer answer = send(request, faulty);
            if (kind != FsException.Kind.NOT_FOUND && kind != FsException.Kind.NOT_A_DIRECTORY) {
                assertThat(answer.status())
                        .as(method)
                        .isGreaterThanOrEqualTo(400)
                        .isNotEqualTo(404);
            }
        }
    }
}
