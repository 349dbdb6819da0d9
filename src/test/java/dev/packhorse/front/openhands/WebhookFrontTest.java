package dev.packhorse.front.openhands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.front.http.Answer;
import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.http.WireText;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Permissions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What OpenHands' senders send, and what is in the store behind the answers (INTEROP.md, section 5). */
class WebhookFrontTest {

    private static final Mirror.Pauses SHORT = new Mirror.Pauses(Duration.ofMillis(5), Duration.ofMillis(20));

    @TempDir
    Path folder;

    private final FaultyStore store = new FaultyStore(new MemoryStore(64L << 20));
    private Mirror mirror;
    private WebhookFront front;

    @BeforeEach
    void start() throws IOException {
        start(WebhookOptions.DEFAULT);
    }

    private void start(WebhookOptions options) throws IOException {
        if (mirror != null) {
            mirror.close();
        }
        mirror = Mirror.start("/mirror", folder, caller -> store, options, SHORT);
        front = new WebhookFront(options, mirror);
    }

    @AfterEach
    void stop() {
        store.mend();
        mirror.close();
    }

    private Answer send(FakeRequest request) {
        try {
            return Answer.of(front.handle(request, RequestTarget.parse(request.target()), store), false);
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    private Answer post(String target, String body) {
        return send(new FakeRequest("POST", WireText.encode(target)).body(Body.of(body.getBytes(UTF_8))));
    }

    private Answer delete(String target) {
        return send(new FakeRequest("DELETE", WireText.encode(target)));
    }

    private static WebhookOptions options(long maxBody, long backlog, DirectoryDelete directoryDelete) {
        return new WebhookOptions(Credentials.NONE, maxBody, backlog, directoryDelete);
    }

    /** What is in the store when nothing waits any more: {@code /a=text} for a file, {@code /d/} for a directory. */
    private List<String> mirrored() throws IOException {
        awaitApplied();
        List<String> all = new ArrayList<>();
        try (Listing walk = store.walk(FsPath.ROOT)) {
            for (Node node = walk.next(); node != null; node = walk.next()) {
                all.add(node.isDirectory() ? node.path() + "/" : node.path() + "=" + text(node.path()));
            }
        }
        return all;
    }

    private static void awaitThat(Callable<Boolean> condition) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofMinutes(2))
                .until(condition);
    }

    private void awaitApplied() {
        awaitThat(() -> mirror.backlog() == 0);
        assertThat(folder.toFile().list()).containsExactly(".lock");
    }

