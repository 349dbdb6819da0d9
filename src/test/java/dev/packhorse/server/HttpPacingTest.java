package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.identity.Caller;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of clients with a limit of bytes a second: as fast as they may, no faster, and not taken for dead. */
@Timeout(120)
class HttpPacingTest extends HttpListenerFixture {

    private final byte[] content = new byte[1 << 20];

    private Path file = Path.of("");

    @BeforeEach
    void makeContent() throws IOException {
        new Random(1).nextBytes(content);
        file = Files.write(folder.resolve("file"), content);
    }

    private static Limits limits(long upload, long download) {
        return new Limits(new Limits.Settings(new Allowance(0, 0, upload, download, 0), Allowance.UNLIMITED, 0, 0));
    }

    private static TestServer server(
            HttpSettings settings, Limits limits, Function<HttpExchange, HttpResponse> handler) {
        return new TestServer(settings, limits, TrustedProxies.NONE, handler);
    }

    /** The first bytes of the content, in each way in which a body can leave: {@code /bytes/1000}. */
    private HttpResponse serve(HttpExchange exchange) {
        String[] target = exchange.request().target().split("/", -1);
        int length = Integer.parseInt(target[2]);
        try {
            return new HttpResponse(200)
                    .body(
                            switch (target[1]) {
                                case "bytes" ->
                                    new HttpBody.Bytes(
                                            ByteBuffer.wrap(content, 0, length).slice());
                                case "slice" ->
                                    new HttpBody.Slice(new FileSlice(
                                            FileChannel.open(file, StandardOpenOption.READ), new ByteRange(0, length)));
                                case "channel" -> new HttpBody.Chunked(length, channel(length));
                                default -> new HttpBody.Chunked(-1, pieces(length));
                            });
        } catch (IOException e) {
            return HttpResponse.text(500, "no file");
        }
    }

    private HttpBody.Source pieces(int length) {
        int[] at = {0};
        return () -> {
            int from = at[0];
            at[0] = Math.min(length, from + (16 << 10));
            return from == length ? null : ByteBuffer.wrap(content, from, at[0] - from);
        };
    }

    private HttpBody.Source channel(int length) {
        ReadableByteChannel bytes = Channels.newChannel(new java.io.ByteArrayInputStream(content, 0, length));
        return new HttpBody.Source() {
            @Override
            public ByteBuffer next() {
                throw new AssertionError("there is a channel");
            }

            @Override
            public ReadableByteChannel channel() {
                return bytes;
            }
        };
    }

