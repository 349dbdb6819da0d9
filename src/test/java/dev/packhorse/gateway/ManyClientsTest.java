package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.packhorse.server.RawClient;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many clients at a time: each sees whole things, and nothing that was answered 200 is lost. */
class ManyClientsTest {

    private static final int CLIENTS = 16;

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
    }

    private static <T> List<T> together(int clients, IntFunction<Callable<T>> task) throws Exception {
        List<Callable<T>> tasks = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            tasks.add(task.apply(i));
        }
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> each : threads.invokeAll(tasks)) {
                results.add(each.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void eachReadIsOneWholeVersionWithItsEtag() throws Exception {
        gateway.send("PUT", "/fs/files/f", "@".repeat(40_000));
        record Seen(String etag, String content) {}
        List<List<Seen>> all = together(2 * CLIENTS, i -> () -> {
            List<Seen> seen = new ArrayList<>();
            for (int round = 0; round < 15; round++) {
                if (i < CLIENTS) {
                    String content = String.valueOf((char) ('A' + i)).repeat(30_000 + 100 * i + round);
                    TestGateway.Reply put = gateway.send("PUT", "/fs/files/f", content);
                    assertThat(put.status()).isEqualTo(200);
                    seen.add(new Seen(put.header("ETag"), content));
                } else {
                    TestGateway.Reply get = gateway.send("GET", "/fs/files/f", "");
                    assertThat(get.status()).isEqualTo(200);
                    assertThat(get.body().length()).isEqualTo(Integer.parseInt(get.header("Content-Length")));
                    assertThat(get.body().chars().distinct().count()).isEqualTo(1);
                    seen.add(new Seen(get.header("ETag"), get.body()));
                }
            }
            return seen;
        });
        all.stream()
                .flatMap(List::stream)
                .collect(Collectors.groupingBy(Seen::etag))
                .forEach((etag, same) -> assertThat(
                                same.stream().map(Seen::content).distinct())
                        .as(etag)
                        .hasSize(1));
    }

    @Test
    void parallelPatchesOfDifferentAttributesAllSurvive() throws Exception {
        for (int round = 0; round < 20; round++) {
            String target = "/fs/files/f" + round;
            gateway.send("PUT", target, "x");
            List<String> patches =
                    List.of("Content-Mode: 33216", "Content-Modified: 1000000000", "Change-Timestamp: 77");
            assertThat(together(
                            patches.size(),
                            i -> () -> gateway.send("PATCH", target, "", patches.get(i))
                                    .status()))
                    .containsOnly(200);
            TestGateway.Reply head = gateway.send("HEAD", target, "");
            for (String patch : patches) {
                assertThat(head.header(patch.substring(0, patch.indexOf(':'))))
                        .isEqualTo(patch.substring(patch.indexOf(' ') + 1));
            }
        }
    }

    @Test
    void ofThoseWhoCreateExactlyOneWins() throws Exception {
        for (int round = 0; round < 10; round++) {
            String target = "/fs/files/new" + round;
            List<Integer> statuses = together(
                    CLIENTS,
                    i -> () -> gateway.send("PUT", target, "by " + (char) ('A' + i), "If-None-Match: *")
                            .status());
            assertThat(statuses).containsOnly(200, 412).containsOnlyOnce(200);
            assertThat(gateway.send("GET", target, "").body()).isEqualTo("by " + (char) ('A' + statuses.indexOf(200)));
        }
    }

    @Test
    void ofOrderedWritersTheGreatestWins() throws Exception {
        for (int round = 0; round < 10; round++) {
            String target = "/fs/files/ordered" + round;
            List<Integer> statuses = together(
                    CLIENTS,
                    i -> () -> gateway.send("PUT", target, "by " + (char) ('A' + i), "Change-Timestamp: " + (1000 + i))
                            .status());
            assertThat(statuses).containsAnyOf(200).allMatch(status -> status == 200 || status == 412);
            assertThat(statuses.get(CLIENTS - 1)).isEqualTo(200);
            TestGateway.Reply last = gateway.send("GET", target, "");
            assertThat(last.body())
                    .as("%s, %s: %s", round, statuses, last.head())
                    .isEqualTo("by " + (char) ('A' + CLIENTS - 1));
            assertThat(last.header("Change-Timestamp")).isEqualTo("" + (1000 + CLIENTS - 1));
        }
    }

    @Test
    void thousandsOfIdleConnectionsDisturbNobody() throws Exception {
        UnixOperatingSystemMXBean process = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long room = process.getMaxFileDescriptorCount() - process.getOpenFileDescriptorCount() - 500;
        int count = (int) Math.min(10_000, room / 2);
        assertThat(count).as("connections that the limit of open files allows").isGreaterThanOrEqualTo(2_000);
        Files.writeString(gateway.root.resolve("f"), "content");
        List<RawClient> idle = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                idle.add(gateway.connect());
            }
            await().atMost(Duration.ofMinutes(2)).until(() -> gateway.listener.connections() == count);
            // The best of several: a busy machine may hold up any of them.
            Duration best = Duration.ofDays(1);
            for (int i = 0; i < 5; i++) {
                long started = System.nanoTime();
                assertThat(gateway.send("GET", "/fs/files/f", "").body()).isEqualTo("content");
                Duration took = Duration.ofNanos(System.nanoTime() - started);
                best = took.compareTo(best) < 0 ? took : best;
            }
            assertThat(best).isLessThan(Duration.ofSeconds(2));
        } finally {
            for (RawClient each : idle) {
                each.reset();
            }
        }
        await().atMost(Duration.ofMinutes(2)).until(() -> gateway.listener.connections() == 0);
    }
}