    private String text(FsPath path) throws IOException {
        try (Content content = store.read(path);
                InputStream in = content.body().open()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private List<String> spooled() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(".lock"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void plainWritesAndRemovalsAreMirrored() throws IOException {
        assertThat(post("/sessions/1/events/0.json", "{\"é\":1}").status()).isEqualTo(200);
        assertThat(post("/sessions/1/events/1.json", "").status()).isEqualTo(200);
        assertThat(post("/sessions/2/metadata.json", "x").status()).isEqualTo(200);
        assertThat(delete("/sessions/2").status()).isEqualTo(204);
        assertThat(delete("/never/there").status()).isEqualTo(204);

        assertThat(mirrored())
                .containsExactly(
                        "/sessions/",
                        "/sessions/1/",
                        "/sessions/1/events/",
                        "/sessions/1/events/0.json={\"é\":1}",
                        "/sessions/1/events/1.json=");
        assertThat(mirror.failed()).isZero();
    }

    @Test
    void aBatchAsOpenHandsSendsItIsMirrored() throws IOException {
        // Given: httpx' json= of BatchedWebHookFileStore, here with escapes as json.dumps makes them.
        String batch =
                "[{\"method\": \"POST\", \"path\": \"sessions/1/events/0.json\", \"content\": \"{\\\"a\\\": \\\"\\u00e9\\ud83d\\ude00\\\"}\"}, "
                        + "{\"method\": \"POST\", \"path\": \"sessions/1/agent_state.pkl\", \"content\": \"gASVAAECAwT/\", \"encoding\": \"base64\"}, "
                        + "{\"method\": \"POST\", \"path\": \"empty\", \"content\": \"\"}, "
                        + "{\"method\": \"DELETE\", \"path\": \"sessions/0\"}]";

        Answer answer = post("/", batch);

        assertThat(answer.line()).isEqualTo("200 []");
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(mirrored())
                .contains("/sessions/1/events/0.json={\"a\": \"é😀\"}", "/empty=")
                .hasSize(6);
        try (Content state = store.read(FsPath.parse("/sessions/1/agent_state.pkl"));
                InputStream in = state.body().open()) {
            assertThat(in.readAllBytes()).isEqualTo(Base64.getDecoder().decode("gASVAAECAwT/"));
        }
        assertThat(mirror.applied()).isEqualTo(4);
    }

    @Test
    void theNamesOfAnItemMayComeInAnyOrderAndOthersAreSkipped() throws IOException {
        post(
                "/",
                "[{\"content\":\"aGF5\",\"x\":[1,{\"content\":\"no\"}],\"encoding\":\"base64\",\"path\":\"/a\",\"method\":\"POST\"},"
                        + "{\"encoding\":null,\"content\":\"hay\",\"method\":\"POST\",\"path\":\"b//c\"},"
                        + "{\"content\":null,\"path\":\"d\",\"method\":\"DELETE\"}]");

        assertThat(mirrored()).containsExactly("/a=hay", "/b/", "/b/c=hay");
    }

    @Test
    void theOrderIsThatOfTheBatchAndOfTheRequests() throws IOException {
        post("/a", "1");
        post(
                "/",
                "[{\"method\":\"POST\",\"path\":\"a\",\"content\":\"2\"},{\"method\":\"DELETE\",\"path\":\"a\"},"
                        + "{\"method\":\"POST\",\"path\":\"a\",\"content\":\"3\"},{\"method\":\"POST\",\"path\":\"b\",\"content\":\"1\"}]");
        delete("/b");
        post("/a", "4");

        assertThat(mirrored()).containsExactly("/a=4");
    }

    @Test
    void theRootIsEmptiedAndStays() throws IOException {
        post("/a/b", "1");
        assertThat(delete("/").status()).isEqualTo(204);

        assertThat(mirrored()).isEmpty();
    }

    @Test
    void aBadItemIsToldAndCountedAndTheRestApplied() throws IOException {
        Answer answer = post("/", """
                [{"method":"POST","path":"good/1","content":"1"},
                 {"path":"a","content":"1"},
                 {"method":"POST","content":"1"},
                 {"method":"PUT","path":"a","content":"1"},
                 {"method":"POST","path":"a"},
                 {"method":"POST","path":"a","content":"1","encoding":"gzip"},
                 {"method":"POST","path":"a","content":"?","encoding":"base64"},
                 {"method":"POST","path":"a/../b","content":"1"},
                 {"method":"DELETE","path":".."},
                 {"method":"POST","path":"","content":"1"},
                 {"method":"POST","path":"a/","content":"1"},
                 {"method":"POST","path":"a","content":["1"]},
                 {"method":"POST","path":"a","content":"\\ud800"},
                 {"method":"POST","path":"a","content":"1","content":"2"},
                 {"method":7,"path":"a","content":"1"},
                 {"method":"POST","path":"a\\u0000\\"","content":"1"},
                 "text", 1, [], null,
                 {"method":"POST","path":"good/2","content":"2"}]
                """);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text())
                .startsWith("[{\"item\":1,\"path\":\"a\",\"error\":\"No Method\"},"
                        + "{\"item\":2,\"path\":null,\"error\":\"No Path\"},"
                        + "{\"item\":3,\"path\":\"a\",\"error\":\"Unknown Method\"},"
                        + "{\"item\":4,\"path\":\"a\",\"error\":\"No Content\"},"
                        + "{\"item\":5,\"path\":\"a\",\"error\":\"Unknown Encoding\"},"
                        + "{\"item\":6,\"path\":\"a\",\"error\":\"Broken Base64\"},"
                        + "{\"item\":7,\"path\":\"a/../b\",\"error\":\"Invalid Path\"},"
                        + "{\"item\":8,\"path\":\"..\",\"error\":\"Invalid Path\"},"
                        + "{\"item\":9,\"path\":\"\",\"error\":\"Path Of A Directory\"},"
                        + "{\"item\":10,\"path\":\"a/\",\"error\":\"Path Of A Directory\"},"
                        + "{\"item\":11,\"path\":\"a\",\"error\":\"Not A Text\"},"
                        + "{\"item\":12,\"path\":\"a\",\"error\":\"Not Unicode\"},"
                        + "{\"item\":13,\"path\":\"a\",\"error\":\"A Name Twice\"},"
                        + "{\"item\":14,\"path\":\"a\",\"error\":\"Not A Text\"},"
                        + "{\"item\":15,\"path\":\"a\\u0000\\\"\",\"error\":\"Invalid Path\"},"
                        + "{\"item\":16,\"path\":null,\"error\":\"Not An Object\"},")
                .endsWith("{\"item\":19,\"path\":null,\"error\":\"Not An Object\"}]");
        assertThat(mirrored()).containsExactly("/good/", "/good/1=1", "/good/2=2");
        assertThat(mirror.refused()).isEqualTo(19);
    }

    @Test
    void theListOfBadItemsIsBounded() throws IOException {
        Answer answer = post("/", "[" + "{},".repeat(9_999) + "{}]");

        assertThat(answer.text().split("No Method", -1)).hasSize(Refusals.TOLD + 1);
        assertThat(mirror.refused()).isEqualTo(10_000);
        awaitApplied();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "null",
                "[",
                "[]x",
                "[{\"method\":\"POST\",\"path\":\"a\",\"content\":\"1\"},]",
                "[{\"method\":\"POST\",\"path\":\"a\",\"content\":\"1\"}",
                "[{\"method\":\"POST\",\"path\":\"a\",\"content\":\"1",
                "[{\"method\":\"POST\",\"path\":\"a\",\"content\":\"\n\"}]",
                "[{\"path\" \"a\"}]",
                "a=1&b=2"
            })
    void whatIsNoJsonIsRefusedAsAWhole(String body) throws IOException {
        assertThat(post("/", body).line()).isEqualTo("400 Not A JSON Array");
        assertThat(mirrored()).isEmpty();
    }

    @Test
    void whatIsNotUtf8IsRefusedAsAWhole() throws IOException {
        byte[] body = "[{\"method\":\"POST\",\"path\":\"a\",\"content\":\"x\"}]".getBytes(UTF_8);
        body[body.length - 4] = (byte) 0xff;

        assertThat(send(new FakeRequest("POST", "/").body(Body.of(body))).status())
                .isEqualTo(400);
        assertThat(mirrored()).isEmpty();
    }

    /** As a gateway without callers has left it. */
    @Test
    void whatWasSpooledBeforeThereWereCallersIsApplied() throws IOException {
        mirror.close();
        ByteBuffer file = ByteBuffer.allocate(64);
        file.putLong(0x5048_5748_0000_0001L)
                .putLong(2)
                .put("hi".getBytes(UTF_8))
                .put((byte) 1)
                .putLong(2)
                .putShort((short) 2)
                .put("/a".getBytes(UTF_8));
        Files.write(folder.resolve("0000000000000000000"), Arrays.copyOf(file.array(), file.position()));

        start(WebhookOptions.DEFAULT);

        assertThat(mirrored()).containsExactly("/a=hi");
    }

    @Test
    void eachDeliveryIsAppliedAsItsCallerHasTheExport() throws IOException {
        mirror.close();
        List<String> asked = new CopyOnWriteArrayList<>();
        mirror = Mirror.start(
                "/mirror",
                folder,
                caller -> {
                    asked.add(caller);
                    if (caller.equals("nobody")) {
                        throw new IllegalArgumentException("no caller");
                    }
                    return store;
                },
                WebhookOptions.DEFAULT,
                SHORT);
        front = new WebhookFront(WebhookOptions.DEFAULT, mirror);

        sendAs("ann é", "/a");
        sendAs("nobody", "/b");
        sendAs("x".repeat(Delivery.LONGEST_CALLER), "/c");
        assertThat(sendAs("x".repeat(Delivery.LONGEST_CALLER + 1), "/d").status())
                .isEqualTo(503);

        awaitThat(() -> mirror.backlog() == 0);
        assertThat(asked).contains("ann é", "x".repeat(Delivery.LONGEST_CALLER));
        assertThat(text(FsPath.parse("/a"))).isEqualTo("1");
        assertThat(text(FsPath.parse("/c"))).isEqualTo("1");
        assertThat(spooled()).containsExactly("0000000000000000001.broken");
    }

    private Answer sendAs(String caller, String target) throws IOException {
        FakeRequest request = new FakeRequest("POST", target).body(Body.of("1".getBytes(UTF_8)));
        return Answer.of(front.handle(request, RequestTarget.parse(target), new Called(store, caller)), false);
    }

    /** An export as somebody has it who may everything. */
    private static final class Called extends ForwardingStore implements Permissions {
        private final String caller;

        Called(Store delegate, String caller) {
            super(delegate);
            this.caller = caller;
        }

        @Override
        public boolean mayDoSomething() {
            return true;
        }

        @Override
        public boolean mayWrite(FsPath path) {
            return true;
        }

        @Override
        public boolean mayRemove(FsPath path) {
            return true;
        }

        @Override
        public boolean mayDescribe(FsPath path) {
            return true;
        }

        @Override
        public boolean mayMoveAway(Node node) {
            return true;
        }

        @Override
        public boolean hidesIn(FsPath directory) {
            return false;
        }

        @Override
        public boolean isKnown() {
            return true;
        }

        @Override
        public String caller() {
            return caller;
        }
    }

    @Test
    void anEmptyBatchIsFine() throws IOException {
        assertThat(post("/", " [ ] ").line()).isEqualTo("200 []");
        assertThat(mirrored()).isEmpty();
    }

    @Test
    void aBodyThatBreaksLeavesNothing() throws IOException {
        Body broken = new Body() {
            @Override
            public long length() {
                return 1000;
            }

            @Override
            public InputStream open() {
                return new FilterInputStream(new ByteArrayInputStream("[{\"method\":\"POST\",".getBytes(UTF_8))) {
                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        int count = super.read(buffer, offset, length);
                        if (count < 0) {
                            throw new IOException("reset");
                        }
                        return count;
                    }
                };
            }
        };

        assertThat(send(new FakeRequest("POST", "/").body(broken)).line()).isEqualTo("400 Body Incomplete");
        assertThat(send(new FakeRequest("POST", "/a").body(broken)).line()).isEqualTo("400 Body Incomplete");
        assertThat(mirrored()).isEmpty();
    }

