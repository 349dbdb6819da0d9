package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies under TLS, in both directions, and how they end. */
@Timeout(120)
class TlsTransferTest extends TlsFixture {

    private static final int BIG = 48 << 20;

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        StringBuilder requests = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            requests.append("PUT /" + i + " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab" + i % 10);
            expected.append("PUT /" + i + " ab" + i % 10 + "\n");
        }
        requests.append(get("/last"));
        expected.append("GET /last \n");
        try (TestServer server = serveEcho()) {
            String bodies = talk(client(), server.securePort(), requests.toString())
                    .replaceAll("(?s)HTTP/1.1 200.*?\r\n\r\n", "");
            assertThat(bodies).isEqualTo(expected.toString());
        }
    }

    @Test
    void sendsContinueOnceTheBodyIsWanted() throws Exception {
        try (TestServer server = serveEcho();
                RawClient client = client().connect(server.securePort())) {
            client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 100 Continue");
            client.send("ab");
            assertThat(client.readUntil("PUT /x ab\n")).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void sendsPiecesOfFiles() throws Exception {
        byte[] content = new byte[3 << 20];
        new Random(1).nextBytes(content);
        Path file = Files.write(folder.resolve("file"), content);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                TestServer server = serve(exchange -> {
                    String[] range = exchange.request().target().substring(1).split("-", -1);
                    return new HttpResponse(206)
                            .body(new HttpBody.Slice(new FileSlice(
                                    channel, new ByteRange(Long.parseLong(range[0]), Long.parseLong(range[1])))));
                });
                RawClient client = client().connect(server.securePort())) {
            for (int[] range : new int[][] {
                {0, 3 << 20},
                {1, 100},
                {5, 0},
                {100, 32 << 10},
                {7, (32 << 10) + 1},
                {3, 256 << 10},
                {1 << 20, (256 << 10) + 1},
                {11, 512 << 10}
            }) {
                client.send("GET /" + range[0] + "-" + range[1] + " HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readHead()).contains("Content-Length: " + range[1]);
                assertThat(client.readBytes(range[1]))
                        .isEqualTo(Arrays.copyOfRange(content, range[0], range[0] + range[1]));
            }
            client.send("HEAD /0-3145728 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readHead()).contains("Content-Length: 3145728");
            await().untilAsserted(() -> assertThat(server.finished).hasSize(9));
            assertThat(server.finished.get(0).sent()).isEqualTo(3 << 20);
        }
    }

    @Test
    void bigBodiesArriveAsTheyWereSentInBothDirectionsAtOnce() throws Exception {
        Path file = folder.resolve("big");
        byte[] block = new byte[1 << 20];
        Random random = new Random(3);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int i = 0; i < BIG >> 20; i++) {
                random.nextBytes(block);
                digest.update(block);
                assertThat(out.write(ByteBuffer.wrap(block))).isEqualTo(block.length);
            }
        }
        String expected = HexFormat.of().formatHex(digest.digest());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                TestServer server =
                        serve(exchange -> exchange.request().method().equals("GET")
                                ? new HttpResponse(200)
                                        .body(new HttpBody.Slice(new FileSlice(channel, new ByteRange(0, BIG))))
                                : digested(exchange));
                RawClient down = client().connect(server.securePort());
                RawClient up = client().connect(server.securePort())) {
            Thread sender = new Thread(() -> {
                try (InputStream in = Files.newInputStream(file)) {
                    up.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + BIG + "\r\n\r\n");
                    in.transferTo(up.socket().getOutputStream());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            sender.start();
            down.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
            MessageDigest received = MessageDigest.getInstance("SHA-256");
            for (int i = 0; i < BIG >> 20; i++) {
                received.update(down.readBytes(1 << 20));
            }
            assertThat(HexFormat.of().formatHex(received.digest())).isEqualTo(expected);
            assertThat(up.readUntil("\n\n")).endsWith(expected + "\n\n");
            sender.join();
        }
    }

    private static HttpResponse digested(HttpExchange exchange) {
        try (InputStream body = exchange.request().body().open()) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(body, digest).transferTo(OutputStream.nullOutputStream());
            return HttpResponse.text(200, HexFormat.of().formatHex(digest.digest()) + "\n");
        } catch (IOException | NoSuchAlgorithmException e) {
            return HttpResponse.text(599, String.valueOf(e.getMessage()));
        }
    }

    @Test
    void chunksOfUnknownNumberArriveWhole() throws Exception {
        byte[] block = new byte[50_000];
        try (TestServer server = serve(exchange -> {
            AtomicInteger left = new AtomicInteger(100);
            return new HttpResponse(200)
                    .body(new HttpBody.Chunked(
                            exchange.request().target().equals("/known") ? 5_000_000 : -1,
                            () -> left.getAndDecrement() > 0 ? ByteBuffer.wrap(block) : null));
        })) {
            assertThat(body(talk(client(), server.securePort(), get("/known")))).hasSize(5_000_000);
            assertThat(talk(client(), server.securePort(), get("/unknown")))
                    .contains("Transfer-Encoding: chunked\r\n")
                    .hasSizeGreaterThan(5_000_000)
                    .endsWith("\r\n0\r\n\r\n");
            assertThat(body(talk(client(), server.securePort(), "GET /old HTTP/1.0\r\n\r\n")))
                    .hasSize(5_000_000);
        }
    }

    @Test
    void aReaderThatStandsStillHoldsLittleAndIsCutOff() throws Exception {
        AtomicBoolean closed = new AtomicBoolean();
        AtomicInteger pulled = new AtomicInteger();
        byte[] block = new byte[64 << 10];
        try (TestServer server = new TestServer(
                        UNHURRIED,
                        settings(),
                        exchange -> new HttpResponse(200)
                                .closing(() -> closed.set(true))
                                .body(new HttpBody.Chunked(-1, () -> {
                                    pulled.incrementAndGet();
                                    return ByteBuffer.wrap(block);
                                })));
                RawClient client = client().connect(server.securePort())) {
            client.socket().setReceiveBufferSize(64 << 10);
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readHead();
            await().untilTrue(closed);
            await().until(() -> server.listener.connections() == 0);
            // What the sockets of both sides take, and two pieces.
            assertThat(pulled.get() * (64 << 10)).isLessThan(16 << 20);
        }
    }

    @Test
    void aClientThatGoesClosesTheSourceAtOnce() throws Exception {
        AtomicInteger closed = new AtomicInteger();
        try (TestServer server = serve(exchange -> endless().closing(closed::incrementAndGet))) {
            try (Breakable reset = new Breakable(server)) {
                reset.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
                reset.plain.setSoLinger(true, 0);
                reset.plain.close();
                await().untilAtomic(closed, is(1));
            }
            try (RawClient client = client().connect(server.securePort())) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
            }
            await().untilAtomic(closed, is(2));
            await().until(() -> server.listener.connections() == 0);
        }
    }

    /** With the socket below, which can be broken. */
    private final class Breakable implements AutoCloseable {
        final Socket plain;
        final RawClient client;

        Breakable(TestServer server) throws Exception {
            plain = new Socket(InetAddress.getLoopbackAddress(), server.securePort());
            client = new RawClient(client().over(plain));
        }

        @Override
        public void close() throws IOException {
            plain.close();
        }
    }

    @Test
    void aBodyThatEndsEarlyNeverLooksWhole() throws Exception {
        AtomicInteger whole = new AtomicInteger();
        AtomicInteger broken = new AtomicInteger();
        try (TestServer server = serve(exchange -> {
            try (InputStream in = exchange.request().body().open()) {
                in.readAllBytes();
                whole.incrementAndGet();
            } catch (IOException e) {
                broken.incrementAndGet();
            }
            return HttpResponse.text(200, "x");
        })) {
            String head = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc";
            // The end of TLS, then of the connection.
            try (RawClient client = client().connect(server.securePort())) {
                client.send(head);
            }
            await().untilAtomic(broken, is(1));
            // The end of TLS alone.
            try (RawClient client = client().connect(server.securePort())) {
                client.send(head).finish();
                await().untilAtomic(broken, is(2));
            }
            // The end of the connection alone, which anybody on the way could have made.
            try (Breakable cut = new Breakable(server)) {
                cut.client.send(head);
                cut.plain.shutdownOutput();
                await().untilAtomic(broken, is(3));
            }
            assertThat(whole).hasValue(0);
            await().until(() -> server.listener.connections() == 0);
        }
    }

    @Test
    void aSourceThatFailsBreaksTheConnectionWithoutTheEndOfTls() throws Exception {
        try (TestServer server = serve(exchange -> {
            int[] calls = {0};
            return new HttpResponse(200).body(new HttpBody.Chunked(-1, () -> {
                if (calls[0]++ == 3) {
                    throw new IOException("the back end is gone");
                }
                return ByteBuffer.wrap("0123456789".getBytes(StandardCharsets.US_ASCII));
            }));
        })) {
            for (String request : new String[] {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
                try (RawClient client = client().connect(server.securePort())) {
                    client.send(request);
                    assertThatThrownBy(client::readAll)
                            .isInstanceOfAny(SocketException.class, SSLException.class, EOFException.class);
                }
            }
        }
    }

    @Test
    void aFileThatShrinksBreaksTheConnection() throws Exception {
        Path file = Files.write(folder.resolve("file"), new byte[1 << 20]);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                TestServer server = serve(exchange -> new HttpResponse(200)
                        .body(new HttpBody.Slice(new FileSlice(channel, new ByteRange(0, 2 << 20)))));
                RawClient client = client().connect(server.securePort())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThatThrownBy(client::readAll)
                    .isInstanceOfAny(SocketException.class, SSLException.class, EOFException.class);
        }
    }

    /** A client goes on sending what nobody wants, and sees the answer all the same. */
    @ParameterizedTest
    @ValueSource(strings = {VERSION_12, VERSION_13})
    void aRefusedUploadSeesItsAnswer(String version) throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        try (TestServer server = serve(exchange -> HttpResponse.text(403, "not here"));
                RawClient client = client().connect(server.securePort(), version)) {
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
            Thread sender = new Thread(() -> {
                byte[] block = new byte[16 << 10];
                try {
                    for (int i = 0; i < 200; i++) {
                        client.send(block);
                    }
                } catch (IOException e) {
                    // the server has had enough
                }
                answered.countDown();
            });
            sender.start();
            assertThat(client.readAll())
                    .startsWith("HTTP/1.1 403 ")
                    .contains("Connection: close")
                    .endsWith("not here\n");
            answered.await();
            sender.join();
        }
    }
}
