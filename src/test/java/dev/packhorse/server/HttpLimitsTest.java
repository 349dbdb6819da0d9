package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.identity.Caller;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many requests and connections a client may have at the HTTP listener, and what one gets that wants more. */
@Timeout(120)
class HttpLimitsTest extends HttpListenerFixture {

    private static final long SECOND = 1_000_000_000;
    private static final String GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

    private final AtomicInteger handled = new AtomicInteger();

    /** By which requests are counted; it stands still. */
    private final AtomicLong clock = new AtomicLong();

    private static Limits limits(Allowance address, int connections, int bodies) {
        return new Limits(new Limits.Settings(address, Allowance.UNLIMITED, connections, bodies));
    }

    private static Limits transfers(int most) {
        return limits(new Allowance(0, 0, 0, 0, most), 0, 0);
    }

    private Limits requests(int rate, int burst) {
        return new Limits(
                new Limits.Settings(new Allowance(rate, burst, 0, 0, 0), Allowance.UNLIMITED, 0, 0), clock::get);
    }

    private static TestServer server(Limits limits, Function<HttpExchange, HttpResponse> handler) {
        return new TestServer(HttpSettings.DEFAULT, limits, TrustedProxies.NONE, handler);
    }

    private HttpResponse count(HttpExchange exchange) {
        handled.incrementAndGet();
        return echo(exchange);
    }

    /** Holds those from 127.0.0.2 until the latch opens. */
    private Function<HttpExchange, HttpResponse> holding(CountDownLatch go) {
        return exchange -> {
            handled.incrementAndGet();
            if (exchange.remote().equals("127.0.0.2")) {
                awaitQuietly(go);
            }
            return HttpResponse.text(200, "done");
        };
    }

    @Test
    void anAddressThatAsksTooOftenIsToldWhenToComeBackAndNobodyRunsItsRequest() throws Exception {
        try (TestServer server = server(requests(1, 2), this::count);
                RawClient client = server.connect()) {
            // Given
            client.send(GET).readUntil("GET /x \n");
            client.send(GET).readUntil("GET /x \n");
            await().until(() -> server.finished.size() == 2);
            // When
            String answer = client.send(GET).readUntil("Too Many Requests\n");
            // Then
            assertThat(answer)
                    .startsWith("HTTP/1.1 429 Too Many Requests\r\n")
                    .contains("Retry-After: 1\r\n")
                    .doesNotContain("Connection: close");
            assertThat(handled).hasValue(2);
            clock.addAndGet(SECOND);
            assertThat(client.send(GET).readUntil("GET /x \n")).startsWith("HTTP/1.1 200 ");
            await().untilAsserted(() -> assertThat(server.finished).hasSize(3));
            assertThat(server.finished).extracting(TestServer.Finished::status).containsOnly(200);
        }
    }

