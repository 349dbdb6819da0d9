package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From one gateway to another by OpenHands' webhooks: what is written on one side is what is in the folder on the other. */
@Timeout(180)
class WebhookBurstTest {

    private static final int THREADS = 8;
    private static final int WRITES = 10_000;
    private static final int PATHS = 125;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tenThousandWritesArriveAsWrittenThroughAReceiverThatDies(boolean batch) throws Exception {
        Path there = Files.createDirectory(folder.resolve("there"));
        TestGateway receiver = new TestGateway(there);
        int port = receiver.listener.getPort();
        try (TestGateway sender = new TestGateway(Files.createDirectory(folder.resolve("here")))) {
            sender.load(Files.writeString(folder.resolve("routes.yaml"), """
                    - route:
                        from:
                          uri: export:/source
                          steps:
                            - to: store:memory:source
                    - route:
                        id: tell
                        from:
                          uri: changes:/source
                          parameters:
                            retry-pause: 20ms
                            retry-max-pause: 200ms
                          steps:
                            - to:
                                uri: openhands-webhook:http://127.0.0.1:%s/openhands-webhook/hooked
                                parameters:
                                  batch: %s
                                  batch-timeout: 50ms
                                  max-delay: 500ms
                                  try-pause: 5ms
                    """.formatted(port, batch)), Map.of());
            Burst burst = new Burst(sender.store("/source"));
            TestGateway first = receiver;
            await().until(() -> meter(first, "applied") > 0);
            receiver.close();
            Map<String, String> expected = burst.end();
            assertThat(sender.waiting()).isPositive();
            TestGateway second = new TestGateway(there, TestGateway.on(port));
            receiver = second;

            await().atMost(Duration.ofMinutes(2)).until(() -> sender.waiting() == 0 && meter(second, "backlog") == 0);
            assertThat(files(there.resolve("root"))).isEqualTo(expected);
            assertThat(meter(second, "failed")).isZero();
        } finally {
            receiver.close();
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

    private static Map<String, String> files(Path root) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                files.put(root.relativize(each).toString(), Files.readString(each));
            }
        }
        return files;
    }
}
