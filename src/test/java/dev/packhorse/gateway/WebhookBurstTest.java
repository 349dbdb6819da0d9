package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.FileTree;
import dev.packhorse.FreePort;
import dev.packhorse.KilledProcess;
import dev.packhorse.change.webhook.TestReceiver;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From one gateway to another by OpenHands' webhooks: what is written on one side is what is in the folder on the other. */
@Timeout(400)
class WebhookBurstTest {

    private static final int THREADS = 8;
    private static final int WRITES = 10_000;
    private static final int PATHS = 125;

    /** Before the receiver is killed. */
    private static final int REQUESTS = 5;

    /** Of one request, and how many of these fail in the first minute: after 1, 2, 4, 8, 16 and 32 s. */
    private static final int TRIES = 3;

    private static final int FAILURES = 7;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tenThousandWritesArriveAsWrittenThroughAReceiverThatIsKilledAndLongAway(boolean batch) throws Exception {
        Path there = Files.createDirectory(folder.resolve("there"));
        int port = FreePort.take();
        CompletableFuture<Integer> killed = CompletableFuture.supplyAsync(() -> {
            try {
                return KilledProcess.run(HookedGateway.class, REQUESTS, there.toString(), Integer.toString(port));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        try (TestGateway sender = new TestGateway(Files.createDirectory(folder.resolve("here")))) {
            sender.export("/source", Map.of(), new MemoryStore(16 << 20));
            URI url = URI.create("http://127.0.0.1:" + port + "/openhands-webhook/ordered");
            SendingGateway.tell(sender, folder, "/source", url, batch);
            Burst burst = new Burst(sender.store("/source"));
            killed.get();
            awaitLongestPause(port);
            Map<String, String> expected = burst.end();
            assertThat(sender.waiting()).isPositive();

            try (TestGateway again = HookedGateway.start(there, port)) {
                await().atMost(Duration.ofMinutes(5))
                        .until(() -> sender.waiting() == 0 && meter(again, "backlog") == 0);
                assertThat(FileTree.of(HookedGateway.mirror(there))).isEqualTo(expected);
                assertThat(meter(again, "failed")).isZero();
            }
        }
    }

    /** Stands in until a path was asked for so often that the sender's pauses have grown to the longest: as in a minute by default. */
    private static void awaitLongestPause(int port) throws IOException {
        try (TestReceiver away = new TestReceiver(port)) {
            away.status = request -> 503;
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> away.requests().stream()
                            .collect(Collectors.groupingBy(TestReceiver.Request::path, Collectors.counting()))
                            .values()
                            .stream()
                            .anyMatch(count -> count > TRIES * FAILURES));
            assertThat(away.files()).isEmpty();
        }
    }

    private static double meter(TestGateway receiver, String name) {
        return receiver.meters
                .get("packhorse.webhook." + name)
                .meter()
                .measure()
                .iterator()
                .next()
                .getValue();
    }

    /** Small writes by some threads, of {@value #PATHS} paths each, and a removal of each directory between them. */
    private static final class Burst {
        private final Map<String, String> last = new ConcurrentHashMap<>();
        private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        private final List<Future<?>> running = new ArrayList<>();

        Burst(Store store) {
            for (int t = 0; t < THREADS; t++) {
                String directory = "d" + t;
                running.add(threads.submit(() -> {
                    write(store, directory);
                    return null;
                }));
            }
            threads.shutdown();
        }

        private void write(Store store, String directory) throws IOException {
            FsPath parent = FsPath.parse("/" + directory);
            store.makeDirectory(parent, WriteOptions.DEFAULT);
            for (int i = 0; i < WRITES / THREADS; i++) {
                if (i == WRITES / THREADS / 2) {
                    store.remove(parent, Preconditions.NONE);
                    store.makeDirectory(parent, WriteOptions.DEFAULT);
                    last.keySet().removeIf(path -> path.startsWith(directory + "/"));
                }
                String name = Integer.toString(i % PATHS);
                String text = directory + "/" + name + " größe " + i;
                store.write(parent.child(name), Body.of(text.getBytes(UTF_8)), WriteOptions.DEFAULT);
                last.put(directory + "/" + name, text);
            }
        }

        /** What is there when all has been written. */
        Map<String, String> end() throws Exception {
            for (Future<?> each : running) {
                each.get();
            }
            return new TreeMap<>(last);
        }
    }
}
