package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.RecordedLog;
import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpListenerTest {

    private static final HttpSettings IMPATIENT = new HttpSettings(
            "127.0.0.1",
            0,
            1024,
            2048,
            Long.MAX_VALUE,
            100,
            Duration.ofMillis(600),
            Duration.ofMillis(400),
            Duration.ofMillis(400),
            Duration.ofSeconds(5));

    @TempDir
    Path folder;

    /** Answers with what it was asked, and the body it was sent. */
    private static HttpResponse echo(HttpExchange exchange) {
        try (InputStream body = exchange.request().body().open()) {
            byte[] sent = body.readAllBytes();
            return HttpResponse.text(
                    200,
                    exchange.request().method() + " " + exchange.request().target() + " "
                            + new String(sent, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return HttpResponse.text(599, String.valueOf(e.getMessage()));
        }
    }

    private static TestServer echo() {
        return new TestServer(HttpSettings.DEFAULT, HttpListenerTest::echo);
    }

    private static String body(String response) {
        return response.substring(response.indexOf("\r\n\r\n") + 4);
    }

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
        try (TestServer server = new TestServer(small, HttpListenerTest::echo)) {
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
        byte[] block = new byte[16 << 20];
        try (TestServer server = new TestServer(
                        IMPATIENT, exchange -> new HttpResponse(200).body(new HttpBody.Bytes(ByteBuffer.wrap(block))));
                RawClient client = server.connect()) {
            client.socket().setReceiveBufferSize(64 << 10);
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readHead();
            int pieces = 16;
            for (int i = 0; i < pieces; i++) {
                assertThat(client.readBytes(block.length / pieces)).hasSize(block.length / pieces);
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

    @Test
    void cutsOffSlowHeadsIdleConnectionsAndSlowBodies() throws Exception {
        try (TestServer server = new TestServer(IMPATIENT, HttpListenerTest::echo);
                RawClient slowHead = server.connect();
                RawClient idle = server.connect();
                RawClient slowBody = server.connect()) {
            slowHead.send("GET / HTTP/1.1\r\nHo");
            slowBody.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nab");
            assertThat(slowHead.readAll()).startsWith("HTTP/1.1 408 ");
            assertThat(slowBody.readAll()).startsWith("HTTP/1.1 408 ").contains("Connection: close");
            assertThat(idle.readAll()).isEmpty();
        }
    }

    @Test
    void aClientThatTricklesAHeadIsCutOff() throws Exception {
        try (TestServer server = new TestServer(IMPATIENT, HttpListenerTest::echo);
                RawClient client = server.connect()) {
            AtomicBoolean stop = new AtomicBoolean();
            Thread trickle = new Thread(() -> {
                try {
                    client.send("GET / HTTP/1.1\r\n");
                    while (!stop.get()) {
                        client.send("X");
                        await().pollDelay(Duration.ofMillis(50)).until(() -> true);
                    }
                } catch (IOException e) {
                    // cut off, as it should be
                }
            });
            trickle.start();
            assertThat(client.readUntil("Request Timeout\n")).startsWith("HTTP/1.1 408 ");
            stop.set(true);
            trickle.join();
        }
    }

    @Test
    void cutsOffAReaderThatStandsStillAndClosesWhatItRead() throws Exception {
        AtomicBoolean closed = new AtomicBoolean();
        try (TestServer server = new TestServer(IMPATIENT, exchange -> endless().closing(() -> closed.set(true)));
                RawClient client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readHead();
            await().untilTrue(closed);
            await().until(() -> server.listener.connections() == 0);
        }
    }

    @Test
    void anAbortingClientClosesTheSourceAtOnce() throws Exception {
        AtomicBoolean closed = new AtomicBoolean();
        try (TestServer server =
                new TestServer(HttpSettings.DEFAULT, exchange -> endless().closing(() -> closed.set(true)))) {
            RawClient client = server.connect();
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readHead();
            client.reset();
            await().atMost(Duration.ofSeconds(2)).untilTrue(closed);
        }
    }

    @Test
    void aClientThatLeavesBeforeItsResponseIsNoError() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
                    awaitQuietly(left);
                    return HttpResponse.text(200, "too late");
                });
                RecordedLog log = new RecordedLog(HttpTransaction.class.getName(), Level.FINE)) {
            RawClient client = server.connect();
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            await().until(() -> server.listener.connections() == 1);
            client.reset();
            await().until(() -> server.listener.connections() == 0);
            left.countDown();
            await().until(() -> !server.finished.isEmpty());
            assertThat(server.finished.get(0).status()).isEqualTo(499);
            assertThat(log.records()).singleElement().satisfies(entry -> {
                assertThat(entry.getLevel().intValue()).isEqualTo(Level.FINE.intValue());
                assertThat(entry.getThrown()).isNull();
            });
        }
    }

    private static HttpResponse endless() {
        byte[] block = new byte[64 << 10];
        return new HttpResponse(200).body(new HttpBody.Chunked(-1, () -> ByteBuffer.wrap(block)));
    }

    @Test
    void aSourceThatFailsBreaksTheConnection() throws Exception {
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
            int[] calls = {0};
            long length = exchange.request().target().equals("/chunked") ? -1 : 1000;
            return new HttpResponse(200).body(new HttpBody.Chunked(length, () -> {
                if (calls[0]++ == 3) {
                    throw new IOException("the back end is gone");
                }
                return ByteBuffer.wrap("0123456789".getBytes(StandardCharsets.US_ASCII));
            }));
        })) {
            for (String request : new String[] {
                "GET /chunked HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /length HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /chunked HTTP/1.0\r\n\r\n"
            }) {
                try (RawClient client = server.connect()) {
                    client.send(request);
                    assertThatThrownBy(client::readAll).isInstanceOf(SocketException.class);
                }
            }
        }
    }

    @Test
    void aSourceThatEndsEarlyBreaksTheConnection() throws Exception {
        try (TestServer server = new TestServer(
                        HttpSettings.DEFAULT,
                        exchange -> new HttpResponse(200).body(new HttpBody.Chunked(10, () -> null)));
                RawClient client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThatThrownBy(client::readAll).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aSourceThatDeliversTooMuchBreaksTheConnectionAndNotTheNextResponse() throws Exception {
        byte[] block = "0123456789".getBytes(StandardCharsets.US_ASCII);
        try (TestServer server = new TestServer(
                        HttpSettings.DEFAULT,
                        exchange ->
                                new HttpResponse(200).body(new HttpBody.Chunked(25, () -> ByteBuffer.wrap(block))));
                RawClient client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThatThrownBy(client::readAll).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void anErrorInASourceOrAHandlerLeavesNoConnectionWaiting() throws Exception {
        AtomicBoolean closed = new AtomicBoolean();
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
                    if (exchange.request().target().equals("/handler")) {
                        throw new NoClassDefFoundError("gone");
                    }
                    return new HttpResponse(200).closing(() -> closed.set(true)).body(new HttpBody.Chunked(-1, () -> {
                        throw new NoClassDefFoundError("gone");
                    }));
                });
                RawClient client = server.connect()) {
            assertThat(server.talk("GET /handler HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 500 ");
            client.send("GET /source HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThatThrownBy(client::readAll).isInstanceOf(SocketException.class);
            await().untilTrue(closed);
            assertThat(server.finished).hasSize(2);
        }
    }

    @Test
    void aPieceOfNoBytesDoesNotEndAChunkedBody() throws Exception {
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
            Iterator<String> pieces = List.of("ab", "", "cd").iterator();
            return new HttpResponse(200)
                    .body(new HttpBody.Chunked(
                            -1,
                            () -> pieces.hasNext()
                                    ? ByteBuffer.wrap(pieces.next().getBytes(StandardCharsets.US_ASCII))
                                    : null));
        })) {
            assertThat(server.talk("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
                    .endsWith("\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n");
        }
    }

    @Test
    void sendsChunksToNewClientsAndUntilTheEndToOldOnes() throws Exception {
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
            int[] calls = {0};
            return new HttpResponse(200)
                    .body(new HttpBody.Chunked(
                            -1,
                            () -> calls[0]++ == 2
                                    ? null
                                    : ByteBuffer.wrap("0123456789abcdef".getBytes(StandardCharsets.US_ASCII))));
        })) {
            assertThat(server.talk("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
                    .contains("Transfer-Encoding: chunked\r\n")
                    .endsWith("\r\n\r\n10\r\n0123456789abcdef\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n");
            assertThat(server.talk("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))
                    .contains("Connection: close")
                    .doesNotContain("chunked")
                    .endsWith("\r\n\r\n0123456789abcdef0123456789abcdef");
            assertThat(server.talk("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")).endsWith("\r\n\r\n");
        }
    }

    @Test
    void sendsPiecesOfFiles() throws Exception {
        byte[] content = new byte[3 << 20];
        new Random(1).nextBytes(content);
        Path file = Files.write(folder.resolve("file"), content);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
                    String[] range = exchange.request().target().substring(1).split("-", -1);
                    return new HttpResponse(206)
                            .body(new HttpBody.Slice(new FileSlice(
                                    channel, new ByteRange(Long.parseLong(range[0]), Long.parseLong(range[1])))));
                })) {
            for (int[] range : new int[][] {{0, 3 << 20}, {1, 100}, {5, 0}, {100, 32 << 10}, {7, (32 << 10) + 1}}) {
                try (RawClient client = server.connect()) {
                    client.send("GET /" + range[0] + "-" + range[1] + " HTTP/1.1\r\nHost: a\r\n\r\n");
                    assertThat(client.readHead()).contains("Content-Length: " + range[1]);
                    assertThat(client.readBytes(range[1]))
                            .isEqualTo(Arrays.copyOfRange(content, range[0], range[0] + range[1]));
                }
            }
        }
    }

    @Test
    void aFileThatShrinksBreaksTheConnection() throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[1 << 20]);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                TestServer server = new TestServer(
                        HttpSettings.DEFAULT,
                        exchange -> new HttpResponse(200)
                                .body(new HttpBody.Slice(new FileSlice(channel, new ByteRange(0, 2 << 20)))));
                RawClient client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThatThrownBy(client::readAll).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void answersAClientThatHasFinishedSending() throws IOException {
        try (TestServer server = echo()) {
            assertThat(server.talk("GET /old HTTP/1.0\r\n\r\n")).endsWith("GET /old \n");
        }
    }

    @Test
    void aBodyThatEndsEarlyNeverLooksWhole() throws Exception {
        AtomicBoolean whole = new AtomicBoolean();
        CountDownLatch done = new CountDownLatch(1);
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
            try (InputStream in = exchange.request().body().open()) {
                in.readAllBytes();
                whole.set(true);
            } catch (IOException e) {
                done.countDown();
            }
            return HttpResponse.text(200, "x");
        })) {
            try (RawClient client = server.connect()) {
                client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
            }
            done.await();
            assertThat(whole).isFalse();
        }
    }

    @Test
    void aFaultOfTheGatewayIsFiveHundredWithoutDetails() throws IOException {
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
            throw new IllegalStateException("secret");
        })) {
            assertThat(server.talk("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic c2VjcmV0\r\n\r\n"))
                    .startsWith("HTTP/1.1 500 Internal Server Error\r\n")
                    .endsWith("\r\n\r\nInternal Server Error\n")
                    .doesNotContain("secret")
                    .doesNotContain("Authorization");
        }
    }

    @Test
    void aStopLetsRequestsInFlightEndAndTakesNoNewOnes() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
            entered.countDown();
            awaitQuietly(go);
            return HttpResponse.text(200, "done");
        });
        int port = server.port();
        try (RawClient busy = server.connect();
                RawClient idle = server.connect()) {
            busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            entered.await();
            Thread stopping = new Thread(server::close);
            stopping.start();
            assertThat(idle.readAll()).isEmpty();
            await().until(() -> {
                try (RawClient late = new RawClient(port)) {
                    return late.readAll().isEmpty();
                } catch (IOException e) {
                    return true;
                }
            });
            go.countDown();
            assertThat(busy.readAll()).endsWith("done\n").contains("Connection: close");
            stopping.join();
        }
    }

    @Test
    void oneConnectionTooManyIsClosed() throws Exception {
        HttpSettings two = new HttpSettings(
                "127.0.0.1",
                0,
                1024,
                1024,
                10,
                2,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5));
        try (TestServer server = new TestServer(two, HttpListenerTest::echo);
                RawClient one = server.connect();
                RawClient other = server.connect()) {
            one.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
            other.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
            try (RawClient third = server.connect()) {
                assertThat(third.readAll()).isEmpty();
            }
        }
    }

    @Test
    void garbageNeverStopsTheServer() throws IOException {
        Random random = new Random(7);
        String seed = "PUT /a%20b?x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nRange: bytes=0-1\r\n\r\n"
                + "3\r\nabc\r\n0\r\n\r\n";
        try (TestServer server = echo()) {
            for (int i = 0; i < 400; i++) {
                byte[] bytes = seed.getBytes(StandardCharsets.ISO_8859_1);
                for (int j = random.nextInt(4); j >= 0; j--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                try (RawClient client = server.connect()) {
                    client.send(Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)))
                            .finish();
                    assertThat(client.readAll()).matches("(?s)(HTTP/1\\.1 \\d{3} .*)?");
                } catch (SocketException e) {
                    // a reset is an answer to garbage too
                }
            }
            assertThat(server.talk("GET /alive HTTP/1.1\r\nHost: a\r\n\r\n")).endsWith("GET /alive \n");
            await().until(() -> server.listener.connections() == 0);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
