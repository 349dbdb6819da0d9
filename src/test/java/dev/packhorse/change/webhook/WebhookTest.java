package dev.packhorse.change.webhook;

import static dev.packhorse.change.TestOutbox.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.DeadPort;
import dev.packhorse.change.Change;
import dev.packhorse.change.Change.Operation;
import dev.packhorse.change.Delivery;
import dev.packhorse.change.TestOutbox;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class WebhookTest {

    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(5);

    private Store store = new MemoryStore(16 << 20);
    private final LongAdder dropped = new LongAdder();
    private final AtomicLong failures = new AtomicLong();
    private final Map<Long, String> results = new ConcurrentHashMap<>();
    private TestReceiver receiver;
    private @Nullable Webhook webhook;
    private long next = 1;

    @BeforeEach
    void open() throws Exception {
        receiver = new TestReceiver();
        store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
    }

    @AfterEach
    void close() {
        if (webhook != null) {
            webhook.close();
        }
        receiver.close();
    }

    private WebhookOptions options(boolean batch, Duration quiet, Duration maxDelay, long size) {
        return options(receiver.url(), batch, WebhookOptions.Retry.DURABLE, quiet, maxDelay, size);
    }

    private static WebhookOptions options(
            URI url, boolean batch, WebhookOptions.Retry retry, Duration quiet, Duration maxDelay, long size) {
        return options(
                url,
                batch,
                retry,
                new WebhookOptions.Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(10), SHORT, quiet, maxDelay),
                size);
    }

    private static WebhookOptions options(
            URI url, boolean batch, WebhookOptions.Retry retry, WebhookOptions.Timeouts timeouts, long size) {
        return options(url, batch, retry, timeouts, 3, size);
    }

    private static WebhookOptions options(
            URI url,
            boolean batch,
            WebhookOptions.Retry retry,
            WebhookOptions.Timeouts timeouts,
            int tries,
            long size) {
        return new WebhookOptions(
                url,
                batch,
                WebhookOptions.PathJoining.SLASH,
                retry,
                timeouts,
                tries,
                size,
                8,
                Map.of("Authorization", "Bearer token"),
                null);
    }

    private Webhook plain() {
        return opened(options(false, LONG, LONG, 1 << 20));
    }

    private Webhook batch(Duration quiet, Duration maxDelay, long size) {
        return opened(options(true, quiet, maxDelay, size));
    }

    private Webhook opened(WebhookOptions options) {
        Webhook open = Webhook.open(options, dropped);
        webhook = open;
        return open;
    }

    private long send(Webhook to, Operation operation, String path) {
        return send(to, operation, path, null, false);
    }

    private long send(Webhook to, Operation operation, String path, @Nullable String target, boolean lookAgain) {
        long id = next++;
        Change change = new Change(
                id,
                path("/x"),
                operation,
                path(path),
                target == null ? null : path(target),
                Instant.ofEpochMilli(1_700_000_000_000L),
                lookAgain,
                0);
        to.accept(
                new Delivery(change, store, failures, failures.get()),
                failure -> results.put(
                        id, failure == null ? "ok" : failure.getClass().getSimpleName()));
        return id;
    }

    private void awaitResult(long id, String result) {
        await().untilAsserted(() -> assertThat(results).containsEntry(id, result));
    }

    private void write(String path, String text) throws FsException {
        TestOutbox.write(store, path, text);
    }

    @Test
    void aWriteIsAPostOfTheContentsAndARemovalADelete() throws Exception {
        write("/d/a b%é", "text");
        Webhook plain = plain();

        awaitResult(send(plain, Operation.WRITE, "/d/a b%é"), "ok");
        awaitResult(send(plain, Operation.REMOVE, "/d"), "ok");

        assertThat(receiver.texts()).containsExactly("POST /d/a b%é text", "DELETE /d ");
        assertThat(receiver.requests().get(0).headers().getFirst("Authorization"))
                .isEqualTo("Bearer token");
    }

    @Test
    void whatIsGoneIsNotSent() {
        Webhook plain = plain();

        awaitResult(send(plain, Operation.WRITE, "/d/missing"), "ok");
        awaitResult(send(plain, Operation.MAKE_DIRECTORY, "/d"), "ok");

        assertThat(receiver.texts()).isEmpty();
    }

    @Test
    void aTreeIsSentFileByFile() throws Exception {
        store.makeDirectory(path("/d/sub"), WriteOptions.DEFAULT);
        write("/d/a", "1");
        write("/d/sub/b", "2");
        store.link(path("/d/link"), "a", WriteOptions.DEFAULT);
        Webhook plain = plain();

        awaitResult(send(plain, Operation.MOVE, "/old", "/d", false), "ok");
        awaitResult(send(plain, Operation.COPY, "/other", "/d/a", false), "ok");
        awaitResult(send(plain, Operation.LINK, "/d/link"), "ok");
        awaitResult(send(plain, Operation.REMOVE, "/d/sub", null, true), "ok");

        assertThat(receiver.texts())
                .containsExactly(
                        "DELETE /old ",
                        "POST /d/a 1",
                        "POST /d/sub/b 2",
                        "POST /d/a 1",
                        "DELETE /d/link ",
                        "DELETE /d/sub ",
                        "POST /d/sub/b 2");
        List<String> ids = receiver.requests().stream()
                .map(request -> request.headers().getFirst(Receiver.EVENT_ID))
                .toList();
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void aReceiverThatFailsTwiceGetsTheSameRequestThreeTimes() throws Exception {
        write("/a", "1");
        AtomicInteger count = new AtomicInteger();
        receiver.status = request -> count.incrementAndGet() < 3 ? 500 : 200;

        awaitResult(send(plain(), Operation.WRITE, "/a"), "ok");

        assertThat(receiver.texts()).containsExactly("POST /a 1", "POST /a 1", "POST /a 1");
        assertThat(receiver.requests().stream()
                        .map(request -> request.headers().getFirst(Receiver.EVENT_ID))
                        .distinct())
                .singleElement()
                .asString()
                .matches("18bcfe56800-1-[0-9a-f]{32}");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aReceiverThatIsTooSlowIsAskedAgain(boolean batch) throws Exception {
        write("/a", "1");
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger count = new AtomicInteger();
        receiver.status = request -> {
            if (count.incrementAndGet() == 1) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return 200;
        };
        Webhook impatient = opened(options(
                receiver.url(),
                batch,
                WebhookOptions.Retry.DURABLE,
                new WebhookOptions.Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(1), SHORT, SHORT, LONG),
                30,
                1 << 20));

        awaitResult(send(impatient, Operation.WRITE, "/a"), "ok");

        assertThat(count).hasValueGreaterThan(1);
        assertThat(receiver.files()).containsEntry("a", "1");
        release.countDown();
    }

    @Test
    void aRedirectIsAFailureAndNotFollowed() throws Exception {
        write("/a", "1");
        receiver.status = request -> 307;

        awaitResult(send(plain(), Operation.WRITE, "/a"), "IOException");

        assertThat(receiver.texts()).hasSize(3).containsOnly("POST /a 1");
    }

    @Test
    void theWayOfOpenHandsDropsAfterThreeTries() throws Exception {
        write("/a", "1");
        receiver.status = request -> 503;
        for (boolean batch : new boolean[] {false, true}) {
            Webhook dropping =
                    opened(options(receiver.url(), batch, WebhookOptions.Retry.OPENHANDS, SHORT, LONG, 1 << 20));

            awaitResult(send(dropping, Operation.WRITE, "/a"), "ok");

            assertThat(dropped.sumThenReset()).isEqualTo(1);
            dropping.close();
        }
        assertThat(receiver.requests()).hasSize(6);
        assertThat(failures).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatCannotBeReadIsNoFailureOfTheReceiverAndNotDropped(boolean batch) throws Exception {
        FaultyStore faulty = new FaultyStore(store);
        store = faulty;
        write("/large", "x".repeat(100_000));
        faulty.breakReadsAfter(50_000);
        Webhook dropping = opened(options(receiver.url(), batch, WebhookOptions.Retry.OPENHANDS, SHORT, LONG, 10));

        awaitResult(send(dropping, Operation.WRITE, "/large"), "FsException");

        assertThat(dropped.sum()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"400,2", "413,2", "503,1", "429,1", "408,1"})
    void whatWasRefusedTogetherComesAlone(int status, int requests) throws Exception {
        write("/a", "1");
        write("/b", "2");
        receiver.status = request -> status;
        Webhook batch = batch(LONG, LONG, 1 << 20);
        sendBoth(batch);
        await().until(() -> results.size() == 2);
        assertThat(results).doesNotContainValue("ok");
        int refused = receiver.requests().size();

        // When: sent again as the same changes, and then once more.
        receiver.status = request -> 200;
        next -= 2;
        results.clear();
        awaitResult(sendBoth(batch), "ok");
        assertThat(receiver.requests()).hasSize(refused + requests);

        awaitResult(sendBoth(batch), "ok");
        assertThat(receiver.requests()).hasSize(refused + requests + 1);
    }

    /** Two changes in one batch, if neither must go alone. */
    private long sendBoth(Webhook batch) {
        send(batch, Operation.WRITE, "/a");
        long second = send(batch, Operation.WRITE, "/b");
        batch.flush();
        return second;
    }

    @Test
    void nobodyAtTheAddressIsAFailure() throws Exception {
        write("/a", "1");
        try (DeadPort nobody = new DeadPort()) {
            URI url = URI.create("http://127.0.0.1:" + nobody.port() + "/hook");
            for (boolean batch : new boolean[] {false, true}) {
                Webhook open = opened(options(url, batch, WebhookOptions.Retry.DURABLE, SHORT, LONG, 1 << 20));
                awaitResult(send(open, Operation.WRITE, "/a"), "IOException");
                open.close();
            }
        }
    }

    @Test
    void pathsThatDoNotOverlapGoAtTheSameTimeAndOthersInOrder() throws Exception {
        write("/a", "1");
        write("/d/b", "1");
        CountDownLatch release = new CountDownLatch(1);
        receiver.status = request -> {
            if (request.equals("POST /a")) {
                await().until(() -> release.getCount() == 0);
            }
            return 200;
        };
        Webhook plain = plain();

        send(plain, Operation.WRITE, "/a");
        long second = send(plain, Operation.REMOVE, "/a");
        awaitResult(send(plain, Operation.WRITE, "/d/b"), "ok");
        assertThat(results).hasSize(1);
        release.countDown();
        awaitResult(second, "ok");

        assertThat(receiver.texts()).containsExactly("POST /d/b 1", "POST /a 1", "DELETE /a ");
    }

    @Test
    void aFailureTakesWhatFollowsWithItAndNothingOvertakes() throws Exception {
        write("/a", "1");
        for (boolean batch : new boolean[] {false, true}) {
            CountDownLatch arrived = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            receiver.status = request -> {
                arrived.countDown();
                await().until(() -> release.getCount() == 0);
                return 500;
            };
            long known = failures.get();
            Webhook open = opened(options(batch, SHORT, LONG, 1 << 20));
            long first = send(open, Operation.WRITE, "/a");
            arrived.await();
            long second = send(open, Operation.REMOVE, "/a");
            release.countDown();
            awaitResult(first, "IOException");
            awaitResult(second, "OvertakingException");

            // Whoever sends them off has not heard of it.
            Change late = new Change(99, path("/x"), Operation.WRITE, path("/a"), null, Instant.EPOCH, false, 0);
            List<String> refused = new ArrayList<>();
            open.accept(new Delivery(late, store, failures, known), failure -> refused.add(String.valueOf(failure)));
            assertThat(refused).singleElement().asString().contains("OvertakingException");
            open.close();
        }
    }

    @Test
    void whatWaitsForRoomDoesNotOvertakeWhatFailsMeanwhile() throws Exception {
        write("/a", "1");
        write("/large", "x".repeat(100));
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        receiver.status = request -> {
            arrived.countDown();
            await().until(() -> release.getCount() == 0);
            return 400;
        };
        Webhook batch = batch(LONG, LONG, 100);
        long first = send(batch, Operation.REMOVE, "/a");
        batch.flush();
        arrived.await();
        send(batch, Operation.WRITE, "/large");
        AtomicLong third = new AtomicLong();
        Thread waiting = new Thread(() -> third.set(send(batch, Operation.WRITE, "/a")));
        waiting.start();
        await().until(() -> waiting.getState() == Thread.State.WAITING);

        release.countDown();
        waiting.join();

        awaitResult(first, "RefusedException");
        awaitResult(third.get(), "OvertakingException");
        batch.flush();
        batch.close();
        assertThat(receiver.texts()).allMatch(text -> text.equals("POST  [{\"method\":\"DELETE\",\"path\":\"a\"}]"));
    }

    @Test
    void aBatchGoesWhenNothingHasComeForAWhile() throws Exception {
        write("/a", "1");
        write("/d/b", "\u00e9");
        Webhook batch = batch(Duration.ofSeconds(3), LONG, 1 << 20);

        send(batch, Operation.WRITE, "/a");
        send(batch, Operation.REMOVE, "/d");
        awaitResult(send(batch, Operation.WRITE, "/d/b"), "ok");

        assertThat(receiver.texts())
                .containsExactly("POST  [{\"method\":\"POST\",\"path\":\"a\",\"content\":\"1\"},"
                        + "{\"method\":\"DELETE\",\"path\":\"d\"},"
                        + "{\"method\":\"POST\",\"path\":\"d/b\",\"content\":\"é\"}]");
        assertThat(receiver.requests().get(0).headers().getFirst("Content-Type"))
                .isEqualTo("application/json");
    }

    @Test
    void aBatchGoesWhenTheFirstHasWaitedForLongWhateverComes() throws Exception {
        write("/a", "1");
        Webhook batch = batch(Duration.ofMillis(200), Duration.ofMillis(400), 1 << 20);

        await().pollInterval(Duration.ofMillis(20)).until(() -> {
            send(batch, Operation.WRITE, "/a");
            return !receiver.requests().isEmpty();
        });
    }

    @Test
    void aBatchGoesWhenItIsFullAndALargerFileGoesAlone() throws Exception {
        write("/a", "12345");
        write("/b", "67890");
        write("/c", "abcdef");
        write("/large", "x".repeat(100_000));
        Webhook batch = batch(LONG, LONG, 10);

        send(batch, Operation.WRITE, "/a");
        awaitResult(send(batch, Operation.WRITE, "/b"), "ok");
        send(batch, Operation.WRITE, "/c");
        awaitResult(send(batch, Operation.WRITE, "/large"), "ok");

        assertThat(receiver.requests()).hasSize(3);
        assertThat(receiver.requests().get(1).body()).contains("\"c\"").doesNotContain("large");
        assertThat(receiver.files()).containsEntry("large", "x".repeat(100_000)).hasSize(4);
    }

    @Test
    void aBatchGoesWhenItHasAThousandChangesHoweverSmall() throws Exception {
        Webhook batch = batch(LONG, LONG, 1 << 20);
        long last = 0;
        for (int i = 0; i < 1_000; i++) {
            last = send(batch, Operation.REMOVE, "/" + i);
        }
        send(batch, Operation.REMOVE, "/one-more");

        awaitResult(last, "ok");
        assertThat(receiver.requests())
                .singleElement()
                .satisfies(request ->
                        assertThat(request.body()).contains("\"999\"").doesNotContain("one-more"));
    }

    @Test
    void aBatchGoesWhenItIsFlushed() throws Exception {
        write("/a", "1");
        Webhook batch = batch(LONG, LONG, 1 << 20);
        long id = send(batch, Operation.WRITE, "/a");
        assertThat(results).isEmpty();

        batch.flush();

        awaitResult(id, "ok");
    }

    @Test
    void aTreeThatIsLargerThanABatchIsDoneWhenAllIsSent() throws Exception {
        for (int i = 0; i < 50; i++) {
            write("/d/" + i, "0123456789");
        }
        Webhook batch = batch(Duration.ofMillis(50), LONG, 100);

        awaitResult(send(batch, Operation.MOVE, "/old", "/d", false), "ok");

        assertThat(receiver.requests()).hasSizeGreaterThanOrEqualTo(5);
        assertThat(receiver.files()).hasSize(50);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTreeOfWhichAPartIsGoneWhenItIsSentAgainArrivesWhole(boolean batch) throws Exception {
        for (String name : List.of("x", "y", "z")) {
            write("/d/" + name, "0123456789");
        }
        receiver.status = request -> receiver.files().size() == 2 ? 500 : 200;
        Webhook open = opened(options(batch, SHORT, LONG, 10));
        awaitResult(send(open, Operation.MOVE, "/old", "/d", false), "IOException");
        assertThat(receiver.files()).containsOnlyKeys("d/x", "d/y");

        // When: sent again as the same change.
        store.remove(path("/d/x"), Preconditions.NONE);
        receiver.status = request -> 200;
        next--;
        results.clear();
        awaitResult(send(open, Operation.MOVE, "/old", "/d", false), "ok");

        assertThat(receiver.files()).containsKey("d/z");
    }

    /** INTEROP.md, section 4; 30 s for a request are ours. */
    @Test
    void theDefaultsAreThoseOfOpenHandsButForDurability() {
        WebhookOptions usual = WebhookOptions.of(URI.create("http://h/x"));

        assertThat(usual.batch()).isFalse();
        assertThat(usual.joining()).isEqualTo(WebhookOptions.PathJoining.SLASH);
        assertThat(usual.retry()).isEqualTo(WebhookOptions.Retry.DURABLE);
        assertThat(usual.tries()).isEqualTo(3);
        assertThat(usual.batchSize()).isEqualTo(1_048_576);
        assertThat(usual.headers()).isEmpty();
        assertThat(usual.secret()).isNull();
        assertThat(usual.timeouts())
                .isEqualTo(new WebhookOptions.Timeouts(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30)));
    }

    @Test
    void urlsAndHeadersThatCannotBeAreRefused() {
        assertThatThrownBy(() -> WebhookOptions.url("ftp://h/x")).hasMessageContaining("needs a URL");
        assertThatThrownBy(() -> WebhookOptions.url("http://u:secret@h/x"))
                .hasMessageNotContaining("secret")
                .hasMessageContaining("credentials go into a header");
        assertThatThrownBy(() -> WebhookOptions.url("http://h/a b secret")).hasMessageNotContaining("secret");
        WebhookOptions usual = WebhookOptions.of(URI.create("http://h/x"));
        assertThatThrownBy(() -> new WebhookOptions(
                        usual.url(),
                        false,
                        usual.joining(),
                        usual.retry(),
                        usual.timeouts(),
                        3,
                        1,
                        1,
                        Map.of("Host", "other"),
                        null))
                .hasMessage("'Host' cannot be set as a header");
    }
}
