package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the listener takes and what it answers. */
@Timeout(120)
class HttpListenerTest extends HttpListenerFixture {

    @Test
    void answersPipelinedRequestsInOrder() throws IOException {
        StringBuilder requests = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            requests.append("PUT /" + i + " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab" + i % 10);
            expected.append("PUT /" + i + " ab" + i % 10 + "\n");
        }
        requests.append("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        expected.append("GET /last \n");
        try (TestServer server = echo()) {
            String bodies = server.talk(requests.toString()).replaceAll("(?s)HTTP/1.1 200.*?\r\n\r\n", "");
            assertThat(bodies).isEqualTo(expected.toString());
            await().untilAsserted(() -> assertThat(server.finished).hasSize(51));
        }
    }

    /** Responses are written by workers while the event loop reads on: whoever is first, nothing overtakes and nothing stalls. */
    @Test
    void keepsTheOrderHoweverRequestsArrive() throws Exception {
        int count = 5000;
        StringBuilder requests = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < count; i++) {
            requests.append("GET /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
            expected.append("GET /" + i + " \n");
        }
        requests.append("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        expected.append("GET /last \n");
        byte[] bytes = requests.toString().getBytes(StandardCharsets.US_ASCII);
        Random random = new Random(7);
        try (TestServer server = echo();
                RawClient client = new RawClient(server.port())) {
            Thread sender = new Thread(() -> {
                try {
                    for (int at = 0; at < bytes.length; ) {
                        int step =
                                Math.min(bytes.length - at, 1 + random.nextInt(random.nextInt(20) == 0 ? 20_000 : 60));
                        client.send(Arrays.copyOfRange(bytes, at, at + step));
                        at += step;
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            sender.start();
            String bodies = client.readAll().replaceAll("(?s)HTTP/1.1 200.*?\r\n\r\n", "");
            sender.join();
            assertThat(bodies).isEqualTo(expected.toString());
            await().untilAsserted(() -> assertThat(server.finished).hasSize(count + 1));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\nabcd",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\nabcd",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -4\r\n\r\nabcd",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\nabcd",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, xchunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n\tX: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nNoColon\r\n\r\n",
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
                "nonsense\r\n\r\n",
                "\u0016\u0003\u0001 hello over TLS\r\n\r\n"
            })
    void refusesAmbiguousHeadsWithFourHundredAndCloses(String request) throws IOException {
        try (TestServer server = echo()) {
            String answer = server.talk(request + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 400 Bad Request\r\n").contains("Connection: close");
            assertThat(answer).doesNotContain("smuggled").doesNotContain("Exception");
            assertThat(answer.split("HTTP/1.1 ", -1)).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5;\0=1\r\nabcde\r\n0\r\n\r\n",
                "5;a\nb\r\nabcde\r\n0\r\n\r\n",
                "x\r\nabcde\r\n0\r\n\r\n",
                "5\r\nabcdeX\r\n0\r\n\r\n",
                "-5\r\nabcde\r\n0\r\n\r\n",
                "ffffffffffffffff\r\nabcde\r\n0\r\n\r\n"
            })
    void refusesBadChunksWithFourHundredAndCloses(String chunks) throws IOException {
        try (TestServer server = echo()) {
            String answer = server.talk("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
                    + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 400 Bad Request\r\n").contains("Connection: close");
            assertThat(answer).doesNotContain("smuggled");
        }
    }

    @Test
    void takesChunksAndTrailers() throws IOException {
        try (TestServer server = echo()) {
            assertThat(body(server.talk("PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n")))
                    .isEqualTo("PUT /c abcde\n");
        }
    }

    @Test
    void limitsLineHeadAndBody() throws IOException {
        HttpSettings small = new HttpSettings(
                "127.0.0.1",
                0,
                100,
                200,
                10,
                100,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5));
        try (TestServer server = new TestServer(small, HttpListenerFixture::echo)) {
            assertThat(server.talk("GET /" + "a".repeat(200) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
                    .startsWith("HTTP/1.1 414 ");
            assertThat(server.talk("GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(300) + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 431 ");
            assertThat(server.talk("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nabcdefghijk"))
                    .startsWith("HTTP/1.1 413 ");
            assertThat(server.talk("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabcdefghij"))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(body(server.talk("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n"
                            + "abcdefghijk\r\n0\r\n\r\n")))
                    .startsWith("TOO_LARGE");
        }
    }

    @Test
    void refusesOtherVersionsAndExpectations() throws IOException {
        try (TestServer server = echo()) {
            assertThat(server.talk("GET / HTTP/2.0\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 505 ");
            assertThat(server.talk("GET / HTTP/1.1\r\nHost: a\r\nExpect: a miracle\r\n\r\n"))
                    .startsWith("HTTP/1.1 417 ");
        }
    }

    @Test
    void sendsContinueOnlyOnceTheBodyIsWanted() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
                    awaitQuietly(go);
                    return echo(exchange);
                });
                RawClient client = server.connect()) {
            client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            client.socket().setSoTimeout(300);
            assertThatThrownBy(() -> client.readBytes(1)).isInstanceOf(SocketTimeoutException.class);
            client.socket().setSoTimeout(20_000);
            go.countDown();
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 100 Continue");
            client.send("ab");
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void neverSendsContinueToAClientThatDoesNotKnowIt() throws IOException {
        try (TestServer server = echo()) {
            assertThat(server.talk("PUT /x HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nab"))
                    .startsWith("HTTP/1.1 200 OK")
                    .endsWith("PUT /x ab\n");
        }
    }

    @Test
    void aClientSeesWhyItsHeadIsRefusedWhileItStillSends() throws IOException {
        try (TestServer server = echo();
                RawClient client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
            for (int i = 0; i < 256; i++) {
                client.send("a".repeat(64 << 10));
            }
            assertThat(client.readAll()).startsWith("HTTP/1.1 431 ");
        }
    }

    @Test
    void aSlowReaderOfAFastResponseIsNotCutOff() throws Exception {
        // Longer than the timeout; what is left by then does not fit into the buffers of the sockets.
        int pieces = 45;
        byte[] block = new byte[pieces << 20];
        try (TestServer server = new TestServer(
                        UNHURRIED, exchange -> new HttpResponse(200).body(new HttpBody.Bytes(ByteBuffer.wrap(block))));
                RawClient client = server.connect()) {
            client.socket().setReceiveBufferSize(64 << 10);
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readHead();
            for (int i = 0; i < pieces; i++) {
                assertThat(client.readBytes(1 << 20)).hasSize(1 << 20);
                await().pollDelay(Duration.ofMillis(100)).until(() -> true);
            }
        }
    }

    @Test
    void neverSendsContinueForABodyThatNobodyWantsAndCloses() throws IOException {
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> HttpResponse.text(409, "no"));
                RawClient client = server.connect()) {
            client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.readAll()).startsWith("HTTP/1.1 409 Conflict").contains("Connection: close");
        }
    }

    @Test
    void keepsTheConnectionAfterASmallBodyThatNobodyRead() throws IOException {
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> HttpResponse.text(409, "no"));
                RawClient client = server.connect()) {
            client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
            assertThat(client.readUntil("no\n")).doesNotContain("Connection: close");
            client.send("abcdeGET /y HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readUntil("no\n")).startsWith("HTTP/1.1 409");
        }
    }

    @Test
    void answersBeforeALargeBodyAndLetsTheClientSeeIt() throws Exception {
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> HttpResponse.text(409, "no"));
                RawClient client = server.connect()) {
            client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
            for (int i = 0; i < 40; i++) {
                client.send(new byte[64 << 10]);
            }
            assertThat(client.readAll()).startsWith("HTTP/1.1 409 ").contains("Connection: close");
        }
    }

    @Test
    void holdsTheClientBackWhileNobodyReadsItsBody() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicLong read = new AtomicLong();
        long size = 64L << 20;
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
                    try (InputStream in = exchange.request().body().open()) {
                        read.addAndGet(in.readNBytes(1).length);
                        awaitQuietly(go);
                        byte[] buffer = new byte[8192];
                        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                            read.addAndGet(n);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return HttpResponse.text(200, "all");
                });
                RawClient client = server.connect()) {
            AtomicLong sent = new AtomicLong();
            Thread sender = new Thread(() -> {
                try {
                    client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: " + size + "\r\n\r\n");
                    byte[] block = new byte[64 << 10];
                    while (sent.get() < size) {
                        client.send(block);
                        sent.addAndGet(block.length);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            sender.start();
            await().until(() -> read.get() == 1);
            long[] last = {-1};
            await().pollInterval(Duration.ofMillis(300)).until(() -> {
                boolean still = sent.get() == last[0];
                last[0] = sent.get();
                return still;
            });
            assertThat(sent.get()).as("bytes in queue and socket buffers").isLessThan(16L << 20);
            go.countDown();
            assertThat(client.readUntil("all\n")).startsWith("HTTP/1.1 200");
            sender.join();
            assertThat(read.get()).isEqualTo(size);
        }
    }
}