    @Test
    void theOthersAreServedMeanwhile() throws Exception {
        try (TestServer server = server(requests(1, 1), this::count);
                RawClient greedy = new RawClient(server.port(), "127.0.0.2");
                RawClient modest = new RawClient(server.port(), "127.0.0.3")) {
            // Given
            greedy.send(GET).readUntil("GET /x \n");
            assertThat(greedy.send(GET).readHead()).startsWith("HTTP/1.1 429 ");
            // When
            String answer = modest.send(GET).readUntil("GET /x \n");
            // Then
            assertThat(answer).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void oneThatIsRefusedIsNotHeardForAMoment() throws Exception {
        Limits limits = requests(1, 1);
        try (TestServer server = server(limits, this::count);
                RawClient client = server.connect()) {
            // Given
            client.send(GET).readUntil("GET /x \n");
            long begin = System.nanoTime();
            // When
            client.send(GET.repeat(200));
            for (int i = 0; i < 3; i++) {
                client.readHead();
            }
            // Then
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(10));
            assertThat(limits.refused(Limit.ADDRESS_REQUESTS)).isLessThan(10);
        }
    }

    @Test
    void aSmallBodyOfARefusedRequestIsPassedOverAndALargeOneEndsTheConnection() throws Exception {
        try (TestServer server = server(requests(1, 1), this::count);
                RawClient small = server.connect();
                RawClient large = server.connect()) {
            // Given
            small.send(GET).readUntil("GET /x \n");
            // When
            small.send("PUT /s HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde");
            large.send("PUT /l HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\nabc");
            // Then
            assertThat(small.readUntil("Too Many Requests\n")).doesNotContain("Connection: close");
            assertThat(large.readAll()).startsWith("HTTP/1.1 429 ").contains("Connection: close");
            clock.addAndGet(SECOND);
            assertThat(small.send(GET).readUntil("GET /x \n")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void anAddressHasSoManyRequestsInProgress() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Limits limits = transfers(2);
        try (TestServer server = server(limits, holding(go));
                RawClient first = new RawClient(server.port(), "127.0.0.2");
                RawClient second = new RawClient(server.port(), "127.0.0.2");
                RawClient third = new RawClient(server.port(), "127.0.0.2")) {
            // Given
            first.send(GET);
            second.send(GET);
            await().untilAtomic(handled, is(2));
            // When
            String answer = third.send(GET).readUntil("Too Many Requests\n");
            // Then
            assertThat(answer).startsWith("HTTP/1.1 429 ").contains("Retry-After: 1\r\n");
            assertThat(limits.refused(Limit.ADDRESS_TRANSFERS)).isEqualTo(1);
            assertThat(handled).hasValue(2);
            go.countDown();
            assertThat(first.readUntil("done\n")).startsWith("HTTP/1.1 200 ");
            assertThat(third.send(GET).readUntil("done\n")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void whileOneHasAllThatItMayHaveTheOthersAreServed() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<RawClient> holders = new ArrayList<>();
        try (TestServer server = server(transfers(32), holding(go))) {
            try (RawClient other = new RawClient(server.port(), "127.0.0.3")) {
                // Given
                for (int i = 0; i < 32; i++) {
                    holders.add(new RawClient(server.port(), "127.0.0.2").send(GET));
                }
                await().untilAtomic(handled, is(32));
                // When
                String answer = other.send(GET).readUntil("done\n");
                // Then
                assertThat(answer).startsWith("HTTP/1.1 200 ");
            } finally {
                go.countDown();
                for (RawClient each : holders) {
                    each.close();
                }
            }
        }
    }

    @Test
    void aClientThatWaitsForEachAnswerNeverHasMoreInProgressThanItThinks() throws Exception {
        Limits limits = transfers(1);
        try (TestServer server = server(limits, exchange -> HttpResponse.text(200, "x".repeat(20_000)));
                RawClient one = server.connect();
                RawClient other = server.connect()) {
            for (int i = 0; i < 2000; i++) {
                // When
                RawClient client = i % 2 == 0 ? one : other;
                String answer = client.send(GET).readHead();
                client.readBytes(20_001);
                // Then
                assertThat(answer).startsWith("HTTP/1.1 200 ");
            }
            assertThat(limits.refused(Limit.ADDRESS_TRANSFERS)).isZero();
        }
    }

    @Test
    void anIdentityIsRefusedByWhoeverKnowsIt() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Limits limits = new Limits(new Limits.Settings(Allowance.UNLIMITED, new Allowance(0, 0, 0, 0, 1), 0, 0));
        try (TestServer server = server(limits, exchange -> {
                    HttpResponse refusal =
                            exchange.admit(new Caller(exchange.request().target(), Set.of(), exchange.address(), null));
                    if (refusal != null) {
                        return refusal;
                    }
                    handled.incrementAndGet();
                    awaitQuietly(go);
                    return HttpResponse.text(200, "done");
                });
                RawClient first = server.connect();
                RawClient second = server.connect();
                RawClient other = server.connect()) {
            // Given
            first.send(GET);
            await().untilAtomic(handled, is(1));
            // When
            String answer = second.send(GET).readUntil("Too Many Requests\n");
            // Then
            assertThat(answer).startsWith("HTTP/1.1 429 ").contains("Retry-After: 1\r\n");
            assertThat(limits.refused(Limit.IDENTITY_TRANSFERS)).isEqualTo(1);
            other.send("GET /other HTTP/1.1\r\nHost: a\r\n\r\n");
            await().untilAtomic(handled, is(2));
            go.countDown();
            first.readUntil("done\n");
            other.readUntil("done\n");
            await().until(() -> limits.active() == 0);
        }
    }

    @Test
    void bodiesThatAreTooManyAreRefusedAndOthersThanTheirSendersAreServed() throws Exception {
        Limits limits = limits(Allowance.UNLIMITED, 0, 2);
        try (TestServer server = server(limits, this::count);
                RawClient first = server.connect();
                RawClient second = server.connect();
                RawClient third = server.connect()) {
            // Given
            first.send("PUT /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
            second.send("PUT /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            await().untilAtomic(handled, is(2));
            // When
            String answer = third.send("PUT /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab")
                    .readUntil("Service Unavailable\n");
            // Then
            assertThat(answer).startsWith("HTTP/1.1 503 ").contains("Retry-After: 1\r\n");
            assertThat(third.send(GET).readUntil("GET /x \n")).startsWith("HTTP/1.1 200 ");
            first.send("abcde").readUntil("PUT /1 abcde\n");
            second.send("0\r\n\r\n").readUntil("PUT /2 \n");
            await().until(() -> limits.bodies() == 0);
        }
    }

    @Test
    void connectionsOfAnAddressThatAreTooManyAreClosed() throws Exception {
        Limits limits = limits(Allowance.UNLIMITED, 2, 0);
        try (TestServer server = server(limits, this::count)) {
            try (RawClient first = new RawClient(server.port(), "127.0.0.2");
                    RawClient second = new RawClient(server.port(), "127.0.0.2")) {
                // Given
                first.send(GET).readUntil("GET /x \n");
                second.send(GET).readUntil("GET /x \n");
                // When
                try (RawClient third = new RawClient(server.port(), "127.0.0.2");
                        RawClient other = new RawClient(server.port(), "127.0.0.3")) {
                    // Then
                    assertThat(third.readAll()).isEmpty();
                    other.send(GET).readUntil("GET /x \n");
                }
                assertThat(limits.refused(Limit.ADDRESS_CONNECTIONS)).isEqualTo(1);
            }
            await().until(() -> limits.active() == 0);
            try (RawClient later = new RawClient(server.port(), "127.0.0.2")) {
                later.send(GET).readUntil("GET /x \n");
            }
        }
    }

    @Test
    void whateverClientsDoAllIsReturnedInTheEnd() throws Exception {
        Limits limits = new Limits(new Limits.Settings(
                new Allowance(0, 0, 50 << 20, 50 << 20, 6), new Allowance(0, 0, 0, 40 << 20, 4), 100, 5));
        try (TestServer server = server(limits, exchange -> {
            HttpResponse refusal =
                    exchange.admit(new Caller(exchange.request().method(), Set.of(), exchange.address(), null));
            if (refusal != null) {
                return refusal;
            }
            return switch (exchange.request().method()) {
                case "PUT" -> echo(exchange);
                case "DELETE" ->
                    new HttpResponse(200).body(new HttpBody.Chunked(-1, () -> {
                        throw new FsException(FsException.Kind.UNAVAILABLE, "read", FsPath.ROOT);
                    }));
                case "POST" -> HttpResponse.text(200, "x".repeat(300_000));
                default -> endless();
            };
        })) {
            // When
            ExecutorService threads = Executors.newFixedThreadPool(8);
            for (int thread = 0; thread < 8; thread++) {
                Random random = new Random(thread);
                threads.execute(() -> {
                    for (int i = 0; i < 60; i++) {
                        abuse(server.port(), random);
                    }
                });
            }
            threads.shutdown();
            assertThat(threads.awaitTermination(50, TimeUnit.SECONDS)).isTrue();
            // Then
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                assertThat(limits.active()).isZero();
                assertThat(limits.bodies()).isZero();
                assertThat(server.listener.connections()).isZero();
            });
            try (RawClient client = server.connect()) {
                assertThat(client.send("PUT /p HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na")
                                .readUntil("PUT /p a\n"))
                        .startsWith("HTTP/1.1 200 ");
            }
        }
    }

    /** One connection that does something, or a part of it, and goes. */
    private static void abuse(int port, Random random) {
        String method = List.of("GET", "PUT", "DELETE", "POST", "PUT").get(random.nextInt(5));
        try (RawClient client = new RawClient(port, "127.0.0." + (2 + random.nextInt(3)))) {
            client.socket().setSoTimeout(100);
            String head = method + " /x HTTP/1.1\r\nHost: a\r\n"
                    + (method.equals("PUT") ? "Content-Length: 70000\r\n" : "")
                    + (random.nextInt(4) == 0 ? "Expect: 100-continue\r\n" : "") + "\r\n";
            client.send(random.nextInt(8) == 0 ? head.substring(0, random.nextInt(head.length())) : head);
            if (method.equals("PUT")) {
                client.send(new byte[random.nextInt(70_001)]);
            }
            if (random.nextInt(5) == 0) {
                client.finish();
            }
            client.readBytes(random.nextInt(100_000));
            if (random.nextBoolean()) {
                client.reset();
            }
        } catch (SocketTimeoutException e) {
            // as long as it wanted to wait
        } catch (IOException e) {
            // refused, or cut
        }
    }

    @Test
    void withoutLimitsNothingIsCounted() throws Exception {
        Limits limits = Limits.none();
        CountDownLatch go = new CountDownLatch(1);
        try (TestServer server = server(limits, holding(go));
                RawClient client = new RawClient(server.port(), "127.0.0.2")) {
            // When
            client.send(GET);
            await().untilAtomic(handled, is(1));
            // Then
            assertThat(limits.active()).isZero();
            go.countDown();
            client.readUntil("done\n");
        }
    }
}