    private static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    }

    private static byte[] body(RawClient client, int length) throws IOException {
        assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
        return client.readBytes(length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "slice", "channel"})
    void aDownloadIsWholeAndAsFastAsItMayBe(String way) throws Exception {
        int length = 1_000_000;
        try (TestServer server = server(HttpSettings.DEFAULT, limits(0, 1_000_000), this::serve);
                RawClient client = server.connect()) {
            // Given
            long begin = System.nanoTime();
            // When
            byte[] received = body(client.send(get("/" + way + "/" + length)), length);
            // Then
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(700), Duration.ofSeconds(10));
            assertThat(received).isEqualTo(Arrays.copyOf(content, length));
            assertThat(client.readAll()).isEmpty();
            await().until(() -> !server.finished.isEmpty());
            assertThat(server.finished.get(0).sent()).isEqualTo(length);
        }
    }

    @Test
    void chunksArePacedToo() throws Exception {
        try (TestServer server = server(HttpSettings.DEFAULT, limits(0, 500_000), this::serve);
                RawClient client = server.connect()) {
            // Given
            long begin = System.nanoTime();
            // When
            String answer = client.send(get("/chunks/500000")).readAll();
            // Then
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(700), Duration.ofSeconds(10));
            assertThat(answer).endsWith("\r\n0\r\n\r\n").hasSizeGreaterThan(500_000);
        }
    }

    @Test
    void manySmallDownloadsArePacedLikeALargeOne() throws Exception {
        try (TestServer server = server(HttpSettings.DEFAULT, limits(0, 100_000), this::serve);
                RawClient client = server.connect()) {
            // Given
            long begin = System.nanoTime();
            // When
            for (int i = 0; i < 100; i++) {
                client.send("GET /bytes/1000 HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(body(client, 1000)).isEqualTo(Arrays.copyOf(content, 1000));
            }
            // Then
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(700), Duration.ofSeconds(10));
        }
    }

    @Test
    void anUploadIsWholeAndAsFastAsItMayBe() throws Exception {
        AtomicLong read = new AtomicLong();
        try (TestServer server = server(HttpSettings.DEFAULT, limits(1_000_000, 0), exchange -> {
                    try (java.io.InputStream in = exchange.request().body().open()) {
                        read.set(Arrays.hashCode(in.readAllBytes()));
                    } catch (IOException e) {
                        return HttpResponse.text(599, "broken");
                    }
                    return HttpResponse.text(200, "all");
                });
                RawClient client = server.connect()) {
            // Given
            long begin = System.nanoTime();
            // When
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + content.length + "\r\n\r\n")
                    .send(content);
            String answer = client.readUntil("all\n");
            // Then
            assertThat(answer).startsWith("HTTP/1.1 200 ");
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(700), Duration.ofSeconds(10));
            assertThat(read.get()).isEqualTo(Arrays.hashCode(content));
        }
    }

    @Test
    void theConnectionsOfAnAddressShareItEqually() throws Exception {
        int length = 400_000;
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (TestServer server = server(HttpSettings.DEFAULT, limits(0, 800_000), this::serve)) {
            // Given
            Map<String, AtomicLong> progress = new LinkedHashMap<>();
            for (String way : List.of("bytes", "slice", "channel", "chunks")) {
                progress.put(way, new AtomicLong());
            }
            CyclicBarrier connected = new CyclicBarrier(progress.size());
            List<Future<?>> all = new ArrayList<>();
            List<long[]> seen = java.util.Collections.synchronizedList(new ArrayList<>());
            // When
            progress.forEach((way, mine) -> all.add(threads.submit(() -> {
                try (RawClient client = server.connect()) {
                    connected.await(20, TimeUnit.SECONDS);
                    client.send(get("/" + way + "/" + length)).readHead();
                    while (mine.get() < length) {
                        mine.addAndGet(client.readBytes(1000).length);
                    }
                    seen.add(progress.values().stream()
                            .mapToLong(AtomicLong::get)
                            .toArray());
                }
                return null;
            })));
            for (Future<?> each : all) {
                each.get();
            }
            // Then
            // Half of it on a machine with nothing else to do; on a loaded one a thread may fall behind.
            assertThat(Arrays.stream(seen.get(0)).min().orElseThrow()).isGreaterThan(length / 4);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void anotherAddressIsNotHeldUp() throws Exception {
        // So few that what one has asked for would hold up another for 20 seconds.
        try (TestServer server = server(HttpSettings.DEFAULT, limits(0, 50), this::serve);
                RawClient slow = new RawClient(server.port(), "127.0.0.2");
                RawClient other = new RawClient(server.port(), "127.0.0.3")) {
            // Given
            slow.send(get("/slice/1000000")).readHead();
            long begin = System.nanoTime();
            // When
            body(other.send(get("/bytes/4")), 4);
            // Then
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(12));
            // Or the stop would wait for it.
            slow.reset();
        }
    }

    @Test
    void noThreadWaitsWithThem() throws Exception {
        List<RawClient> slow = new ArrayList<>();
        HttpSettings hasty = new HttpSettings(
                "127.0.0.1",
                0,
                1024,
                1024,
                1 << 20,
                100,
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Duration.ofMillis(1));
        try (TestServer server = server(hasty, limits(0, 20_000), this::serve);
                RawClient other = new RawClient(server.port(), "127.0.0.3")) {
            // Given
            for (int i = 0; i < 80; i++) {
                String way = List.of("bytes", "slice", "channel", "chunks").get(i % 4);
                slow.add(new RawClient(server.port(), "127.0.0.2").send(get("/" + way + "/1000000")));
            }
            await().until(() -> server.listener.connections() == 81);
            // When
            byte[] received = body(other.send(get("/bytes/4000")), 4000);
            // Then
            assertThat(received).hasSize(4000);
        } finally {
            for (RawClient each : slow) {
                each.reset();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "slice", "channel"})
    void aDownloadThatMayNotGoOnIsNotTakenForDead(String way) throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (TestServer server = server(IMPATIENT, limits(0, 40_000), this::serve)) {
            // Given
            for (int i = 0; i < 3; i++) {
                clients.add(server.connect().send(get("/" + way + "/40000")));
            }
            // When
            for (RawClient each : clients) {
                // Then
                assertThat(body(each, 40_000)).isEqualTo(Arrays.copyOf(content, 40_000));
            }
        } finally {
            for (RawClient each : clients) {
                each.close();
            }
        }
    }

    @Test
    void anUploadThatMayNotGoOnIsNotTakenForDead() throws Exception {
        try (TestServer server = server(IMPATIENT, limits(20_000, 0), HttpListenerFixture::echo);
                RawClient client = server.connect()) {
            // Given
            String sent = "x".repeat(60_000);
            // When
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n" + sent);
            // Then
            assertThat(client.readUntil("x\n")).startsWith("HTTP/1.1 200 ").endsWith(sent + "\n");
        }
    }

    @Test
    void aClientThatTricklesItsBodyIsStillCutOff() throws Exception {
        try (TestServer server = server(IMPATIENT, limits(20_000, 0), HttpListenerFixture::echo);
                RawClient client = server.connect()) {
            // When
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nab");
            // Then
            assertThat(client.readAll()).startsWith("HTTP/1.1 408 ").contains("Connection: close");
        }
    }

    @Test
    void whoGoesWhileThePaceHoldsItBackIsNotedAtOnceAndOthersHaveItsShare() throws Exception {
        AtomicBoolean closed = new AtomicBoolean();
        // So few that the next piece of something endless is held back for 20 seconds.
        Limits limits = limits(0, 50);
        try (TestServer server = server(
                        HttpSettings.DEFAULT,
                        limits,
                        exchange -> exchange.request().target().equals("/endless")
                                ? endless().closing(() -> closed.set(true))
                                : HttpResponse.text(200, "x"));
                RawClient other = server.connect()) {
            RawClient client = server.connect();
            // Given
            client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
            await().until(() -> server.listener.connections() == 2);
            await().pollDelay(Duration.ofMillis(200)).until(() -> true);
            // When
            client.reset();
            // Then
            await().atMost(Duration.ofSeconds(10)).untilTrue(closed);
            long begin = System.nanoTime();
            other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("x\n");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(12));
        }
    }

    @Test
    void anIdentityHasItsPaceFromAllItsAddresses() throws Exception {
        Limits limits =
                new Limits(new Limits.Settings(Allowance.UNLIMITED, new Allowance(0, 0, 300_000, 300_000, 0), 0, 0));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (TestServer server = server(HttpSettings.DEFAULT, limits, exchange -> {
            assertThat(exchange.admit(new Caller("ann", Set.of(), exchange.address(), null)))
                    .isNull();
            return exchange.request().method().equals("PUT") ? echo(exchange) : serve(exchange);
        })) {
            // Given
            long begin = System.nanoTime();
            // When
            Future<byte[]> one = threads.submit(() -> download(server, "127.0.0.2"));
            Future<byte[]> other = threads.submit(() -> download(server, "127.0.0.3"));
            // Then
            assertThat(one.get()).isEqualTo(other.get());
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
            begin = System.nanoTime();
            try (RawClient client = server.connect()) {
                client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
                client.send(Arrays.copyOf(content, 1_000_000)).readHead();
            }
            // What comes before somebody is known counts for nobody.
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(700));
        } finally {
            threads.shutdownNow();
        }
    }

    private static byte[] download(TestServer server, String from) throws IOException {
        try (RawClient client = new RawClient(server.port(), from)) {
            return body(client.send(get("/slice/200000")), 200_000);
        }
    }
}
