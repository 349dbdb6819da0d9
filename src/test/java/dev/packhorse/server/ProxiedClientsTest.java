package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.RecordedLog;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.identity.AddressRange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who a request is from that comes through a proxy, and who is believed in that. The proxy is 127.0.0.2. */
@Timeout(120)
class ProxiedClientsTest extends HttpListenerFixture {

    private static final List<AddressRange> PROXY = List.of(AddressRange.parse("127.0.0.2"));
    private static final String FORWARDED = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n";

    private static TestServer server(HttpSettings settings, boolean proxyProtocol, Limits limits) {
        return new TestServer(
                settings,
                limits,
                new TrustedProxies(PROXY, proxyProtocol),
                exchange -> HttpResponse.text(200, exchange.remote() + " via " + exchange.via()));
    }

    private static TestServer server(boolean proxyProtocol) {
        return server(HttpSettings.DEFAULT, proxyProtocol, Limits.none());
    }

    private static Limits limits(Allowance address, int connections) {
        return new Limits(new Limits.Settings(address, Allowance.UNLIMITED, connections, 0));
    }

    private static String ask(TestServer server, String from, String request) throws IOException {
        try (RawClient client = new RawClient(server.port(), from)) {
            return client.send(request).finish().readAll();
        }
    }

    /** A header of the PROXY protocol, version 2 (haproxy.org, proxy-protocol.txt, section 2.2). */
    private static String version2(int command, int family, byte[] addresses) {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes(new byte[] {0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a});
        header.write(0x20 | command);
        header.write(family);
        header.write(addresses.length >> 8);
        header.write(addresses.length & 0xff);
        header.writeBytes(addresses);
        return header.toString(StandardCharsets.ISO_8859_1);
    }

