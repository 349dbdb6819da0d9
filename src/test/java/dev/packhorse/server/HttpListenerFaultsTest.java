package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.RecordedLog;
import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
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
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the listener does when somebody is slow, goes away, fails or sends garbage, and how responses end. */
@Timeout(120)
class HttpListenerFaultsTest extends HttpListenerFixture {

    /** As {@code nc -N} does. */
    @Test
    void aClientThatSendsSomeRequestsAndNoMoreGetsTheAnswersAndTheEnd() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
                    awaitQuietly(go);
                    return HttpResponse.text(200, "done");
                });
                RawClient client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2)).finish();
            // The end of what it sends is seen while the second request waits.
            Thread.sleep(200);
            go.countDown();
            // Well before the connection is idle for too long.
            assertThat(client.readAll().split("HTTP/1.1 200 ", -1)).hasSize(3);
        }
    }

    @Test
    void cutsOffSlowHeadsIdleConnectionsAndSlowBodies() throws Exception {
        try (TestServer server = new TestServer(IMPATIENT, HttpListenerFixture::echo);
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
        try (TestServer server = new TestServer(IMPATIENT, HttpListenerFixture::echo);
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

    @Test
    void anAbortingClientClosesTheSourceAtOnce() throws Exception {
        AtomicBoolean closed = new AtomicBoolean();
        try (TestServer server =
                new TestServer(HttpSettings.DEFAULT, exchange -> endless().closing(() -> closed.set(true)))) {
            RawClient client = server.connect();
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readHead();
            client.reset();
            await().atMost(Duration.ofSeconds(10)).untilTrue(closed);
        }
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
    void aChannelGivesTheWholeBodyOrBreaksTheConnection() throws Exception {
        byte[] all = new byte[700_000];
        new Random(1).nextBytes(all);
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, exchange -> {
            int length = Integer.parseInt(exchange.request().target().substring(1));
            ReadableByteChannel bytes =
                    Channels.newChannel(new ByteArrayInputStream(all, 0, Math.min(length, 650_000)));
            return new HttpResponse(200).body(new HttpBody.Chunked(length, new HttpBody.Source() {
                @Override
                public ByteBuffer next() {
                    throw new AssertionError("there is a channel");
                }

                @Override
                public ReadableByteChannel channel() {
                    return bytes;
                }
            }));
        })) {
            for (int length : new int[] {1, 262_144, 262_145, 650_000}) {
                assertThat(server.talk("GET /" + length + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                        .endsWith("\r\n\r\n" + new String(all, 0, length, StandardCharsets.ISO_8859_1));
            }
            try (RawClient client = server.connect()) {
                client.send("GET /700000 HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThatThrownBy(client::readAll).isInstanceOf(SocketException.class);
            }
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
            await().untilAsserted(() -> assertThat(server.finished).hasSize(2));
            assertThat(closed).isTrue();
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
    void aStopWaitsUntilWhatWasReadIsClosed() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean closed = new AtomicBoolean();
        try (TestServer server = new TestServer(
                        HttpSettings.DEFAULT,
                        exchange -> HttpResponse.text(200, "done").closing(() -> {
                            closing.countDown();
                            awaitQuietly(go);
                            closed.set(true);
                        }));
                RawClient client = server.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(client.readAll()).endsWith("done\n");
            closing.await();
            AtomicBoolean closedAtStop = new AtomicBoolean();
            Thread stopping = new Thread(() -> {
                server.listener.stop();
                closedAtStop.set(closed.get());
            });
            stopping.start();
            await().until(server.listener::isDraining);
            await().until(() -> server.listener.connections() == 0);
            assertThat(server.finished).as("what the stop waits for").isEmpty();
            go.countDown();
            stopping.join();
            assertThat(closedAtStop).isTrue();
            assertThat(server.finished).hasSize(1);
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
        try (TestServer server = new TestServer(two, HttpListenerFixture::echo);
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
}
