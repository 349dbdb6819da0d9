package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.front.http.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that want to stay for ever for little, or to be answered more than they read. */
@Timeout(120)
class HttpAbuseTest extends HttpListenerFixture {

    /** Sends a text again and again, with a pause, until the server has had enough. */
    private static void trickle(RawClient client, String text) {
        try {
            while (true) {
                client.send(text);
                await().pollDelay(Duration.ofMillis(20)).until(() -> true);
            }
        } catch (IOException e) {
            // cut off, as it should be
        }
    }

    private static Thread trickling(RawClient client, String text) {
        Thread thread = new Thread(() -> trickle(client, text));
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Test
    void aBodyThatTricklesIsCutOff() throws Exception {
        try (TestServer server = new TestServer(IMPATIENT, HttpListenerFixture::echo);
                RawClient client = server.connect()) {
            // Given
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
            // When
            Thread thread = trickling(client, "x");
            // Then
            assertThat(client.readUntil("Request Timeout\n")).startsWith("HTTP/1.1 408 ");
            await().atMost(Duration.ofSeconds(30)).until(() -> server.listener.connections() == 0);
            thread.join();
        }
    }

    @Test
    void chunksOfAByteThatTrickleAreCutOff() throws Exception {
        try (TestServer server = new TestServer(IMPATIENT, HttpListenerFixture::echo);
                RawClient client = server.connect()) {
            // Given
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            // When
            Thread thread = trickling(client, "1;extension=" + "x".repeat(200) + "\r\nx\r\n");
            // Then
            assertThat(client.readUntil("Request Timeout\n")).startsWith("HTTP/1.1 408 ");
            await().atMost(Duration.ofSeconds(30)).until(() -> server.listener.connections() == 0);
            thread.join();
        }
    }

    @Test
    void trailersThatTrickleAreCutOff() throws Exception {
        try (TestServer server = new TestServer(IMPATIENT, HttpListenerFixture::echo);
                RawClient client = server.connect()) {
            // Given
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n");
            // When
            Thread thread = trickling(client, "T: t\r\n");
            // Then
            assertThat(client.readUntil("\n\r\n")).startsWith("HTTP/1.1 4");
            await().atMost(Duration.ofSeconds(30)).until(() -> server.listener.connections() == 0);
            thread.join();
        }
    }

    @Test
    void theRestOfABodyThatNobodyWantsMayNotTrickleEither() throws Exception {
        try (TestServer server = new TestServer(IMPATIENT, exchange -> HttpResponse.text(409, "no"));
                RawClient client = server.connect()) {
            // Given
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n");
            assertThat(client.readUntil("no\n")).startsWith("HTTP/1.1 409 ").doesNotContain("Connection: close");
            // When
            Thread thread = trickling(client, "x");
            // Then
            await().atMost(Duration.ofSeconds(20)).until(() -> server.listener.connections() == 0);
            thread.join();
        }
    }

    @Test
    void emptyLinesAreNoSignOfLife() throws Exception {
        try (TestServer server = new TestServer(IMPATIENT, HttpListenerFixture::echo);
                RawClient client = server.connect()) {
            // When
            Thread thread = trickling(client, "\r\n");
            // Then
            await().atMost(Duration.ofSeconds(20)).until(() -> server.listener.connections() == 0);
            thread.join();
        }
    }

    @Test
    void manyConnectionsOfOneAddressLeaveRoomForAnother() throws Exception {
        Limits limits = new Limits(new Limits.Settings(Allowance.UNLIMITED, Allowance.UNLIMITED, 10, 0));
        List<RawClient> slow = new ArrayList<>();
        try (TestServer server =
                new TestServer(HttpSettings.DEFAULT, limits, TrustedProxies.NONE, HttpListenerFixture::echo)) {
            // Given
            for (int i = 0; i < 30; i++) {
                slow.add(new RawClient(server.port(), "127.0.0.2"));
            }
            // When
            await().until(() -> limits.refused(Limit.ADDRESS_CONNECTIONS) == 20);
            await().until(() -> server.listener.connections() == 10);
            // Then
            try (RawClient other = new RawClient(server.port(), "127.0.0.3")) {
                assertThat(other.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("GET /x \n"))
                        .startsWith("HTTP/1.1 200 ");
            }
            assertThat(limits.refused(Limit.ADDRESS_CONNECTIONS)).isEqualTo(20);
        } finally {
            for (RawClient each : slow) {
                each.close();
            }
        }
    }

    @Test
    void whoAsksManyThingsAndReadsNothingIsAnsweredOneByOneAndCutOff() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        String answer = "x".repeat(200_000);
        try (TestServer server = new TestServer(IMPATIENT, exchange -> {
                    asked.incrementAndGet();
                    return HttpResponse.text(200, answer);
                });
                RawClient client = server.connect()) {
            // Given
            Thread thread = trickling(client, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1000));
            // When
            await().atMost(Duration.ofSeconds(10)).until(() -> asked.get() > 0 && server.listener.connections() == 0);
            // Then
            assertThat(asked).as("answers in the buffers of two sockets").hasValueLessThan(200);
            thread.join();
        }
    }

    @Test
    void requestsBehindEachOtherAreServedInOrderAndOneAtATime() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    HttpResponse answer =
                            HttpResponse.text(200, exchange.request().target());
                    running.decrementAndGet();
                    return answer;
                });
                RawClient client = server.connect()) {
            // Given
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 3000; i++) {
                requests.append("GET /").append(i).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            // When
            Thread sender = new Thread(() -> {
                try {
                    client.send(requests.toString());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            sender.start();
            // Then
            for (int i = 0; i < 3000; i++) {
                assertThat(client.readUntil("/" + i + "\n")).startsWith("HTTP/1.1 200 ");
            }
            assertThat(most).hasValue(1);
            sender.join();
        }
    }
}