    private static byte[] addresses(String source, String target) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(AddressRange.address(source).getAddress());
        bytes.writeBytes(AddressRange.address(target).getAddress());
        bytes.writeBytes(new byte[] {0x10, 0x10, 0x1f, 0x40});
        return bytes.toByteArray();
    }

    @Test
    void aTrustedProxyIsBelievedAndNobodyElse() throws Exception {
        try (TestServer server = server(false)) {
            assertThat(ask(server, "127.0.0.2", FORWARDED)).endsWith("192.0.2.7 via 127.0.0.2\n");
            assertThat(ask(server, "127.0.0.3", FORWARDED)).endsWith("127.0.0.3 via null\n");
            assertThat(ask(server, "127.0.0.2", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
                    .endsWith("127.0.0.2 via null\n");
        }
    }

    @Test
    void whatAProxyDoesNotReadItDoesNotVouchFor() throws Exception {
        try (TestServer server = server(false)) {
            assertThat(ask(server, "127.0.0.2", "GET / HTTP/1.1\r\nHost: a\r\nForwarded: for=127.0.0.1\r\n\r\n"))
                    .endsWith("127.0.0.2 via null\n");
            assertThat(ask(server, "127.0.0.2", "GET / HTTP/1.1\r\nHost: a\r\nX-Real-IP: 127.0.0.1\r\n\r\n"))
                    .endsWith("127.0.0.2 via null\n");
        }
    }

    @Test
    void requestsOfOneConnectionMayBeForDifferentClients() throws Exception {
        try (TestServer server = server(false);
                RawClient proxy = new RawClient(server.port(), "127.0.0.2")) {
            for (String client : List.of("192.0.2.7", "2001:db8:0:0:0:0:0:1", "192.0.2.8")) {
                // When
                proxy.send("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " + client + "\r\n\r\n");
                // Then
                assertThat(proxy.readUntil("127.0.0.2\n")).contains("\r\n\r\n" + client + " via ");
            }
        }
    }

    @Test
    void clientsOfAProxyHaveTheirSharesAndTheProxyHasNone() throws Exception {
        // By a clock that stands still.
        Limits limits =
                new Limits(new Limits.Settings(new Allowance(1, 1, 0, 0, 0), Allowance.UNLIMITED, 1, 0), () -> 7);
        try (TestServer server = server(HttpSettings.DEFAULT, false, limits);
                RawClient one = new RawClient(server.port(), "127.0.0.2");
                RawClient other = new RawClient(server.port(), "127.0.0.2")) {
            long fastest = Long.MAX_VALUE;
            for (int i = 10; i < 20; i += 2) {
                // Given
                String first = FORWARDED.replace("2.7", "2." + i);
                String second = FORWARDED.replace("2.7", "2." + (i + 1));
                assertThat(one.send(first).readUntil("127.0.0.2\n")).startsWith("HTTP/1.1 200 ");
                // When
                long begin = System.nanoTime();
                String refused = one.send(first).readUntil("Too Many Requests\n");
                String served = one.send(second).readUntil("127.0.0.2\n");
                fastest = Math.min(fastest, System.nanoTime() - begin);
                // Then
                assertThat(refused).startsWith("HTTP/1.1 429 ");
                assertThat(served).startsWith("HTTP/1.1 200 ");
            }
            // To wait takes a second each time; to be busy with something else does not.
            assertThat(fastest).as("others wait on the same connection").isLessThan(800_000_000L);
            for (int i = 0; i < 3; i++) {
                assertThat(other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("null\n"))
                        .startsWith("HTTP/1.1 200 ");
            }
        }
        assertThat(limits.active()).isZero();
    }

    @Test
    void manyRefusedRequestsBehindEachOtherAreAnsweredOneByOne() throws Exception {
        Limits limits = limits(new Allowance(1, 1, 0, 0, 0), 0);
        try (TestServer server = server(HttpSettings.DEFAULT, false, limits)) {
            // When
            String answers = ask(server, "127.0.0.2", FORWARDED.repeat(2000));
            // Then
            assertThat(answers.split("HTTP/1.1 ", -1)).hasSize(2001);
            assertThat(limits.refused(Limit.ADDRESS_REQUESTS)).isGreaterThan(1900);
        }
    }

    @Test
    void aConnectionThatBeginsWithAHeaderOfTheProxyProtocolIsOfWhomThatSays() throws Exception {
        String get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        try (TestServer server = server(true)) {
            assertThat(ask(server, "127.0.0.2", "PROXY TCP4 192.0.2.7 127.0.0.1 4711 8080\r\n" + get))
                    .endsWith("192.0.2.7 via 127.0.0.2\n");
            assertThat(ask(server, "127.0.0.2", "PROXY TCP6 2001:db8::1 ::1 4711 8080\r\n" + get))
                    .endsWith("2001:db8:0:0:0:0:0:1 via 127.0.0.2\n");
            assertThat(ask(server, "127.0.0.2", "PROXY UNKNOWN\r\n" + get)).endsWith("127.0.0.2 via null\n");
            assertThat(ask(server, "127.0.0.2", version2(1, 0x11, addresses("192.0.2.7", "127.0.0.1")) + get))
                    .endsWith("192.0.2.7 via 127.0.0.2\n");
            assertThat(ask(server, "127.0.0.2", version2(1, 0x21, addresses("2001:db8::1", "::1")) + get))
                    .endsWith("2001:db8:0:0:0:0:0:1 via 127.0.0.2\n");
            assertThat(ask(server, "127.0.0.2", version2(0, 0x00, new byte[0]) + get))
                    .endsWith("127.0.0.2 via null\n");
            assertThat(ask(server, "127.0.0.2", version2(1, 0x31, new byte[216]) + get))
                    .endsWith("127.0.0.2 via null\n");
        }
    }

    @Test
    void whatComesAlongWithAConnectionTooManyIsNotRun() throws Exception {
        try (TestServer server = server(HttpSettings.DEFAULT, true, limits(Allowance.UNLIMITED, 1));
                RawClient first = new RawClient(server.port(), "127.0.0.2")) {
            // Given
            String header = "PROXY TCP4 192.0.2.7 127.0.0.1 4711 8080\r\n";
            first.send(header + "GET /first HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("127.0.0.2\n");
            // When
            String answer = ask(server, "127.0.0.2", header + "GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
            // Then
            assertThat(answer).isEmpty();
            first.send("GET /third HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("127.0.0.2\n");
            await().untilAsserted(() -> assertThat(server.finished)
                    .extracting(TestServer.Finished::target)
                    .containsExactly("/first", "/third"));
        }
    }

    @Test
    void aHeaderMayComeByteByByte() throws Exception {
        try (TestServer server = server(true);
                RawClient proxy = new RawClient(server.port(), "127.0.0.2")) {
            // When
            for (char each : (version2(1, 0x11, addresses("192.0.2.7", "127.0.0.1"))
                            + "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    .toCharArray()) {
                proxy.send(String.valueOf(each));
            }
            // Then
            assertThat(proxy.readUntil("127.0.0.2\n")).contains("192.0.2.7 via ");
        }
    }

    @Test
    void aTrustedProxyWithoutAHeaderIsCutOffAndThatIsSaidOnce() throws Exception {
        try (TestServer server = server(true);
                RecordedLog log = new RecordedLog(ProxyHeader.class.getName(), Level.WARNING)) {
            for (int i = 0; i < 3; i++) {
                // When
                String answer = answerOrReset(server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                // Then
                assertThat(answer).isEmpty();
            }
            assertThat(log.records()).hasSize(1);
            assertThat(server.finished).isEmpty();
        }
    }

    private static String answerOrReset(TestServer server, String request) throws IOException {
        try {
            return ask(server, "127.0.0.2", request);
        } catch (java.net.SocketException e) {
            return "";
        }
    }

    @Test
    void aTrustedProxyThatSaysNothingIsCutOff() throws Exception {
        try (TestServer server = server(IMPATIENT, true, Limits.none());
                RawClient silent = new RawClient(server.port(), "127.0.0.2");
                RawClient halting = new RawClient(server.port(), "127.0.0.2").send("PROXY TCP4 192.0.2.7 ")) {
            assertThat(silent.readAll()).isEmpty();
            assertThat(halting.readAll()).isEmpty();
        }
    }

    @Test
    void aHeaderFromSomebodyElseIsABadRequest() throws Exception {
        String get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        for (boolean expected : new boolean[] {true, false}) {
            try (TestServer server = server(expected)) {
                for (String header : List.of(
                        "PROXY TCP4 127.0.0.2 127.0.0.1 4711 8080\r\n",
                        "PROXY UNKNOWN\r\n",
                        version2(1, 0x11, addresses("127.0.0.2", "127.0.0.1")),
                        version2(0, 0x00, new byte[0]))) {
                    assertThat(ask(server, "127.0.0.3", header + get))
                            .startsWith("HTTP/1.1 400 ")
                            .contains("Connection: close")
                            .doesNotContain("200 OK");
                }
                assertThat(ask(server, "127.0.0.3", get)).endsWith("127.0.0.3 via null\n");
            }
        }
    }

    @Test
    void behindBothKindsOfProxyTheClientIsTheOneThatTheNearerHasHeard() throws Exception {
        try (TestServer server = server(true)) {
            assertThat(ask(server, "127.0.0.2", "PROXY TCP4 127.0.0.2 127.0.0.1 4711 8080\r\n" + FORWARDED))
                    .endsWith("192.0.2.7 via 127.0.0.2\n");
            assertThat(ask(server, "127.0.0.2", "PROXY TCP4 192.0.2.9 127.0.0.1 4711 8080\r\n" + FORWARDED))
                    .endsWith("192.0.2.9 via 127.0.0.2\n");
        }
    }

    @Test
    void connectionsThroughAProxyCountForTheirClients() throws Exception {
        Limits limits = limits(Allowance.UNLIMITED, 1);
        String header = "PROXY TCP4 192.0.2.7 127.0.0.1 4711 8080\r\n";
        String get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        try (TestServer server = server(HttpSettings.DEFAULT, true, limits)) {
            try (RawClient one = new RawClient(server.port(), "127.0.0.2");
                    RawClient two = new RawClient(server.port(), "127.0.0.2")) {
                // Given
                one.send(header + get).readUntil("127.0.0.2\n");
                // When
                two.send(header);
                // Then
                assertThat(two.readAll()).isEmpty();
                assertThat(ask(server, "127.0.0.2", header.replace("2.7", "2.8") + get))
                        .endsWith("192.0.2.8 via 127.0.0.2\n");
            }
            await().until(() -> limits.active() == 0);
        }
    }

    @Test
    void garbageInAHeaderNeverStopsTheServer() throws Exception {
        Random random = new Random(9);
        String get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        try (TestServer server = server(true)) {
            for (int i = 0; i < 300; i++) {
                String header = random.nextBoolean()
                        ? version2(1, 0x11, addresses("192.0.2.7", "127.0.0.1"))
                        : "PROXY TCP4 192.0.2.7 127.0.0.1 4711 8080\r\n";
                byte[] bytes = (header + get).getBytes(StandardCharsets.ISO_8859_1);
                for (int j = random.nextInt(3); j >= 0; j--) {
                    bytes[random.nextInt(header.length())] = (byte) random.nextInt(256);
                }
                // When
                String answer = answerOrReset(server, new String(bytes, StandardCharsets.ISO_8859_1));
                // Then
                assertThat(answer).matches("(?s)(HTTP/1\\.1 \\d{3} .*)?");
            }
            assertThat(ask(server, "127.0.0.2", "PROXY TCP4 192.0.2.7 127.0.0.1 4711 8080\r\n" + get))
                    .endsWith("192.0.2.7 via 127.0.0.2\n");
            await().until(() -> server.listener.connections() == 0);
        }
    }

    @Test
    void addressesAreReadWithoutANameServer() {
        // Given
        InetAddress client = new TrustedProxies(PROXY, false)
                .client(AddressRange.address("127.0.0.2"), List.of("localhost, 127.0.0.2"));
        // Then
        assertThat(client).isEqualTo(AddressRange.address("127.0.0.2"));
    }
}
