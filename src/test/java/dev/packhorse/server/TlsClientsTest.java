package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.server.TestAuthority.Issued;
import dev.packhorse.server.TlsSettings.ClientCertificates;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates that clients show. */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // set by JUnit
class TlsClientsTest extends TlsFixture {

    private static final String KEPT = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private TestAuthority people;
    private Path ca;

    @BeforeEach
    void makePeople() throws Exception {
        people = new TestAuthority("people");
        ca = people.writeCertificate(folder.resolve("people.pem"));
    }

    private TestServer serve(ClientCertificates wanted, @Nullable Path crl) {
        Path trusted = wanted == ClientCertificates.NONE ? null : ca;
        return new TestServer(
                HttpSettings.DEFAULT,
                settings(wanted, trusted, crl),
                exchange -> HttpResponse.text(200, "hello " + exchange.certificateName()));
    }

    private String greeting(TestServer server, @Nullable Issued shown, String... versions) throws Exception {
        return greeting(server, authority.connecting(shown), versions);
    }

    private static String greeting(TestServer server, TestAuthority.Client client, String... versions)
            throws IOException {
        try (RawClient connection = client.connect(server.securePort(), versions)) {
            String answer = connection.send(get("/")).readAll();
            return answer.isEmpty() ? "closed" : body(answer).strip();
        }
    }

    private void assertRefused(TestServer server, @Nullable Issued shown) {
        assertRefusedNow(server, shown);
        assertThat(server.finished).isEmpty();
    }

