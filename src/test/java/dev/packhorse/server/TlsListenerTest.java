package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.RecordedLog;
import dev.packhorse.front.http.HttpResponse;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the listener speaks under TLS, and what it refuses. */
@Timeout(120)
class TlsListenerTest extends TlsFixture {

    private static final int ECDHE_ECDSA_AES128_GCM = 0xc02b;

    @ParameterizedTest
    @ValueSource(strings = {VERSION_12, VERSION_13})
    void answersOverBothVersionsBesideThePlainPort(String version) throws Exception {
        try (TestServer server = serveEcho();
                RawClient secure = client().connect(server.securePort(), version)) {
            assertThat(body(secure.send(get("/secure")).readAll())).isEqualTo("GET /secure \n");
            assertThat(((SSLSocket) secure.socket()).getSession().getProtocol()).isEqualTo(version);
            assertThat(Tls.CIPHERS)
                    .contains(((SSLSocket) secure.socket()).getSession().getCipherSuite());
            assertThat(server.securePort()).isNotEqualTo(server.port());
            assertThat(body(server.talk(get("/plain")))).isEqualTo("GET /plain \n");
        }
    }

    @Test
    void canBeTheOnlyPort() throws Exception {
        HttpSettings usual = HttpSettings.DEFAULT;
        HttpSettings none = new HttpSettings(
                usual.host(),
                -1,
                usual.maxLine(),
                usual.maxHead(),
                usual.maxBody(),
                usual.maxConnections(),
                usual.idleTimeout(),
                usual.headTimeout(),
                usual.bodyTimeout(),
                usual.stopTimeout());
        try (TestServer server = new TestServer(none, settings(), HttpListenerFixture::echo)) {
            assertThat(server.port()).isEqualTo(-1);
            assertThat(body(talk(client(), server.securePort(), get("/only")))).isEqualTo("GET /only \n");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {ClientHello.TLS_1_0, ClientHello.TLS_1_1})
    void refusesOldVersions(int version) throws Exception {
        try (TestServer server = serveEcho();
                RawClient client = new RawClient(server.securePort())) {
            // TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, the AES of TLS 1.0, and one of 1.2
            client.send(ClientHello.of(version, 0xc009, ECDHE_ECDSA_AES128_GCM));
            assertThat(ClientHello.alert(client)).isEqualTo(ClientHello.PROTOCOL_VERSION);
        }
    }

    /** Without forward secrecy, without authenticated encryption, without encryption, anonymous, export, RC4, 3DES. */
    @ParameterizedTest
    @ValueSource(
            ints = {0x009c, 0x002f, 0xc009, 0xc023, 0xc024, 0x0001, 0xc006, 0xc018, 0x0003, 0xc007, 0xc008, 0x009e})
    void refusesWeakCiphers(int cipher) throws Exception {
        try (TestServer server = serveEcho();
                RawClient client = new RawClient(server.securePort())) {
            client.send(ClientHello.of(ClientHello.TLS_1_2, cipher));
            assertThat(ClientHello.alert(client)).isEqualTo(ClientHello.HANDSHAKE_FAILURE);
        }
    }

    /** Also that the hello by which weak ones are refused is one that works. */
    @Test
    void promisesTicketsByWhichSessionsAreResumedWithoutMemory() throws Exception {
        try (TestServer server = serveEcho();
                RawClient client = new RawClient(server.securePort())) {
            client.send(ClientHello.of(ClientHello.TLS_1_2, ECDHE_ECDSA_AES128_GCM));
            assertThat(ClientHello.promisesTicket(client)).isTrue();
        }
    }

    @Test
    void agreesOnHttp11AndOnNothingElse() throws Exception {
        try (TestServer server = serveEcho()) {
            assertThat(agreed(server, "h2", "http/1.1")).isEqualTo("http/1.1");
            assertThat(agreed(server, "h2")).isEmpty();
        }
    }

    private String agreed(TestServer server, String... protocols) throws Exception {
        try (SSLSocket socket = client().socket(server.securePort())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(protocols);
            socket.setSSLParameters(parameters);
            assertThat(body(new RawClient(socket).send(get("/x")).readAll())).isEqualTo("GET /x \n");
            return socket.getApplicationProtocol();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {VERSION_12, VERSION_13})
    void resumesSessions(String version) throws Exception {
        TestAuthority.Client client = client();
        try (TestServer server = serveEcho()) {
            for (int i = 0; i < 3; i++) {
                try (RawClient connection = client.connect(server.securePort(), version)) {
                    assertThat(connection.send(get("/x")).readAll()).startsWith("HTTP/1.1 200 ");
                }
            }
            assertThat(client.verified).hasValue(1);
        }
    }

    @Test
    void refusesToRenegotiate() throws Exception {
        try (TestServer server = serveEcho();
                RawClient client = client().connect(server.securePort(), VERSION_12)) {
            client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("GET /x \n");
            assertThatThrownBy(() -> {
                        ((SSLSocket) client.socket()).startHandshake();
                        client.send(get("/again")).readUntil("GET /again \n");
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void saysInPlainTextThatThePortSpeaksTls() throws Exception {
        try (TestServer server = serveEcho();
                RecordedLog log = new RecordedLog(TlsSession.class.getName(), Level.FINE);
                RawClient client = new RawClient(server.securePort())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic c2VjcmV0\r\n\r\n");
            assertThat(client.readAll())
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .contains("Connection: close\r\n")
                    .endsWith("\r\n\r\nThis port speaks TLS: ask by https\n");
            assertThat(log.records()).singleElement().satisfies(entry -> {
                assertThat(entry.getMessage()).startsWith("a client spoke without TLS");
                assertThat(entry.getThrown()).isNull();
            });
        }
    }

    @Test
    void aHandshakeThatFailsIsOneLineForWhoeverLooks() throws Exception {
        try (TestServer server = serveEcho();
                RecordedLog log = new RecordedLog("", Level.FINE);
                RawClient client = new RawClient(server.securePort())) {
            client.send(ClientHello.of(ClientHello.TLS_1_1, 0xc009));
            assertThat(client.readBytes(1)[0]).isEqualTo((byte) ClientHello.ALERT);
            await().until(() -> server.listener.connections() == 0);
            assertThat(log.records())
                    .filteredOn(entry -> entry.getLoggerName().startsWith("dev.packhorse")
                            || entry.getLevel().intValue() > Level.FINE.intValue())
                    .singleElement()
                    .satisfies(entry -> {
                        assertThat(entry.getMessage()).startsWith("a TLS handshake failed");
                        assertThat(entry.getThrown()).isNull();
                    });
        }
    }

    @Test
    void cutsOffWhoDoesNotFinishTheHandshake() throws Exception {
        HttpSettings usual = HttpSettings.DEFAULT;
        HttpSettings shortHandshake = new HttpSettings(
                usual.host(),
                0,
                usual.maxLine(),
                usual.maxHead(),
                usual.maxBody(),
                usual.maxConnections(),
                Duration.ofMinutes(1),
                Duration.ofSeconds(3),
                Duration.ofMinutes(1),
                usual.stopTimeout());
        try (TestServer server = new TestServer(shortHandshake, settings(), HttpListenerFixture::echo);
                RawClient silent = new RawClient(server.securePort());
                RawClient halting = new RawClient(server.securePort());
                RawClient idle = client().connect(server.securePort())) {
            halting.send(ClientHello.of(ClientHello.TLS_1_2, ECDHE_ECDSA_AES128_GCM));
            idle.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("GET /x \n");
            assertThat(silent.readAll()).isEmpty();
            halting.readAll();
            await().until(() -> server.listener.connections() == 1);
            assertThat(idle.send(get("/y")).readAll()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void cutsOffSlowHeadsIdleConnectionsAndSlowBodies() throws Exception {
        try (TestServer server = new TestServer(UNHURRIED, settings(), HttpListenerFixture::echo);
                RawClient slowHead = afterHandshake(server);
                RawClient idle = afterHandshake(server);
                RawClient slowBody = afterHandshake(server)) {
            idle.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("GET /x \n");
            slowHead.send("GET / HTTP/1.1\r\nHo");
            slowBody.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nab");
            assertThat(slowHead.readAll()).startsWith("HTTP/1.1 408 ");
            assertThat(slowBody.readAll()).startsWith("HTTP/1.1 408 ").contains("Connection: close");
            assertThat(idle.readAll()).isEmpty();
        }
    }

    private RawClient afterHandshake(TestServer server) throws Exception {
        SSLSocket socket = client().socket(server.securePort());
        socket.startHandshake();
        return new RawClient(socket);
    }

    @Test
    void oneConnectionTooManyIsClosed() throws Exception {
        HttpSettings few = IMPATIENT;
        try (TestServer server = new TestServer(
                new HttpSettings(
                        few.host(),
                        0,
                        1024,
                        1024,
                        10,
                        1,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(5)),
                settings(),
                HttpListenerFixture::echo)) {
            try (RawClient one = client().connect(server.securePort())) {
                one.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
                try (RawClient other = new RawClient(server.securePort())) {
                    assertThat(other.readAll()).isEmpty();
                }
            }
        }
    }

    @Test
    void aStopLetsRequestsInFlightEndAndTakesNoNewOnes() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        TestServer server = serve(exchange -> {
            if (exchange.request().target().equals("/busy")) {
                entered.countDown();
                awaitQuietly(go);
            }
            return HttpResponse.text(200, "done");
        });
        int port = server.securePort();
        try (RawClient busy = client().connect(port);
                RawClient idle = client().connect(port)) {
            idle.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("done\n");
            busy.send("GET /busy HTTP/1.1\r\nHost: a\r\n\r\n");
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
    void garbageNeverStopsTheServer() throws Exception {
        Random random = new Random(7);
        byte[] hello = ClientHello.of(ClientHello.TLS_1_2, ECDHE_ECDSA_AES128_GCM);
        try (TestServer server = serveEcho()) {
            for (int i = 0; i < 200; i++) {
                byte[] bytes = hello.clone();
                for (int j = random.nextInt(4); j >= 0; j--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                try (RawClient client = new RawClient(server.securePort())) {
                    client.send(bytes).finish();
                    client.readAll();
                } catch (SocketException e) {
                    // a reset is an answer to garbage too
                }
            }
            assertThat(body(talk(client(), server.securePort(), get("/alive")))).isEqualTo("GET /alive \n");
            await().until(() -> server.listener.connections() == 0);
        }
    }
}
