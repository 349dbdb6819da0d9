package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.front.replay.Device;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one address may take of the emulated ReplayTV. */
@Timeout(120)
class ReplayLimitsTest {

    private static final String LIST = ReplayServer.get("/httpfs-ls?name=/Photo");

    private final Device device = new Device();

    private ReplayServer server(Allowance address, int connections) throws IOException {
        return new ReplayServer(
                ReplayServer.SETTINGS,
                device,
                new Limits(new Limits.Settings(address, Allowance.UNLIMITED, connections, 0)));
    }

    private static String ask(ReplayServer server, String from, String request) throws IOException {
        try (RawClient client = new RawClient(server.listener.port(), from)) {
            return client.send(request).readAll();
        }
    }

    @Test
    void anAddressThatAsksTooOftenIsRefusedAndTheOthersAreServed() throws Exception {
        // By a clock that stands still.
        Limits limits =
                new Limits(new Limits.Settings(new Allowance(1, 2, 0, 0, 0), Allowance.UNLIMITED, 0, 0), () -> 7);
        try (ReplayServer server = new ReplayServer(ReplayServer.SETTINGS, device, limits)) {
            // Given
            assertThat(ask(server, "127.0.0.2", LIST)).startsWith("HTTP/1.1 200 ");
            assertThat(ask(server, "127.0.0.2", LIST)).startsWith("HTTP/1.1 200 ");
            // When
            String answer = ask(server, "127.0.0.2", LIST);
            // Then
            assertThat(answer).startsWith("HTTP/1.1 429 ").contains("Too Many Requests\n");
            assertThat(ask(server, "127.0.0.3", LIST)).startsWith("HTTP/1.1 200 ");
            assertThat(server.finished(3)).hasSize(3);
        }
    }

    @Test
    void noAddressHasMoreThanHalfOfTheConnections() throws Exception {
        List<RawClient> open = new ArrayList<>();
        try (ReplayServer server = server(Allowance.UNLIMITED, 100)) {
            // Given
            for (int i = 0; i < 4; i++) {
                open.add(new RawClient(server.listener.port(), "127.0.0.2"));
            }
            await().until(() -> server.listener.connections() == 4);
            // When
            String answer = ask(server, "127.0.0.2", "");
            // Then
            assertThat(answer).isEmpty();
            assertThat(ask(server, "127.0.0.3", LIST)).startsWith("HTTP/1.1 200 ");
            for (RawClient each : open) {
                each.close();
            }
            await().until(() -> server.listener.connections() == 0);
            assertThat(ask(server, "127.0.0.2", LIST)).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void refusedConnectionsDoNotUseUpThoseOfOthers() throws Exception {
        try (ReplayServer server = server(Allowance.UNLIMITED, 1);
                RawClient first = new RawClient(server.listener.port(), "127.0.0.2")) {
            await().until(() -> server.listener.connections() == 1);
            // When
            for (int i = 0; i < 50; i++) {
                assertThat(ask(server, "127.0.0.2", "")).isEmpty();
            }
            // Then
            assertThat(ask(server, "127.0.0.3", LIST)).startsWith("HTTP/1.1 200 ");
            assertThat(first.send(LIST).readAll()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void bytesArePacedInBothDirections() throws Exception {
        byte[] bytes = "x".repeat(800_000).getBytes(StandardCharsets.US_ASCII);
        Device.put(device.photo, "/big", bytes);
        Device.put(device.photo, "/new", "");
        try (ReplayServer server = server(new Allowance(0, 0, 600_000, 600_000, 0), 0)) {
            // Given
            long begin = System.nanoTime();
            // When
            String answer = ask(server, "127.0.0.2", ReplayServer.get("/httpfs-readfile?name=/Photo/big"));
            Duration down = Duration.ofNanos(System.nanoTime() - begin);
            begin = System.nanoTime();
            String written =
                    ask(server, "127.0.0.2", ReplayServer.post("name=/Photo/new", 800_000, "x".repeat(800_000)));
            Duration up = Duration.ofNanos(System.nanoTime() - begin);
            // Then
            assertThat(answer).contains("x".repeat(30_000));
            assertThat(down).isBetween(Duration.ofMillis(700), Duration.ofSeconds(10));
            assertThat(written).endsWith("\r\n\r\n0\n");
            assertThat(up).isBetween(Duration.ofMillis(700), Duration.ofSeconds(10));
        }
    }
}