    @Test
    void aRequestThatSaysNothingIsRefused() {
        assertThat(send(new FakeRequest("POST", "/a")).status()).isEqualTo(411);
        assertThat(post("/a/", "x").status()).isEqualTo(400);
        assertThat(send(new FakeRequest("PUT", "/a")).header("Allow")).isEqualTo(WebhookFront.METHODS);
        assertThat(send(new FakeRequest("GET", "/a")).status()).isEqualTo(405);
    }

    @Test
    void onlyWhoShowsACredentialMaySend() throws IOException {
        start(new WebhookOptions(
                new Credentials(null, "session", null, null, null),
                Long.MAX_VALUE,
                WebhookOptions.BACKLOG,
                DirectoryDelete.IN_ORDER));

        assertThat(post("/a", "1").status()).isEqualTo(401);
        assertThat(post("/", "[]").header("WWW-Authenticate")).isNotNull();
        assertThat(send(new FakeRequest("GET", "/health")).line()).isEqualTo("200 {\"status\":\"ok\"}");
        assertThat(send(new FakeRequest("POST", "/a")
                                .with("X-Session-API-Key", "session")
                                .body(Body.of(new byte[0])))
                        .status())
                .isEqualTo(200);
        assertThat(mirrored()).containsExactly("/a=");
    }

