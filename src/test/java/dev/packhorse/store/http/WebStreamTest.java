package dev.packhorse.store.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebStreamTest {

    private static final int SIZE = 5_000_000;

    private final byte[] file = new byte[SIZE];
    private final AtomicInteger connections = new AtomicInteger();
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile int given = SIZE;
    private volatile boolean stalls;
    private ServerSocket server;
    private WebClient client;

    @BeforeEach
    void start() throws IOException {
        new Random(7).nextBytes(file);
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve);
        thread.setDaemon(true);
        thread.start();
        client = client(Duration.ofSeconds(30));
    }

    private static WebClient client(Duration silence) {
        return new WebClient(new WebOptions(2, Duration.ofSeconds(60), Duration.ofSeconds(30), silence, false, true));
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                Thread thread = new Thread(() -> serve(socket));
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            OutputStream out = socket.getOutputStream();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + SIZE + "\r\n\r\n").getBytes(US_ASCII));
                    out.write(file, 0, given);
                    if (given < SIZE && !stalls) {
                        return;
                    }
                }
            }
        } catch (IOException e) {
            gone.countDown();
        }
    }

    private WebContent content() throws IOException {
        Answer answer = client.ask(new HttpGet("http://127.0.0.1:" + server.getLocalPort() + "/file"));
        Node node = new Node(
                FsPath.parse("/file"),
                NodeType.FILE,
                new Mode(0644),
                SIZE,
                Instant.EPOCH,
                Owner.ROOT,
                null,
                null,
                null);
        return new WebContent(
                new WebContent.Source() {
                    @Override
                    public Answer get(FsPath path, Map<String, String> headers) {
                        throw new AssertionError("asked again");
                    }

                    @Override
                    public FsException failure(IOException e, FsPath path) {
                        Kind kind = WebErrors.lost(e);
                        return new FsException(kind == null ? Kind.IO : kind, "read", path, e);
                    }
                },
                node,
                answer);
    }

    private static byte[] read(InputStream in, int most, boolean direct) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(SIZE + 1);
        ByteBuffer piece = direct ? ByteBuffer.allocateDirect(256 << 10) : ByteBuffer.allocate(256 << 10);
        ReadableByteChannel channel = (ReadableByteChannel) in;
        while (all.position() < most && channel.read(piece) >= 0) {
            all.put(piece.flip());
            piece.clear();
        }
        return Arrays.copyOf(all.array(), all.position());
    }

    @Test
    void whatIsReadIntoDirectMemoryIsTheFile() throws IOException {
        try (WebContent content = content();
                InputStream in = content.body(new ByteRange(0, SIZE)).open()) {
            assertThat(read(in, SIZE + 1, true)).isEqualTo(file);
        }
    }

    @Test
    void streamAndChannelMayTakeTurns() throws IOException {
        // Given
        ByteBuffer all = ByteBuffer.allocate(SIZE);
        ByteBuffer direct = ByteBuffer.allocateDirect(100_000);
        byte[] bytes = new byte[70_000];

        // When
        try (WebContent content = content();
                InputStream in = content.body(new ByteRange(0, SIZE)).open()) {
            while (all.hasRemaining()) {
                int count = in.read(bytes, 0, Math.min(bytes.length, all.remaining()));
                all.put(bytes, 0, Math.max(0, count));
                ((ReadableByteChannel) in).read(direct.clear());
                all.put(direct.flip());
            }
            assertThat(in.read()).isEqualTo(-1);
        }

        // Then
        assertThat(all.array()).isEqualTo(file);
    }

    @Test
    void aRangeFromTheFirstBytesEndsWhereItShould() throws IOException {
        try (WebContent content = content();
                InputStream in = content.body(new ByteRange(17, 3_000_000)).open()) {
            assertThat(read(in, SIZE, true)).isEqualTo(Arrays.copyOfRange(file, 17, 3_000_017));
        }
    }

    @Test
    void onlyWhoReadsThroughTheClientLeavesItTheConnection() throws IOException {
        for (boolean direct : new boolean[] {false, false, true, false}) {
            try (WebContent content = content();
                    InputStream in = content.body(new ByteRange(0, SIZE)).open()) {
                assertThat(read(in, SIZE + 1, direct)).hasSize(SIZE);
            }
        }

        assertThat(connections).hasValue(2);
    }

    @Test
    void anAnswerThatIsCutIsNoFile() throws IOException {
        // Given
        given = 3_000_000;

        // When
        try (WebContent content = content();
                InputStream in = content.body(new ByteRange(0, SIZE)).open()) {
            // Then
            assertThatThrownBy(() -> read(in, SIZE, true))
                    .isInstanceOfSatisfying(
                            FsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
        }
    }

    @Test
    void aServerThatStallsIsGivenUp() throws IOException {
        // Given
        client.close();
        client = client(Duration.ofMillis(700));
        given = 3_000_000;
        stalls = true;

        // When
        try (WebContent content = content();
                InputStream in = content.body(new ByteRange(0, SIZE)).open()) {
            // Then
            assertThatThrownBy(() -> read(in, SIZE, true))
                    .isInstanceOfSatisfying(
                            FsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TIMEOUT));
        }
    }

    @Test
    void closingEndsAReadThatWaits() throws Exception {
        // Given
        client.close();
        client = client(Duration.ofSeconds(60));
        CountDownLatch arrived = new CountDownLatch(1);
        given = 3_000_000;
        stalls = true;

        // When
        try (WebContent content = content()) {
            InputStream in = content.body(new ByteRange(0, SIZE)).open();
            CompletableFuture<byte[]> read = CompletableFuture.supplyAsync(() -> {
                try {
                    read(in, given, true);
                    arrived.countDown();
                    return read(in, SIZE, true);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(arrived.await(30, TimeUnit.SECONDS)).isTrue();
            in.close();

            // Then
            assertThatThrownBy(() -> read.get(30, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        }
    }

    @Test
    void whoLeavesInTheMiddleDropsTheConnectionAtOnce() throws Exception {
        // When
        try (WebContent content = content();
                InputStream in = content.body(new ByteRange(0, SIZE)).open()) {
            read(in, 1_000_000, true);
        }

        // Then
        assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
    }
}