    /** With TLS 1.3 the client learns of a failure after it believes that the handshake is over. */
    private void assertRefusedNow(TestServer server, @Nullable Issued shown) {
        for (String version : new String[] {VERSION_12, VERSION_13}) {
            assertThatThrownBy(() -> greeting(server, shown, version)).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {VERSION_12, VERSION_13})
    void whoMustShowOneIsKnownByIt(String version) throws Exception {
        try (TestServer server = serve(ClientCertificates.REQUIRED, null)) {
            assertThat(greeting(server, people.client("CN=ann,OU=staff,O=example"), version))
                    .isEqualTo("hello ann");
        }
    }

    @Test
    void whoMustShowOneAndDoesNotIsRefused() throws Exception {
        try (TestServer server = serve(ClientCertificates.REQUIRED, null)) {
            assertRefused(server, null);
        }
    }

    @Test
    void whoMayShowOneNeedNot() throws Exception {
        try (TestServer server = serve(ClientCertificates.OPTIONAL, null)) {
            assertThat(greeting(server, (Issued) null)).isEqualTo("hello null");
            assertThat(greeting(server, people.client("CN=ann"))).isEqualTo("hello ann");
        }
    }

    @Test
    void nobodyIsKnownByACertificateThatWasNotAskedFor() throws Exception {
        try (TestServer server = serve(ClientCertificates.NONE, null)) {
            assertThat(greeting(server, people.client("CN=ann"))).isEqualTo("hello null");
        }
    }

    @Test
    void ofOthersAuthoritiesNoneIsTaken() throws Exception {
        // That of the same name, and that which has signed the server's own.
        TestAuthority others = new TestAuthority("people");
        for (ClientCertificates wanted :
                new ClientCertificates[] {ClientCertificates.OPTIONAL, ClientCertificates.REQUIRED}) {
            try (TestServer server = serve(wanted, null)) {
                assertRefused(server, others.client("CN=ann"));
            }
        }
        try (TestServer server = serve(ClientCertificates.REQUIRED, null)) {
            assertRefused(server, authority.client("CN=ann"));
            assertRefused(server, selfSigned());
        }
    }

    private static Issued selfSigned() throws Exception {
        TestAuthority self = new TestAuthority("people");
        return self.own;
    }

    @Test
    void oneThatHasEndedOrNotBegunIsRefused() throws Exception {
        try (TestServer server = serve(ClientCertificates.OPTIONAL, null)) {
            assertRefused(server, people.issue("CN=ann", "EC", Duration.ofDays(-9), Duration.ofSeconds(-5)));
            assertRefused(server, people.issue("CN=ann", "EC", Duration.ofDays(1), Duration.ofDays(9)));
        }
    }

    /** What a verifier trusts for itself it does not look into. */
    @Test
    void oneThatIsTrustedForItselfAndHasEndedIsRefused() throws Exception {
        Issued ended = people.issue("CN=ann", "EC", Duration.ofDays(-9), Duration.ofSeconds(-5));
        Issued good = people.client("CN=bob");
        Files.writeString(ca, TestAuthority.pem(ended.certificate()) + TestAuthority.pem(good.certificate()));
        try (TestServer server = serve(ClientCertificates.REQUIRED, null)) {
            assertThat(server.listener.securePort()).isPositive();
            assertThatThrownBy(() -> greeting(server, ended, VERSION_12)).isInstanceOf(IOException.class);
            assertThat(server.finished).isEmpty();
        }
    }

    /** With TLS 1.3 a request can come in one piece with the certificate. */
    @Test
    void whatComesAlongWithACertificateThatIsRefusedIsNobodys() throws Exception {
        Issued ended = people.issue("CN=ann", "EC", Duration.ofDays(-9), Duration.ofSeconds(-5));
        Issued good = people.client("CN=bob");
        Files.writeString(ca, TestAuthority.pem(ended.certificate()) + TestAuthority.pem(good.certificate()));
        try (TestServer server = serve(ClientCertificates.REQUIRED, null)) {
            Map<String, Issued> all = new TreeMap<>(Map.of("/ended", ended, "/good", good));
            for (Map.Entry<String, Issued> each : all.entrySet()) {
                Piecemeal plain = new Piecemeal(server.securePort());
                try (SSLSocket socket = authority.connecting(each.getValue()).over(plain, VERSION_13)) {
                    socket.getOutputStream().write(get(each.getKey()).getBytes(StandardCharsets.US_ASCII));
                    plain.release();
                    Throwable failure = catchThrowable(socket.getInputStream()::readAllBytes);
                    assertThat(failure == null || failure instanceof IOException)
                            .isTrue();
                }
            }
            await().untilAsserted(() -> assertThat(server.finished).hasSize(1));
            assertThat(server.finished.get(0).target()).isEqualTo("/good");
        }
    }

    /** Sends what is written first, and the rest in one piece when it is told to. */
    private static final class Piecemeal extends Socket {
        private final ByteArrayOutputStream held = new ByteArrayOutputStream();
        private boolean greeted;

        Piecemeal(int port) throws IOException {
            super(InetAddress.getLoopbackAddress(), port);
        }

        void release() throws IOException {
            held.writeTo(super.getOutputStream());
            held.reset();
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            OutputStream out = super.getOutputStream();
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    (greeted ? held : out).write(bytes, offset, length);
                    greeted = true;
                }
            };
        }
    }

    @Test
    void aRevokedOneIsRefusedAndTheOthersAreNot() throws Exception {
        Issued ann = people.client("CN=ann");
        Issued bob = people.client("CN=bob");
        Path crl = Files.writeString(folder.resolve("crl.pem"), people.revoking(Duration.ofDays(9), ann.certificate()));
        try (TestServer server = serve(ClientCertificates.REQUIRED, crl)) {
            assertRefused(server, ann);
            assertThat(greeting(server, bob)).isEqualTo("hello bob");
        }
    }

    @Test
    void whoIsRevokedWhileConnectedIsOut() throws Exception {
        Issued ann = people.client("CN=ann");
        Path crl = Files.writeString(folder.resolve("crl.pem"), people.revoking(Duration.ofDays(9)));
        try (TestServer server = serve(ClientCertificates.REQUIRED, crl);
                RawClient connection = authority.connecting(ann).connect(server.securePort())) {
            assertThat(connection.send(KEPT).readUntil("hello ann")).startsWith("HTTP/1.1 200 ");
            replace(
                    crl,
                    Files.writeString(folder.resolve("new"), people.revoking(Duration.ofDays(9), ann.certificate())));
            assertThat(connection.readAll().strip()).isEmpty();
            assertRefusedNow(server, ann);
        }
    }

    @Test
    void whoseCertificateEndsWhileConnectedIsOut() throws Exception {
        Issued ann = people.issue("CN=ann", "EC", Duration.ofDays(-9), Duration.ofSeconds(8));
        try (TestServer server = serve(ClientCertificates.REQUIRED, null);
                RawClient connection = authority.connecting(ann).connect(server.securePort())) {
            assertThat(connection.send(KEPT).readUntil("hello ann")).startsWith("HTTP/1.1 200 ");
            assertThat(connection.readAll().strip()).isEmpty();
            assertThat(Instant.now()).isAfter(ann.certificate().getNotAfter().toInstant());
        }
    }

    @Test
    void aListOfRevokedOnesThatIsOutOfDateLetsNobodyIn() throws Exception {
        Path crl = Files.writeString(folder.resolve("crl.pem"), people.revoking(Duration.ofHours(-1)));
        try (TestServer server = serve(ClientCertificates.REQUIRED, crl)) {
            assertRefused(server, people.client("CN=bob"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {VERSION_12, VERSION_13})
    void aSessionThatIsResumedIsOfTheSamePerson(String version) throws Exception {
        TestAuthority.Client ann = authority.connecting(people.client("CN=ann"));
        try (TestServer server = serve(ClientCertificates.REQUIRED, null)) {
            for (int i = 0; i < 3; i++) {
                assertThat(greeting(server, ann, version)).isEqualTo("hello ann");
            }
            assertThat(ann.verified).hasValue(1);
            assertThat(greeting(server, people.client("CN=bob"), version)).isEqualTo("hello bob");
        }
    }
}