    @Test
    void aBodyOverTheLimitIs413AlsoIfItDoesNotSaySo() throws IOException {
        start(options(10, WebhookOptions.BACKLOG, DirectoryDelete.IN_ORDER));

        assertThat(post("/a", "x".repeat(11)).status()).isEqualTo(413);
        assertThat(send(new FakeRequest("POST", "/a").body(unknownLength(new byte[100_000])))
                        .status())
                .isEqualTo(413);
        assertThat(post("/a", "x".repeat(10)).status()).isEqualTo(200);
        assertThat(mirrored()).containsExactly("/a=xxxxxxxxxx");
    }

    private static Body unknownLength(byte[] bytes) {
        return new Body() {
            @Override
            public long length() {
                return UNKNOWN;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }

    @Test
    void anEventThatWasTakenIsNotAppliedAgain() throws IOException {
        FakeRequest first =
                new FakeRequest("POST", "/a").with(EventIds.HEADER, "1").body(Body.of("old".getBytes(UTF_8)));
        send(first);
        post("/a", "new");

        assertThat(send(first).line()).isEqualTo("200 Taken Before");
        assertThat(mirrored()).containsExactly("/a=new");
    }

    @Test
    void anotherRequestOfAnEventIsNoRepetition() throws IOException {
        for (String path : List.of("/a", "/b")) {
            send(new FakeRequest("POST", path).with(EventIds.HEADER, "1").body(Body.of("x".getBytes(UTF_8))));
        }
        assertThat(send(new FakeRequest("DELETE", "/a").with(EventIds.HEADER, "1"))
                        .status())
                .isEqualTo(204);

        assertThat(mirrored()).containsExactly("/b=x");
    }

    @Test
    void theOldestEventsAreForgotten() {
        EventIds ids = new EventIds();
        for (int i = 0; i <= EventIds.KEPT; i++) {
            FakeRequest request = new FakeRequest("POST", "/a").with(EventIds.HEADER, "e" + i);
            ids.begin(request, "anyone");
            ids.ended(request, "anyone", true);
        }

        assertThat(ids.begin(new FakeRequest("POST", "/a").with(EventIds.HEADER, "e0"), "anyone"))
                .isEqualTo(EventIds.State.NEW);
        assertThat(ids.begin(new FakeRequest("POST", "/a").with(EventIds.HEADER, "e1"), "anyone"))
                .isEqualTo(EventIds.State.TAKEN);
        assertThat(ids.begin(new FakeRequest("POST", "/a"), "anyone")).isEqualTo(EventIds.State.NEW);
    }

    /** Its first one might be spooled only behind what comes after the second. */
    @Test
    void anEventThatIsBeingTakenIsNotTakenTwice() throws IOException {
        List<Answer> second = new ArrayList<>();
        FakeRequest same =
                new FakeRequest("POST", "/a").with(EventIds.HEADER, "1").body(Body.of("x".getBytes(UTF_8)));
        FakeRequest first = new FakeRequest("POST", "/a")
                .with(EventIds.HEADER, "1")
                .body(new Body() {
                    @Override
                    public long length() {
                        return 1;
                    }

                    @Override
                    public InputStream open() {
                        second.add(send(same));
                        return new ByteArrayInputStream("x".getBytes(UTF_8));
                    }
                });

        assertThat(send(first).status()).isEqualTo(200);
        assertThat(second)
                .singleElement()
                .satisfies(answer -> assertThat(answer.status()).isEqualTo(503));
        assertThat(send(same).line()).isEqualTo("200 Taken Before");
        assertThat(mirrored()).containsExactly("/a=x");
    }

    @Test
    void anEventThatWasRefusedMayComeAgain() throws IOException {
        send(new FakeRequest("POST", "/").with(EventIds.HEADER, "1").body(Body.of("[".getBytes(UTF_8))));
        send(new FakeRequest("POST", "/a").with(EventIds.HEADER, "1").body(Body.of("x".getBytes(UTF_8))));

        assertThat(mirrored()).containsExactly("/a=x");
    }

    @ParameterizedTest
    @CsvSource({"IN_ORDER,/x=1", "KEEP_POSTED,/a/ /a/b/ /a/b/2=2 /x=1"})
    void filesThatABatchWroteBelowADirectoryThatItRemoves(DirectoryDelete directoryDelete, String expected)
            throws IOException {
        start(options(Long.MAX_VALUE, WebhookOptions.BACKLOG, directoryDelete));
        post("/a/old", "0");

        post(
                "/",
                "[{\"method\":\"POST\",\"path\":\"a/b/2\",\"content\":\"2\"},{\"method\":\"POST\",\"path\":\"x\",\"content\":\"1\"},"
                        + "{\"method\":\"POST\",\"path\":\"a/gone\",\"content\":\"3\"},{\"method\":\"DELETE\",\"path\":\"a/gone\"},"
                        + "{\"method\":\"DELETE\",\"path\":\"a/b\"},{\"method\":\"DELETE\",\"path\":\"a\"}]");

        assertThat(String.join(" ", mirrored())).isEqualTo(expected);
    }

    @Test
    void whatTheStoreWillNotHaveHoldsUpNothingWhereItIsPostedAgain() throws IOException {
        start(options(Long.MAX_VALUE, WebhookOptions.BACKLOG, DirectoryDelete.KEEP_POSTED));

        post(
                "/",
                "[{\"method\":\"POST\",\"path\":\"a/f\",\"content\":\"1\"},"
                        + "{\"method\":\"POST\",\"path\":\"a/f/g\",\"content\":\"below a file\"},"
                        + "{\"method\":\"POST\",\"path\":\"a/h\",\"content\":\"2\"},{\"method\":\"DELETE\",\"path\":\"a\"}]");
        post("/x", "3");

        assertThat(mirrored()).containsExactly("/a/", "/a/f=1", "/a/h=2", "/x=3");
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"UNAVAILABLE", "TIMEOUT", "BUSY"})
    void aStoreThatFailsForAWhileGetsAllInOrder(Kind kind) throws IOException {
        FaultyStore.Stall stall = store.stall("write");
        post("/a", "1");
        post("/a", "2");
        store.fail("write", kind);
        stall.release();
        awaitThat(() -> mirror.backlog() > 0);

        store.mend();

        assertThat(mirrored()).containsExactly("/a=2");
        assertThat(mirror.failed()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"PERMISSION_DENIED", "IO"})
    void aStoreThatDoesNotEvenListIsWaitedFor(Kind kind) throws IOException {
        store.fail("write", kind);
        store.fail("list", kind);
        post("/a", "1");
        post("/b", "2");

        // When: long enough for all tries that a change gets.
        await().during(Duration.ofSeconds(1)).until(() -> mirror.failed() == 0 && mirror.backlog() > 0);
        store.mend();

        assertThat(mirrored()).containsExactly("/a=1", "/b=2");
    }

    @Test
    void aStoreThatOpensWhileItIsLookedAtGetsTheChange() throws Exception {
        store.fail("write", Kind.PERMISSION_DENIED);
        FaultyStore.Stall looking = store.stall("list");
        post("/a", "1");
        looking.awaitArrival();
        store.mend();

        assertThat(mirrored()).containsExactly("/a=1");
        assertThat(mirror.failed()).isZero();
    }

    @Test
    void aDeniedChangeHoldsUpNoOther() throws IOException {
        store.fail("write", Kind.PERMISSION_DENIED);
        post("/b", "1");
        awaitThat(() -> mirror.failed() == 1);
        store.mend();
        post("/d", "1");

        assertThat(mirrored()).containsExactly("/d=1");
    }

    @Test
    void whatTheStoreWillNotHaveIsCountedAndLeftOut() throws IOException {
        store.makeDirectory(FsPath.parse("/d"), WriteOptions.DEFAULT);

        post("/d", "a file");
        post("/e", "1");
        post("/e/f", "below a file");
        post("/g", "2");

        assertThat(mirrored()).containsExactly("/d/", "/e=1", "/g=2");
        assertThat(mirror.failed()).isEqualTo(2);
        assertThat(mirror.applied()).isEqualTo(2);
    }

    @Test
    void aFailureThatNobodyKnowsIsNotTriedForever() throws IOException {
        store.fail("write", Kind.IO);
        post("/a", "1");
        awaitThat(() -> mirror.failed() == 1);
        store.mend();

        assertThat(mirrored()).isEmpty();
    }

    @Test
    void whatWasAnsweredIsAppliedByTheNextStart() throws IOException {
        store.fail("write", Kind.UNAVAILABLE);
        post("/a", "1");
        post("/", "[{\"method\":\"POST\",\"path\":\"b\",\"content\":\"aGF5\",\"encoding\":\"base64\"}]");
        post("/a", "2");
        mirror.close();
        assertThat(spooled()).hasSize(3);
        Files.writeString(folder.resolve("12.part"), "of a request that was under way");

        store.mend();
        start();

        assertThat(mirrored()).containsExactly("/a=2", "/b=hay");
    }

    @Test
    void nobodyElseUsesTheFolderUntilItIsClosed() throws IOException {
        assertThatThrownBy(() -> Mirror.start("/other", folder, caller -> store, WebhookOptions.DEFAULT, SHORT))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("another process uses ");

        start(WebhookOptions.DEFAULT);
        post("/a", "1");

        assertThat(mirrored()).containsExactly("/a=1");
    }

    @Test
    void numbersGoOnAfterARestart() throws IOException {
        store.fail("write", Kind.UNAVAILABLE);
        post("/a", "1");
        mirror.close();
        start();
        post("/a", "2");
        assertThat(spooled()).containsExactly("0000000000000000000", "0000000000000000001");
        store.mend();

        assertThat(mirrored()).containsExactly("/a=2");
    }

    @Test
    void aClosedMirrorTakesNothing() {
        mirror.close();

        assertThat(post("/a", "1").status()).isEqualTo(503);
    }

    @Test
    void aDamagedFileIsKeptAsideAndTheOthersApplied() throws IOException {
        store.fail("write", Kind.UNAVAILABLE);
        post("/a", "1");
        post("/b", "2");
        post("/c", "3");
        mirror.close();
        Path first = folder.resolve("0000000000000000000");
        Files.write(first, new byte[] {1, 2, 3});
        byte[] second = Files.readAllBytes(folder.resolve("0000000000000000001"));
        second[15] = 100;
        Files.write(folder.resolve("0000000000000000001"), second);
        store.mend();
        start();

        awaitThat(() -> mirror.backlog() == 0);
        assertThat(spooled()).containsExactly("0000000000000000000.broken", "0000000000000000001.broken");
        assertThat(text(FsPath.parse("/c"))).isEqualTo("3");
        assertThat(mirror.failed()).isEqualTo(2);
    }

    @Test
    void randomDamageIsNeverMoreThanAFailure() throws IOException {
        store.fail("write", Kind.UNAVAILABLE);
        post("/", "[{\"method\":\"POST\",\"path\":\"a\",\"content\":\"1\"},{\"method\":\"DELETE\",\"path\":\"b\"}]");
        mirror.close();
        store.mend();
        Path file = folder.resolve("0000000000000000000");
        byte[] good = Files.readAllBytes(file);
        Random random = new Random(5);
        for (int round = 0; round < 100; round++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            Files.write(file, bad);
            start();
            awaitThat(() -> mirror.backlog() == 0);
            assertThat(mirror.applied() + mirror.failed()).isBetween(1L, 2L);
            mirror.close();
        }
    }

    @Test
    void aFullBacklogIs503UntilTheStoreHasTakenSome() throws IOException {
        start(options(Long.MAX_VALUE, 3 * Spool.LEAST, DirectoryDelete.IN_ORDER));
        store.fail("write", Kind.UNAVAILABLE);
        for (int i = 0; i < 3; i++) {
            assertThat(post("/" + i, "x").status()).isEqualTo(200);
        }

        Answer full = post("/3", "x");

        assertThat(full.status()).isEqualTo(503);
        assertThat(full.header("Retry-After")).isEqualTo("10");
        assertThat(post("/3", "x".repeat(4 * 4096)).status()).isEqualTo(413);
        assertThat(send(new FakeRequest("POST", "/3").body(unknownLength(new byte[100_000])))
                        .status())
                .isEqualTo(503);
        store.mend();
        assertThat(mirrored()).containsExactly("/0=x", "/1=x", "/2=x");
        assertThat(send(new FakeRequest("POST", "/3").body(unknownLength(new byte[100_000])))
                        .status())
                .isEqualTo(413);
        assertThat(post("/3", "x").status()).isEqualTo(200);
        awaitApplied();
    }

    /** The heap of the tests is a gigabyte; who collects these 600 MiB in a growing array needs more. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHugeItemNeedsNoMemory(boolean base64) throws IOException {
        WebhookOptions roomy = options(Long.MAX_VALUE, 8L << 30, DirectoryDelete.IN_ORDER);
        long[] arrived = {-1};
        mirror.close();
        Store counting = new CountingStore(store, arrived);
        mirror = Mirror.start("/mirror", folder, caller -> counting, roomy, SHORT);
        front = new WebhookFront(roomy, mirror);
        int pieces = 600;
        byte[] piece = "AAAA".repeat(1 << 18).getBytes(UTF_8);
        List<InputStream> streams = new ArrayList<>();
        streams.add(new ByteArrayInputStream("[{\"content\":\"".getBytes(UTF_8)));
        for (int i = 0; i < pieces; i++) {
            streams.add(new ByteArrayInputStream(piece));
        }
        streams.add(new ByteArrayInputStream(
                ("\",\"method\":\"POST\",\"path\":\"a\"" + (base64 ? ",\"encoding\":\"base64\"" : "") + "}]")
                        .getBytes(UTF_8)));
        Body body = new Body() {
            @Override
            public long length() {
                return UNKNOWN;
            }

            @Override
            public InputStream open() {
                return new SequenceInputStream(Collections.enumeration(streams));
            }
        };

        assertThat(send(new FakeRequest("POST", "/").body(body)).line()).isEqualTo("200 []");
        awaitThat(() -> mirror.backlog() == 0);
        assertThat(arrived[0]).isEqualTo((long) pieces * piece.length / 4 * (base64 ? 3 : 4));
    }

    @Test
    void randomBatchesAreTakenOrRefusedAndNeverHalf() throws IOException {
        Random random = new Random(13);
        String good =
                "[{\"method\":\"POST\",\"path\":\"a/b\",\"content\":\"x\\u00e9\"},{\"method\":\"POST\",\"path\":\"c\",\"content\":\"aGF5\",\"encoding\":\"base64\"}]";
        for (int round = 0; round < 200; round++) {
            byte[] body = good.getBytes(UTF_8);
            for (int i = random.nextInt(3); i >= 0; i--) {
                body[random.nextInt(body.length)] =
                        (byte) (random.nextBoolean() ? random.nextInt(256) : "[]{},:\"\\ x".charAt(random.nextInt(10)));
            }
            long before = mirror.applied() + mirror.failed() + mirror.refused();

            Answer answer = send(new FakeRequest("POST", "/").body(Body.of(body)));

            awaitThat(() -> mirror.backlog() == 0);
            long taken = mirror.applied() + mirror.failed() + mirror.refused() - before;
            if (answer.status() == 400) {
                assertThat(taken).isZero();
            } else {
                assertThat(answer.status()).isEqualTo(200);
                assertThat(taken).isPositive();
            }
        }
    }
}
