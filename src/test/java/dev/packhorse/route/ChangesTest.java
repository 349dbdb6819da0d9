package dev.packhorse.route;

import static dev.packhorse.route.TestRoutes.path;
import static dev.packhorse.route.TestRoutes.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.change.Outbox;
import dev.packhorse.change.webhook.TestReceiver;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.policy.overlay.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class ChangesTest extends RecordedRoutes {

    @Test
    void eachChangeIsAMessageWithHeadersAndTheContents() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        List<Map<String, Object>> headers = new CopyOnWriteArrayList<>();
        TestRoutes routes = start(EXPORT + changes("seeing", "see"), Map.of("see", exchange -> {
            seen.add(text(exchange));
            headers.add(exchange.getIn().getHeaders());
        }));
        Store store = routes.export("/x");

        store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        write(store, "/d/a", "text");
        await().until(() -> seen.size() == 2);
        store.move(path("/d"), path("/e"), TransferOptions.OVERWRITE);
        store.remove(path("/e"), Preconditions.NONE);

        await().until(() -> seen.size() == 4);
        assertThat(seen).containsExactly("makeDirectory /d", "write /d/a text", "move /d /e", "remove /e");
        assertThat(headers.get(1))
                .containsEntry("PackhorseExport", "/x")
                .containsEntry("PackhorseLookAgain", false)
                .containsKeys("PackhorseEventId", "PackhorseTime");
    }

    @Test
    void twoRoutesBothSeeAllChanges() throws Exception {
        List<String> one = new CopyOnWriteArrayList<>();
        List<String> other = new CopyOnWriteArrayList<>();
        TestRoutes routes = start(
                EXPORT + changes("one", "one") + changes("other", "other"),
                Map.of("one", exchange -> one.add(text(exchange)), "other", exchange -> other.add(text(exchange))));

        write(routes.export("/x"), "/a", "1");
        await().until(() -> one.size() == 1 && other.size() == 1);
    }

    @Test
    void aChangeThatFailsComesAgainBeforeWhatOverlapsIt() throws Exception {
        AtomicBoolean written = new AtomicBoolean();
        AtomicInteger failures = new AtomicInteger(4);
        List<String> seen = new CopyOnWriteArrayList<>();
        TestRoutes routes = start(EXPORT + changes("seeing", "see"), Map.of("see", exchange -> {
            if (exchange.getIn().getHeader("PackhorsePath").equals("/a")
                    && (!written.get() || failures.getAndDecrement() > 0)) {
                throw new IOException("not now");
            }
            seen.add(text(exchange));
        }));
        Store store = routes.export("/x");

        write(store, "/a", "1");
        write(store, "/b", "1");
        write(store, "/a", "2");
        written.set(true);

        await().until(() -> seen.size() == 3);
        assertThat(seen).containsExactly("write /b 1", "write /a 2", "write /a 2");
    }

    @Test
    void aFileThatIsGoneIsLeftToTheChangeThatSaysSo() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        AtomicInteger first = new AtomicInteger();
        List<TestRoutes> routes = new ArrayList<>();
        routes.add(start(EXPORT + changes("seeing", "see"), Map.of("see", exchange -> {
            if (first.getAndIncrement() == 0) {
                routes.get(0).export("/x").remove(path("/a"), Preconditions.NONE);
            }
            seen.add(text(exchange));
        })));

        write(routes.get(0).export("/x"), "/a", "1");

        await().until(() -> seen.contains("remove /a"));
        assertThat(seen).containsExactly("remove /a");
    }

    @Test
    void whatWasNotDeliveredIsAfterARestart() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        TestRoutes before = start(EXPORT + changes("seeing", "see"), Map.of("see", exchange -> {
            throw new IOException("not now");
        }));
        write(before.export("/x"), "/a", "1");
        before.context.stop();

        TestRoutes after = start(EXPORT, Map.of("see", exchange -> seen.add(text(exchange))));
        write(after.export("/x"), "/b", "2");
        after.load(changes("seeing", "see"));

        await().until(() -> seen.size() == 2);
        assertThat(seen).containsExactlyInAnyOrder("write /a 1", "write /b 2");
    }

    @Test
    void aRouteOfChangesNeedsAnExportThatIsThere() throws Exception {
        TestRoutes routes = start(EXPORT + changes("seeing", "see").replace("/x", "/y"), Map.of("see", exchange -> {}));
        RecordedExports exports = routes.context.getRegistry().lookupByNameAndType("exports", RecordedExports.class);

        assertThatThrownBy(exports::requireAll).hasMessage("changes:/y names no export, exports are /x");
    }

    @Test
    void theWebhookHasItsCredentialsAndTheFiles() throws Exception {
        TestReceiver receiver = receiver();
        TestRoutes routes = start(EXPORT + webhook(receiver, ""), Map.of());
        Store store = routes.export("/x");

        write(store, "/a", "text");
        await().until(() -> receiver.files().equals(Map.of("a", "text")));

        TestReceiver.Request request = receiver.requests().get(0);
        assertThat(request.headers().getFirst("Authorization")).isEqualTo("Bearer token");
        assertThat(request.headers().getFirst("X-Session-API-Key")).isEqualTo("session key");
    }

    /** 10,000 small writes by eight threads, of 1,000 paths, and removals of directories between them. */
    private static Map<String, String> burst(Store store) throws Exception {
        for (int d = 0; d < 8; d++) {
            store.makeDirectory(path("/d" + d), WriteOptions.DEFAULT);
        }
        Map<String, String> last = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            int d = t;
            all.add(threads.submit(() -> {
                for (int i = 0; i < 1_250; i++) {
                    if (i == 600) {
                        store.remove(path("/d" + d), Preconditions.NONE);
                        store.makeDirectory(path("/d" + d), WriteOptions.DEFAULT);
                        last.keySet().removeIf(each -> each.startsWith("d" + d + "/"));
                    }
                    String name = "d" + d + "/" + i % 125;
                    write(store, "/" + name, name + " " + i);
                    last.put(name, name + " " + i);
                }
                return null;
            }));
        }
        for (Future<?> each : all) {
            each.get();
        }
        threads.shutdown();
        return new TreeMap<>(last);
    }

    @Test
    void aBurstArrivesInOrderPerPathByPlainRequests() throws Exception {
        TestReceiver receiver = receiver();
        TestRoutes routes = start(EXPORT + webhook(receiver, ""), Map.of());

        Map<String, String> expected = burst(routes.export("/x"));

        await().atMost(Duration.ofSeconds(60)).until(() -> count(database) == 0);
        assertThat(receiver.files()).isEqualTo(expected);
        // What was removed before its turn came is not sent.
        assertThat(receiver.requests()).hasSizeLessThanOrEqualTo(10_008);
        // Each content that comes is as new as the one before, or newer: nothing old overwrites.
        Map<String, Integer> newest = new TreeMap<>();
        for (TestReceiver.Request request : receiver.requests()) {
            if (request.method().equals("POST")) {
                int number = Integer.parseInt(request.body().split(" ", -1)[1]);
                assertThat(number).isGreaterThanOrEqualTo(newest.getOrDefault(request.path(), 0));
                newest.put(request.path(), number);
            }
        }
    }

    @Test
    void aBurstArrivesInBatchesThroughAReceiverThatIsDownForAWhile() throws Exception {
        TestReceiver receiver = receiver();
        AtomicInteger count = new AtomicInteger();
        receiver.status = request -> count.incrementAndGet() <= 9 || count.get() % 7 == 0 ? 503 : 200;
        TestRoutes routes =
                start(EXPORT + webhook(receiver, "batch: true\nbatch-timeout: 50ms\nmax-delay: 500ms"), Map.of());

        Map<String, String> expected = burst(routes.export("/x"));

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(receiver.files()).isEqualTo(expected));
        assertThat(receiver.requests()).hasSizeLessThan(1_000);
    }

    @Test
    void whatIsCollectedIsSentWhenTheGatewayStops() throws Exception {
        TestReceiver receiver = receiver();
        TestRoutes routes =
                start(EXPORT + webhook(receiver, "batch: true\nbatch-timeout: 1h\nmax-delay: 1h"), Map.of());
        write(routes.export("/x"), "/a", "1");
        await().until(() -> routes.context.getInflightRepository().size("hook") == 1);
        routes.context.getShutdownStrategy().setTimeout(60);

        routes.context.getRouteController().stopRoute("hook");

        assertThat(receiver.files()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void gatewaysOnOnePostgresqlDeliverEachChangeOnce() throws Exception {
        try (TestDatabase postgresql = new TestDatabase(TestDatabase.Kind.POSTGRESQL)) {
            TestReceiver receiver = receiver();
            Outbox quiet = Outbox.open(postgresql, InstantSource.system(), true, Outbox.Options.DEFAULT);
            quiet.subscribe(path("/x"), "hook").close();
            quiet.close();
            TestRoutes one = start(postgresql, true, EXPORT + webhook(receiver, "header.Of: one"), Map.of());
            TestRoutes other = start(postgresql, true, EXPORT + webhook(receiver, "header.Of: other"), Map.of());
            for (int i = 0; i < 500; i++) {
                write(one.export("/x"), "/one" + i, "1");
                write(other.export("/x"), "/other" + i, "1");
            }

            await().until(() -> receiver.files().size() == 1_000);
            await().until(() -> count(postgresql) == 0);
            // Both write to each of these paths in turn: what came last stays.
            for (int i = 0; i < 50; i++) {
                write(one.export("/x"), "/turn" + i % 5, "one" + i);
                write(other.export("/x"), "/turn" + i % 5, "other" + i);
            }
            await().until(() -> count(postgresql) == 0);
            for (int i = 0; i < 5; i++) {
                assertThat(receiver.files()).containsEntry("turn" + i, "other" + (45 + i));
            }
            assertThat(receiver.requests().stream()
                            .map(request -> request.headers().getFirst("X-Packhorse-Event-Id"))
                            .toList())
                    .doesNotHaveDuplicates()
                    .hasSizeGreaterThanOrEqualTo(1_000);
            assertThat(receiver.requests().stream()
                            .map(request -> request.headers().getFirst("Of"))
                            .distinct())
                    .as("both have sent")
                    .containsExactlyInAnyOrder("one", "other");
            closeAll();
        }
    }

    private void closeAll() throws Exception {
        while (!opened.isEmpty()) {
            opened.remove(opened.size() - 1).close();
        }
    }

    @Test
    void aMistakeInTheOptionsStopsTheStartAndShowsNoSecret() throws Exception {
        TestReceiver receiver = receiver();
        assertThatThrownBy(() -> start(EXPORT + webhook(receiver, "secret: sesame\nbatsh: true"), Map.of()))
                .rootCause()
                .hasMessageContaining("unknown option 'batsh'")
                .hasMessageNotContaining("sesame");
    }

    @Test
    void theContentIsClosedAlsoWhereNobodyReadsIt() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        TestRoutes routes = start(EXPORT + changes("seeing", "see"), Map.of("see", exchange -> {
            InputStream in = exchange.getIn().getBody(InputStream.class);
            seen.add(String.valueOf((char) in.read()));
        }));

        write(routes.export("/x"), "/a", "text");

        await().until(() -> seen.equals(List.of("t")));
        await().until(() -> routes.store("x").open.get() == 0);
    }
}
