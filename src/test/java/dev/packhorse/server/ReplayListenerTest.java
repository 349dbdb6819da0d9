package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.packhorse.front.replay.Device;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.server.ReplayServer.Chunked;
import dev.packhorse.server.ReplayServer.Finished;
import dev.packhorse.store.local.LocalStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ReplayListenerTest {

    private static final int BIG = 3_000_001;

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private ReplayServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ReplayServer(ReplayServer.SETTINGS);
    }

    /** From now on everything that may take long takes at most a moment. */
    private void beImpatient() throws IOException {
        server.close();
        server = new ReplayServer(ReplayServer.IMPATIENT);
    }

    @AfterEach
    void everyConnectionEndsAndNothingStaysOpen() {
        server.device.faulty.mend();
        server.close();
        assertThat(server.listener.connections()).isZero();
        assertThat(server.device.photo.open()).isZero();
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private byte[] big() {
        byte[] bytes = noise(BIG);
        Device.put(server.device.photo, "/big", bytes);
        return bytes;
    }

    private void export(Path root) throws FsException {
        server.device.exports.add(
                Device.export("Disk", LocalStore.open(root, LocalStore.Options.DEFAULT), true, false, true));
    }

    private static void assertFraming(Chunked answer, byte[] expected) {
        assertThat(answer.chunks()).allSatisfy(chunk -> assertThat(chunk.length).isBetween(1, 32768));
        assertThat(answer.chunks().get(0)).startsWith('0', '\n', expected[0]);
        assertThat(answer.chunks()).hasSize((expected.length + 2 + 32767) / 32768);
        byte[] body = answer.body();
        assertThat(Arrays.copyOfRange(body, 2, body.length)).isEqualTo(expected);
    }

    @Test
    void aFileInMemoryComesInChunksOf32768WithTheStatusInTheFirst() throws IOException {
        byte[] bytes = big();

        assertFraming(Chunked.parse(server.talk(ReplayServer.get("/httpfs-readfile?name=/Photo/big"))), bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 32765, 32766, 32767, 262_134, 262_142, 262_143, 262_144, 300_000, BIG})
    void aFileOnDiskComesInTheSameChunks(int length) throws IOException {
        byte[] bytes = noise(length);
        Files.write(folder.resolve("f"), bytes);
        export(folder);

        assertFraming(Chunked.parse(server.talk(ReplayServer.get("/httpfs-readfile?name=/Disk/f"))), bytes);
        byte[] plain = server.talk("GET /httpfs-readfile?name=/Disk/f HTTP/1.0\r\n\r\n");
        byte[] tail = Arrays.copyOfRange(plain, plain.length - length - 6, plain.length);
        assertThat(new String(tail, 0, 6, StandardCharsets.ISO_8859_1)).isEqualTo("\r\n\r\n0\n");
        assertThat(Arrays.copyOfRange(tail, 6, tail.length)).isEqualTo(bytes);
    }

    @Test
    void positionsBeyondFourGibibytesAreRead() throws IOException {
        try (FileChannel file = FileChannel.open(
                folder.resolve("film.mpg"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            file.write(ByteBuffer.wrap("the end".getBytes(StandardCharsets.UTF_8)), 5L << 30);
        }
        export(folder);

        assertThat(server.ask("/httpfs-readfile?pos=5368709124&name=/Disk/film.mpg"))
                .isEqualTo("0\nend");
        assertThat(server.ask("/httpfs-fstat?name=/Disk/film.mpg")).contains("\nsize=5368709127\n");
    }

    /** ReplayPC 0.3 and libRTV take the status from the first chunk and believe in nothing if that holds no more. */
    @Test
    void whoLooksAtTheFirstChunkOnlyHasStatusAndData() throws IOException {
        big();
        try (RawClient client = server.connect()) {
            client.send(ReplayServer.get("/httpfs-readfile?name=/Photo/big"));
            client.readHead();

            assertThat(client.readUntil("\r\n")).isEqualTo("00008000\r\n");
            assertThat(client.readBytes(2)).isEqualTo(new byte[] {'0', '\n'});
        }
        await().untilAsserted(() -> assertThat(server.device.photo.open()).isZero());
    }

    /** libreplaytv has room for 32768 bytes of a chunk, and reads as slowly as its user watches. */
    @Test
    void whoReadsSlowlyInSmallPiecesGetsEverything() throws IOException {
        byte[] bytes = noise(100_000);
        Device.put(server.device.photo, "/f", bytes);
        try (RawClient client = server.connect()) {
            client.socket().setReceiveBufferSize(4096);
            client.send(ReplayServer.get("/httpfs-readfile?name=/Photo/f"));
            client.readHead();
            int total = 0;
            while (true) {
                int size = Integer.parseInt(client.readUntil("\r\n").strip(), 16);
                assertThat(size).isLessThanOrEqualTo(32768);
                assertThat(client.readBytes(size + 2)).hasSize(size + 2);
                total += size;
                if (size == 0) {
                    break;
                }
            }
            assertThat(total).isEqualTo(bytes.length + 2);
            assertThat(client.readAll()).isEmpty();
        }
    }

    @Test
    void aSmallAnswerLeavesInOneWrite() throws IOException {
        List<Integer> writes = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.allocate(ReplayOutput.CAPACITY);
        ReplayOutput output = new ReplayOutput(
                buffer.put(new byte[300]),
                bytes -> {
                    writes.add(bytes.remaining());
                    bytes.position(bytes.limit());
                },
                true);

        output.put(ByteBuffer.wrap(new byte[2]));
        output.put(ByteBuffer.wrap(new byte[200_000]));
        output.finish();

        assertThat(writes).containsExactly(300 + 200_002 + 7 * 12 + 5);
        assertThat(output.sent()).isEqualTo(200_002);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1.1"})
    void whatBreaksInTheMiddleIsCutSoThatNobodyTakesItForTheWhole(String version) throws IOException {
        big();
        server.device.faulty.breakReadsAfter(1_000_000);

        try (RawClient client = server.connect()) {
            client.send("GET /httpfs-readfile?name=/Photo/big HTTP/" + version + "\r\n\r\n");
            assertThatThrownBy(client::readAll).isInstanceOf(SocketException.class);
        }
        assertThat(server.finished(1).get(0).sent()).isLessThan(BIG);
    }

    @Test
    void aListingThatBreaksInTheMiddleIsCut() throws IOException {
        for (int i = 0; i < 30_000; i++) {
            Device.put(server.device.faulty, "/a-rather-long-name-of-a-picture-" + i, "");
        }
        server.device.faulty.breakListingsAfter(20_000);

        try (RawClient client = server.connect()) {
            client.send(ReplayServer.get("/httpfs-ls?name=/Photo"));
            assertThatThrownBy(client::readAll).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void whoTakesNothingIsCut() throws IOException {
        beImpatient();
        Path file = folder.resolve("f");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[1]), 1L << 30);
        }
        export(folder);

        try (RawClient client = server.connect()) {
            client.send(ReplayServer.get("/httpfs-readfile?name=/Disk/f"));
            server.finished(1);
            assertThatThrownBy(client::readAll).isInstanceOf(SocketException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /httpfs-ls?name=/ HTTP/1.1\r\nHost: a"})
    void aHeadThatDoesNotComeIsNotWaitedFor(String begin) throws IOException {
        beImpatient();
        try (RawClient client = server.connect()) {
            assertThat(client.send(begin).readAll()).startsWith("HTTP/1.1 408 Request Timeout\r\n");
        }
    }

    @Test
    void aHeadThatDripsIsNotWaitedFor() throws IOException {
        beImpatient();
        try (RawClient client = server.connect()) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1000; i++) {
                            client.send("x");
                            client.socket().setSoTimeout(10);
                            try {
                                int read = client.socket().getInputStream().read();
                                throw new IOException("answered with " + (char) read);
                            } catch (SocketTimeoutException e) {
                                // nothing yet
                            }
                        }
                    })
                    .hasMessage("answered with H");
        }
    }

    @Test
    void aHeadThatIsTooLongIsRefused() throws IOException {
        assertThat(new String(
                        server.talk("GET /httpfs-ls?name=/" + "a".repeat(2000) + " HTTP/1.1\r\n\r\n"),
                        StandardCharsets.ISO_8859_1))
                .startsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n");
        assertThat(server.finished(1)).containsExactly(new Finished("-", 431, null, null, "/", 0, 32));
    }

    @Test
    void whoLeavesWithoutAWordIsNoRequest() throws IOException {
        try (RawClient client = server.connect()) {
            assertThat(client.finish().readAll()).isEmpty();
        }
        assertThat(server.ask("/httpfs-ls?name=/Photo")).isEqualTo("0\n");
        assertThat(server.finished(1)).hasSize(1);
    }

    @Test
    void aBodyIsWrittenThroughFromTheSocket() throws IOException {
        byte[] bytes = noise(2_000_000);
        Device.put(server.device.photo, "/f", "");
        try (RawClient client = server.connect()) {
            client.send(ReplayServer.post("name=/Photo/f", bytes.length, "")).send(bytes);
            assertThat(client.readAll()).endsWith("\r\n\r\n0\n");
        }

        assertThat(server.finished(1))
                .containsExactly(new Finished("POST", 200, "writefile", "/Photo/f", "/devices/Photo", bytes.length, 2));
        byte[] body = Chunked.parse(server.talk(ReplayServer.get("/httpfs-readfile?name=/Photo/f")))
                .body();
        assertThat(Arrays.copyOfRange(body, 2, body.length)).isEqualTo(bytes);
    }

    @Test
    void aBodyThatIsShorterThanDeclaredChangesNothing() throws IOException {
        Device.put(server.device.photo, "/f", "old");
        try (RawClient client = server.connect()) {
            assertThat(client.send(ReplayServer.post("name=/Photo/f", 10, "012345678"))
                            .finish()
                            .readAll())
                    .endsWith("\r\n\r\n94780004\n");
        }
        assertThat(Device.text(server.device.photo, "/f")).isEqualTo("old");
    }

    @Test
    void aBodyThatStallsChangesNothing() throws IOException {
        beImpatient();
        Device.put(server.device.photo, "/f", "old");
        try (RawClient client = server.connect()) {
            assertThat(client.send(ReplayServer.post("name=/Photo/f", 10, "012345678"))
                            .readAll())
                    .endsWith("\r\n\r\n94780004\n");
        }
        assertThat(Device.text(server.device.photo, "/f")).isEqualTo("old");
        assertThat(server.finished(1).get(0).status()).isEqualTo(400);
    }

    @Test
    void aBodyThatDripsChangesNothing() throws Exception {
        beImpatient();
        Device.put(server.device.photo, "/f", "old");
        try (RawClient client = server.connect()) {
            client.send(ReplayServer.post("name=/Photo/f", 100_000, ""));
            CompletableFuture<List<Finished>> refused = CompletableFuture.supplyAsync(() -> server.finished(1));
            await().pollInterval(Duration.ofMillis(20)).until(() -> {
                client.send("x");
                return refused.isDone();
            });
        }
        assertThat(Device.text(server.device.photo, "/f")).isEqualTo("old");
    }

    @Test
    void aClientThatDisappearsInMidBodyChangesNothing() throws IOException {
        Device.put(server.device.photo, "/f", "old");
        RawClient client = server.connect();
        client.send(ReplayServer.post("name=/Photo/f", 1_000_000, "012345678")).reset();

        assertThat(server.finished(1).get(0).status()).isIn(400, 499);
        assertThat(Device.text(server.device.photo, "/f")).isEqualTo("old");
    }

    @Test
    void whoGoesOnSendingAfterARefusalStillSeesIt() throws IOException {
        try (RawClient client = server.connect()) {
            client.send(ReplayServer.post("name=/Photo/none", 300_000, "")).send(new byte[300_000]);

            assertThat(client.readAll()).endsWith("\r\n\r\n80820005\n");
        }
    }

    @Test
    void whoWaitsForAWordBeforeSendingGetsIt() throws IOException {
        Device.put(server.device.photo, "/f", "old");
        try (RawClient client = server.connect()) {
            client.send("POST /httpfs-writefile?name=/Photo/f HTTP/1.1\r\nContent-Length: 3\r\n"
                    + "Expect: 100-continue\r\n\r\n");
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 100 Continue");
            assertThat(client.send("new").readAll()).contains("\r\n00000002\r\n0\n\r\n0\r\n\r\n");
        }
        assertThat(Device.text(server.device.photo, "/f")).isEqualTo("new");
    }

    @Test
    void whatIsPipelinedIsNotAnswered() throws IOException {
        String list = ReplayServer.get("/httpfs-ls?name=/Photo");

        assertThat(Chunked.parse(server.talk(list + list)).text()).isEqualTo("0\n");
        assertThat(server.finished(1)).hasSize(1);
    }

    @Test
    void moreConnectionsThanAllowedWaitForTheirTurn() throws Exception {
        Device.put(server.device.photo, "/f", "x");
        FaultyStore.Stall stall = server.device.faulty.stall("stat");
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            answers.add(CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return server.ask("/httpfs-fstat?name=/Photo/f");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    task -> new Thread(task).start()));
        }
        for (int i = 0; i < 8; i++) {
            stall.awaitArrival();
        }
        assertThat(server.listener.connections()).isEqualTo(8);

        stall.release();

        for (CompletableFuture<String> answer : answers) {
            assertThat(answer.get(20, TimeUnit.SECONDS)).startsWith("0\ntype=f\nsize=1\n");
        }
        assertThat(server.finished(24)).hasSize(24);
    }

    @Test
    void aStopLetsTransfersEnd() throws Exception {
        byte[] bytes = big();
        FaultyStore.Stall stall = server.device.faulty.stallReadsAfter(500_000);
        CompletableFuture<byte[]> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return server.talk(ReplayServer.get("/httpfs-readfile?name=/Photo/big"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        stall.awaitArrival();
        int port = server.listener.port();
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(server.listener::stop);
        await().untilAsserted(() ->
                assertThatThrownBy(() -> new RawClient(port).close()).isInstanceOf(IOException.class));
        assertThat(stopped).isNotDone();

        stall.release();

        assertFraming(Chunked.parse(answer.get(20, TimeUnit.SECONDS)), bytes);
        stopped.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aStopDoesNotWaitForWhoAsksNothing() throws Exception {
        try (RawClient silent = server.connect()) {
            await().until(() -> server.listener.connections() == 1);
            long start = System.nanoTime();
            server.listener.stop();

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(12));
            assertThat(silent.readAll()).isEmpty();
        }
    }

    @Test
    void aStopCutsWhatDoesNotEndInTime() throws Exception {
        Device device = new Device();
        Device.put(device.photo, "/big", noise(30_000_000));
        ReplaySettings s = ReplayServer.SETTINGS;
        ReplaySettings settings = new ReplaySettings(
                s.host(),
                s.port(),
                s.maxHead(),
                s.maxConnections(),
                s.headTimeout(),
                s.bodyTimeout(),
                s.writeTimeout(),
                Duration.ofMillis(300));
        try (ReplayServer hasty = new ReplayServer(settings, device);
                RawClient client = hasty.connect()) {
            assertThat(client.send(ReplayServer.get("/httpfs-readfile?name=/Photo/big"))
                            .readHead())
                    .startsWith("HTTP/1.1 200 OK\r\n");

            hasty.listener.stop();

            assertThatThrownBy(client::readAll).isInstanceOf(SocketException.class);
            await().untilAsserted(() -> {
                assertThat(hasty.listener.connections()).isZero();
                assertThat(device.photo.open()).isZero();
            });
        }
    }

    @Test
    void aListenerMayBeStartedAgain() throws IOException {
        server.listener.stop();
        server.listener.stop();
        server.listener.start();

        assertThat(server.ask("/httpfs-ls?name=/Photo")).isEqualTo("0\n");
    }

    @Test
    void aPortThatIsTakenIsAnError() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            ReplaySettings s = ReplayServer.SETTINGS;
            ReplaySettings settings = new ReplaySettings(
                    s.host(),
                    taken.getLocalPort(),
                    s.maxHead(),
                    s.maxConnections(),
                    s.headTimeout(),
                    s.bodyTimeout(),
                    s.writeTimeout(),
                    s.stopTimeout());

            assertThatThrownBy(() -> new ReplayServer(settings)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aMistakeOfOursIsAnErrorThatSaysNothing() throws IOException {
        server.device.exports.clear();
        server.device.exports.add(null);

        assertThat(new String(server.talk(ReplayServer.get("/httpfs-ls?name=/")), StandardCharsets.ISO_8859_1))
                .startsWith("HTTP/1.1 500 Internal Server Error\r\n")
                .contains("\r\nInternal Server Error\n\r\n0\r\n\r\n");
    }

    @Test
    void bytesOfAnyKindDoNotStopTheListener() throws IOException {
        Random random = new Random(4);
        String alphabet = "GET POST /httpfs-ls?name=/Photo&\" HTTP/1.1\r\n\r\n\r\nContent-Length: 5\r\n:";
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "GET /httpfs-ls?" : "");
            for (int n = random.nextInt(120); n > 0; n--) {
                text.append(
                        random.nextInt(20) == 0
                                ? (char) random.nextInt(256)
                                : alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try (RawClient client = server.connect()) {
                assertThat(client.send(text.toString()).finish().readAll()).matches("(?s)|HTTP/1.1 (200|4..|50.) .*");
            }
        }
        assertThat(server.ask("/httpfs-ls?name=/Photo")).startsWith("0\n");
    }

    @Test
    void curlReadsAndWritesAsWithAnyServer() throws Exception {
        Path upload = folder.resolve("upload");
        Path download = folder.resolve("download");
        Files.write(upload, noise(2_500_000));
        String base = "http://127.0.0.1:" + server.listener.port();

        assertThat(curl(base + "/httpfs-create?name=/Photo/f.jpg")).isEqualTo("0\n");
        assertThat(curl("--data-binary", "@" + upload, base + "/httpfs-writefile?name=/Photo/f.jpg"))
                .isEqualTo("0\n");
        curl("-o", download.toString(), base + "/httpfs-readfile?name=/Photo/f.jpg");
        assertThat(Files.readAllBytes(download)).hasSize(2_500_002).endsWith(Files.readAllBytes(upload));
        curl("--http1.0", "-o", download.toString(), base + "/httpfs-readfile?name=/Photo/f.jpg&pos=2499999");
        assertThat(Files.readAllBytes(download)).hasSize(3);
        assertThat(curl("-A", "Replay-HTTPFS/1", base + "/httpfs-ls?name=/"))
                .isEqualTo("0\nPhoto\nVideo\nSnapshotDir\n");
        assertThat(curl(base + "/Device_Descr.xml")).contains("<modelNumber>4080</modelNumber>");
    }

    private static String curl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--fail-with-body", "--max-time", "20"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "there is no curl");
            throw e;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
