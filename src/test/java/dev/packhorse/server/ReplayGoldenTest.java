package dev.packhorse.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.front.replay.Device;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bytes on the wire: each file is a session with one device, exchange by exchange, and its clock stands still.
 *
 * <p>{@code ###} begins an exchange, {@code ---} divides request from answer. A line ends in CR and LF, or in LF alone where
 * {@code ␊} is shown. The date is masked.
 */
@Timeout(60)
class ReplayGoldenTest {

    @ParameterizedTest
    @ValueSource(strings = {"reading", "writing", "requests", "encrypted"})
    void theSessionGoesAsWritten(String name) throws IOException {
        String text;
        try (InputStream in = ReplayGoldenTest.class.getResourceAsStream("/replay/front-" + name + ".http")) {
            text = new String(in.readAllBytes(), UTF_8);
        }
        StringBuilder actual = new StringBuilder();
        try (ReplayServer server = new ReplayServer(ReplayServer.SETTINGS)) {
            Device.makeDirectory(server.device.photo, "/Beach");
            Device.put(server.device.photo, "/Beach/a b.jpg", "JFIF");
            Device.put(server.device.photo, "/Beach/sand & sea.jpg", "JPEG");
            for (String exchange : text.split("(?m)^### ", -1)) {
                if (!exchange.isEmpty()) {
                    int line = exchange.indexOf('\n');
                    String request = exchange.substring(line + 1).split("(?m)^---\n", 2)[0];
                    byte[] answer = server.talk(new String(wire(request).getBytes(UTF_8), ISO_8859_1));
                    actual.append("### ")
                            .append(exchange, 0, line + 1)
                            .append(request)
                            .append("---\n")
                            .append(shown(new String(answer, UTF_8)))
                            .append('\n');
                }
            }
        }

        assertThat(actual.toString().strip()).isEqualTo(text.strip());
    }

    private static String wire(String shown) {
        return shown.replace("␊\n", "␊").replace("\n", "\r\n").replace("␊", "\n");
    }

    private static String shown(String wire) {
        return wire.replace("\r\n", "\r")
                .replace("\n", "␊\n")
                .replace("\r", "\n")
                .replaceAll("Date: .*", "Date: (now)");
    }
}
