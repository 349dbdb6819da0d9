package dev.packhorse.change.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.change.Change;
import dev.packhorse.change.Change.Operation;
import dev.packhorse.change.Delivery;
import dev.packhorse.change.TestOutbox;
import dev.packhorse.fs.Store;
import dev.packhorse.store.memory.MemoryStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bytes of requests, against {@code src/test/resources/webhook/*.http}. Headers are sorted, the port is {@code PORT}. */
@Timeout(60)
class GoldenRequestsTest {

    private final Store store = new MemoryStore(1 << 20);

    @Test
    void aPlainPostWithASlash() throws Exception {
        TestOutbox.write(store, "/a b+ü.json", "{\"a\": 1}");
        check("plain-post", false, WebhookOptions.PathJoining.SLASH, Operation.WRITE, "/a b+ü.json");
    }

    @Test
    void aPlainDeleteJoinedBare() throws Exception {
        check("plain-delete-bare", false, WebhookOptions.PathJoining.BARE, Operation.REMOVE, "/sessions");
    }

    @Test
    void anEmptyFile() throws Exception {
        TestOutbox.write(store, "/empty", "");
        check("plain-empty", false, WebhookOptions.PathJoining.SLASH, Operation.WRITE, "/empty");
    }

    @Test
    void aBatch() throws Exception {
        TestOutbox.write(store, "/a", "line\n\"é\"");
        check("batch", true, WebhookOptions.PathJoining.SLASH, Operation.WRITE, "/a");
    }

    private void check(String name, boolean batch, WebhookOptions.PathJoining joining, Operation operation, String path)
            throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> request = CompletableFuture.supplyAsync(() -> answerOne(server));
            WebhookOptions options = new WebhookOptions(
                    URI.create("http://127.0.0.1:" + server.getLocalPort() + "/api/files"),
                    batch,
                    joining,
                    WebhookOptions.Retry.DURABLE,
                    new WebhookOptions.Timeouts(
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(10),
                            Duration.ofMillis(1),
                            Duration.ofMillis(1),
                            Duration.ofSeconds(1)),
                    1,
                    1 << 20,
                    1,
                    Map.of("X-Session-API-Key", "key"),
                    "secret");
            Webhook webhook = Webhook.open(options, new LongAdder());
            CompletableFuture<String> result = new CompletableFuture<>();
            Change change = new Change(
                    7,
                    TestOutbox.EXPORT,
                    operation,
                    TestOutbox.path(path),
                    null,
                    Instant.ofEpochMilli(1_700_000_000_123L),
                    false,
                    0);
            webhook.accept(
                    new Delivery(change, store, new AtomicLong(), 0),
                    failure -> result.complete(String.valueOf(failure)));
            String seen = request.get().replace(":" + server.getLocalPort(), ":PORT");
            assertThat(result.get()).isEqualTo("null");
            webhook.close();
            Path golden = Path.of("src/test/resources/webhook/" + name + ".http");
            if (Boolean.getBoolean("golden.update")) {
                Files.createDirectories(golden.getParent());
                Files.writeString(golden, seen);
            }
            assertThat(seen).isEqualTo(Files.readString(golden, StandardCharsets.UTF_8));
        }
    }

    private static String answerOne(ServerSocket server) {
        try (Socket socket = server.accept()) {
            InputStream in = socket.getInputStream();
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                head.write(in.read());
            }
            List<String> lines =
                    new ArrayList<>(List.of(head.toString(ISO_8859_1).trim().split("\r\n")));
            int length = lines.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length: "))
                    .mapToInt(line -> Integer.parseInt(line.substring("content-length: ".length())))
                    .findFirst()
                    .orElse(0);
            String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
            socket.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(ISO_8859_1));
            Collections.sort(lines.subList(1, lines.size()));
            lines.removeIf(line -> line.startsWith("User-Agent: "));
            return String.join("\n", lines) + "\n\n" + body;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
