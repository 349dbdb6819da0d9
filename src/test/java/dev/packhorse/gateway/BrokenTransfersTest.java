package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.packhorse.FileTree;
import dev.packhorse.server.RawClient;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that break on either side: the old file stays whole, and nothing short looks whole. */
class BrokenTransfersTest {

    private static final String OLD = "the old content";

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        start(Duration.ofSeconds(30));
        Files.writeString(gateway.root.resolve("f"), OLD);
    }

    private void start(Duration patience) throws Exception {
        gateway = new TestGateway(folder, TestGateway.impatient(patience, patience));
    }

    /** For slow clients. */
    private void startImpatient() throws Exception {
        gateway.close();
        start(Duration.ofSeconds(1));
    }

    @AfterEach
    void theServerIsAliveAndNothingIsLeft() throws Exception {
        try {
            gateway.faulty.mend();
            assertThat(gateway.send("GET", "/fs/files/f", "").body()).isEqualTo(OLD);
            await().untilAsserted(
                            () -> assertThat(names(gateway.root)).allMatch(name -> !name.contains(".packhorse-")));
        } finally {
            gateway.close();
        }
    }

    private static List<String> names(Path directory) throws IOException {
        return FileTree.paths(directory).stream().map(Path::toString).toList();
    }

    private static String put(String headers) {
        return "PUT /fs/files/f HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n\r\n";
    }

    private boolean hasTemporaryFile() throws IOException {
        return names(gateway.root).stream().anyMatch(name -> name.contains(".packhorse-"));
    }

    @Test
    void aPutThatIsCutOffLeavesTheOldFile() throws Exception {
        for (String headers : List.of("Content-Length: 1000000", "Transfer-Encoding: chunked")) {
            String first = headers.startsWith("T") ? "186a0\r\n" + "x".repeat(100_000) + "\r\n" : "x".repeat(100_000);
            try (RawClient client = gateway.connect()) {
                client.send(put(headers) + first);
                await().until(this::hasTemporaryFile);
                client.reset();
            }
            await().until(() -> !hasTemporaryFile());
            try (RawClient client = gateway.connect()) {
                String answer = client.send(put(headers) + first).finish().readAll();
                assertThat(answer).doesNotStartWith("HTTP/1.1 200");
            }
            await().until(() -> !hasTemporaryFile());
        }
    }

    @Test
    void aBrokenChunkLeavesTheOldFile() throws IOException {
        for (String end :
                List.of("zz\r\n", "5\r\nabcdefg\r\n0\r\n\r\n", "-1\r\n", "ffffffffffffffffff\r\n", "5;\0\r\n")) {
            String answer = gateway.exchange(put("Transfer-Encoding: chunked") + "3\r\nabc\r\n" + end)
                    .head();
            assertThat(answer).as(end).startsWith("HTTP/1.1 400 ").containsIgnoringCase("connection: close");
        }
    }

    @Test
    void whatComesAfterTheDeclaredLengthIsNoPartOfTheBody() throws IOException {
        String answer;
        try (RawClient client = gateway.connect()) {
            answer = client.send(put("Content-Length: " + OLD.length()) + OLD + "and more\r\n\r\n")
                    .readAll();
        }
        assertThat(answer).startsWith("HTTP/1.1 200 ").contains("HTTP/1.1 400 ");
    }

    @Test
    void aClientThatStallsIsCutOffAndLeavesTheOldFile() throws Exception {
        startImpatient();
        try (RawClient client = gateway.connect()) {
            String answer = client.send(put("Content-Length: 1000") + "some").readAll();
            assertThat(answer).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void oneByteAtATimeIsCutOffInHeadAndBody() throws Exception {
        startImpatient();
        for (String start : List.of("GET /fs/files/f HTTP/1.1\r\nHost: h\r\nX: ", put("Content-Length: 100000"))) {
            try (RawClient client = gateway.connect()) {
                client.send(start);
                client.socket().setSoTimeout(100);
                long started = System.nanoTime();
                boolean open = true;
                while (open) {
                    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofMinutes(1));
                    try {
                        client.send("x");
                        open = client.readBytes(1).length > 0;
                    } catch (SocketTimeoutException e) {
                        // Nothing was said for a tenth of a second: time for the next byte.
                        assertThat(client.socket().isClosed()).isFalse();
                    } catch (SocketException e) {
                        open = false;
                    }
                }
            }
        }
    }

    @Test
    void aFullDiskLeavesTheOldFile() throws Exception {
        Path small = Files.createDirectory(gateway.root.resolve("small"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString()) == 0, "may mount");
        try {
            assertThat(gateway.send("PUT", "/fs/files/small/f", OLD).status()).isEqualTo(200);
            String large = "x".repeat(3 << 20);
            TestGateway.Reply reply = gateway.send("PUT", "/fs/files/small/f", large);
            assertThat(reply.status()).isEqualTo(507);
            assertThat(reply.body()).isEqualTo("No Space Left\n");
            assertThat(gateway.send("COPY", "/fs/files/small/f", "", "Destination: /fs/files/small/g")
                            .status())
                    .isEqualTo(200);
            assertThat(gateway.send("GET", "/fs/files/small/f", "").body()).isEqualTo(OLD);
            assertThat(names(small)).hasSize(3);
        } finally {
            assertThat(run("umount", small.toString())).isZero();
        }
    }

    private static int run(String... command) throws Exception {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void aStoreThatFailsInTheMiddleNeverLooksWhole() throws IOException {
        int size = 300_000;
        assertThat(gateway.send("PUT", "/fs/faulty/large", "x".repeat(size)).status())
                .isEqualTo(200);
        for (int good : List.of(0, 1, 1000, 200_000)) {
            gateway.faulty.breakReadsAfter(good);
            for (String range :
                    List.of("", "Range: bytes=10-299999\r\n", "Range: bytes=0-1,100-250000,280000-290000\r\n")) {
                String answer;
                try (RawClient client = gateway.connect()) {
                    answer = untilBroken(client.send("GET /fs/faulty/large HTTP/1.1\r\nHost: h\r\n" + range + "\r\n"));
                }
                assertThat(answer).as("an answer, or none at all").matches("(?s)(HTTP/1.1 .*\\r\\n\\r\\n.*)?");
                if (answer.startsWith("HTTP/1.1 5")) {
                    assertThat(answer).endsWith("\r\n\r\nStore Failed\n");
                } else if (!answer.isEmpty()) {
                    TestGateway.Reply reply = TestGateway.reply(answer);
                    boolean cutByLength = !reply.header("Content-Length").isEmpty()
                            && reply.body().length() < Long.parseLong(reply.header("Content-Length"));
                    boolean cutInChunks = reply.header("Transfer-Encoding").equals("chunked")
                            && !reply.body().endsWith("\r\n0\r\n\r\n");
                    assertThat(cutByLength || cutInChunks)
                            .as(good + " " + range + reply.head())
                            .isTrue();
                }
            }
        }
    }

    @Test
    void aListingThatFailsInTheMiddleNeverLooksWhole() throws IOException {
        for (int i = 0; i < 2000; i++) {
            gateway.send("PUT", "/fs/faulty/a-rather-long-name-of-a-directory-" + i + "/", "");
        }
        for (String target : List.of("/fs/faulty/", "/fs/faulty/:", "/fs/faulty/...")) {
            gateway.faulty.breakListingsAfter(1500);
            String answer;
            try (RawClient client = gateway.connect()) {
                answer = untilBroken(client.send("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"));
            }
            assertThat(answer).as("an answer, or none at all").matches("(?s)(HTTP/1.1 .*\\r\\n\\r\\n.*)?");
            if (answer.startsWith("HTTP/1.1 5")) {
                assertThat(answer).endsWith("\r\n\r\nStore Failed\n");
            } else if (!answer.isEmpty()) {
                TestGateway.Reply reply = TestGateway.reply(answer);
                assertThat(reply.header("Transfer-Encoding")).isEqualTo("chunked");
                assertThat(reply.body()).doesNotEndWith("\r\n0\r\n\r\n");
            }
        }
    }

    /** What comes until the server closes or resets. */
    private static String untilBroken(RawClient client) throws IOException {
        StringBuilder all = new StringBuilder();
        try {
            for (byte[] next = client.readBytes(1); next.length > 0; next = client.readBytes(1)) {
                all.append((char) (next[0] & 0xff));
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
        return all.toString();
    }
}
