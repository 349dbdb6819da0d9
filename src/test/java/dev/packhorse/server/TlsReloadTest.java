package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.RecordedLog;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.server.TestAuthority.Issued;
import dev.packhorse.server.TlsSettings.ClientCertificates;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates that are renewed while the listener is up. */
@Timeout(120)
class TlsReloadTest extends TlsFixture {

    /** Which certificate a new connection is shown. */
    private BigInteger shown(TestServer server) throws Exception {
        try (RawClient client = client().connect(server.securePort())) {
            client.send(get("/")).readAll();
            X509Certificate first =
                    (X509Certificate) ((SSLSocket) client.socket()).getSession().getPeerCertificates()[0];
            return first.getSerialNumber();
        }
    }

    private static BigInteger serial(Issued issued) {
        return issued.certificate().getSerialNumber();
    }

    private static List<String> warnings(RecordedLog log) {
        return log.records().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogRecord::getMessage)
                .toList();
    }

    /** As long as it takes for the files to be looked at some times more. */
    private static void afterSomeLooks() {
        await().pollDelay(Duration.ofMillis(300)).until(() -> true);
    }

    @Test
    void takesFilesThatAreRenamedIntoPlaceAndKeepsOpenConnections() throws Exception {
        Issued renewed = authority.server();
        try (TestServer server = serveEcho();
                RawClient before = client().connect(server.securePort())) {
            before.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("GET /1 \n");
            BigInteger old = shown(server);
            renewed.write(folder.resolve("new-certificate"), folder.resolve("new-key"));
            replace(certificate, folder.resolve("new-certificate"));
            replace(key, folder.resolve("new-key"));

            await().until(() -> shown(server).equals(serial(renewed)));

            assertThat(serial(renewed)).isNotEqualTo(old);
            assertThat(server.listener.certificateExpiry())
                    .isEqualTo(renewed.certificate().getNotAfter().toInstant());
            before.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(before.readUntil("GET /2 \n")).startsWith("HTTP/1.1 200 ");
        }
    }

    /** As certbot lays them out: live/ has links into archive/, which are switched. */
    @Test
    void takesWhatALinkLeadsTo() throws Exception {
        Path archive = Files.createDirectory(folder.resolve("archive"));
        Path live = Files.createDirectory(folder.resolve("live"));
        Issued first = authority.server();
        Issued second = authority.server();
        first.write(archive.resolve("cert1.pem"), archive.resolve("key1.pem"));
        second.write(archive.resolve("cert2.pem"), archive.resolve("key2.pem"));
        // So that neither time nor size tells them apart.
        for (String name : List.of("cert1.pem", "cert2.pem", "key1.pem", "key2.pem")) {
            Files.setLastModifiedTime(archive.resolve(name), FileTime.from(Instant.EPOCH));
        }
        certificate = Files.createSymbolicLink(live.resolve("cert.pem"), Path.of("../archive/cert1.pem"));
        key = Files.createSymbolicLink(live.resolve("key.pem"), Path.of("../archive/key1.pem"));
        try (TestServer server = serveEcho()) {
            assertThat(shown(server)).isEqualTo(serial(first));
            replace(certificate, Files.createSymbolicLink(live.resolve("c"), Path.of("../archive/cert2.pem")));
            replace(key, Files.createSymbolicLink(live.resolve("k"), Path.of("../archive/key2.pem")));

            await().until(() -> shown(server).equals(serial(second)));
        }
    }

    @Test
    void takesAKeyStoreThatIsRenewed() throws Exception {
        Path store = authority.server().writeStore(folder.resolve("store.p12"), "hush");
        TlsSettings settings = new TlsSettings(
                "127.0.0.1",
                0,
                new TlsSettings.Pkcs12(store, TlsSettings.Password.of("hush")),
                provider,
                ClientCertificates.NONE,
                null,
                null,
                false,
                0,
                Duration.ofMillis(50));
        Issued renewed = authority.server();
        try (TestServer server = new TestServer(HttpSettings.DEFAULT, settings, HttpListenerFixture::echo)) {
            assertThat(shown(server)).isNotEqualTo(serial(renewed));
            replace(store, renewed.writeStore(folder.resolve("new"), "hush"));

            await().until(() -> shown(server).equals(serial(renewed)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"other key", "half written", "empty", "gone", "no PEM", "has ended", "not begun", "no RSA, no EC"
            })
    void whatCannotBeUsedChangesNothingAndIsOneWarning(String fault) throws Exception {
        Issued renewed = authority.server();
        try (TestServer server = serveEcho();
                RecordedLog log = new RecordedLog(Tls.class.getName(), Level.INFO)) {
            BigInteger old = shown(server);
            Path file = folder.resolve("new-certificate");
            Path itsKey = folder.resolve("new-key");
            renewed.write(file, itsKey);
            switch (fault) {
                case "other key" -> {}
                case "half written" -> {
                    String whole = Files.readString(file);
                    Files.writeString(file, whole.substring(0, whole.length() / 2));
                }
                case "empty" -> Files.writeString(file, "");
                case "gone" -> Files.delete(file);
                case "no PEM" -> Files.write(file, new byte[] {0, 1, 2, (byte) 200});
                case "has ended" ->
                    authority
                            .issue("CN=localhost", "EC", Duration.ofDays(-9), Duration.ofSeconds(-5))
                            .write(file, itsKey);
                case "not begun" ->
                    authority
                            .issue("CN=localhost", "EC", Duration.ofDays(1), Duration.ofDays(9))
                            .write(file, itsKey);
                default ->
                    authority
                            .issue("CN=localhost", "Ed25519", Duration.ofDays(-1), Duration.ofDays(9))
                            .write(file, itsKey);
            }
            if (Files.exists(file)) {
                replace(certificate, file);
            } else {
                Files.delete(certificate);
            }
            await().until(() -> !warnings(log).isEmpty());
            afterSomeLooks();

            assertThat(warnings(log))
                    .singleElement()
                    .asString()
                    .contains(folder.toString())
                    .doesNotContain("\n");
            assertThat(shown(server)).isEqualTo(old);

            renewed.write(certificate, key);
            await().until(() -> shown(server).equals(serial(renewed)));
        }
    }

    @Test
    void takesOneThatWasTooEarlyAsSoonAsItHasBegun() throws Exception {
        try (TestServer server = serveEcho();
                RecordedLog log = new RecordedLog(Tls.class.getName(), Level.INFO)) {
            Issued early = authority.issue("CN=localhost", "EC", Duration.ofSeconds(8), Duration.ofDays(30));
            early.write(certificate, key);
            await().until(() -> warnings(log).stream().anyMatch(line -> line.contains("not valid now")));

            await().atMost(Duration.ofSeconds(30)).until(() -> shown(server).equals(serial(early)));
        }
    }

    @Test
    void warnsOfOneThatEndsSoon() throws Exception {
        authority
                .issue(
                        "CN=localhost",
                        "EC",
                        Duration.ofDays(-80),
                        Duration.ofDays(10).plusHours(1))
                .write(certificate, key);
        try (RecordedLog log = new RecordedLog(Tls.class.getName(), Level.INFO);
                TestServer server = serveEcho()) {
            afterSomeLooks();

            assertThat(warnings(log))
                    .singleElement()
                    .asString()
                    .startsWith("the certificate of TLS ends soon")
                    .contains("days=10");
            assertThat(body(talk(client(), server.securePort(), get("/x")))).isEqualTo("GET /x \n");
        }
    }

    /** Nobody is helped by a gateway that does not start: clients see for themselves. */
    @Test
    void startsWithOneThatHasEndedAndSaysSo() throws Exception {
        authority
                .issue("CN=localhost", "EC", Duration.ofDays(-80), Duration.ofDays(-2))
                .write(certificate, key);
        try (RecordedLog log = new RecordedLog(Tls.class.getName(), Level.INFO);
                TestServer server = serveEcho()) {
            assertThat(warnings(log)).singleElement().asString().startsWith("the certificate of TLS has ended");
            assertThat(server.securePort()).isPositive();
        }
    }

    @Test
    void whoIsNoLongerTrustedGetsInByNoOldSession() throws Exception {
        TestAuthority people = new TestAuthority("people");
        Path ca = people.writeCertificate(folder.resolve("people.pem"));
        Path crl = Files.writeString(folder.resolve("crl.pem"), people.revoking(Duration.ofDays(9)));
        Issued ann = people.client("CN=ann");
        Issued bob = people.client("CN=bob");
        TestAuthority.Client known = authority.connecting(ann);
        try (TestServer server = new TestServer(
                HttpSettings.DEFAULT,
                settings(ClientCertificates.REQUIRED, ca, crl),
                exchange -> HttpResponse.text(200, "hello " + exchange.certificateName()))) {
            int port = server.securePort();
            assertThat(talk(known, port, get("/"))).contains("hello ann");
            replace(
                    crl,
                    Files.writeString(
                            folder.resolve("new-crl"), people.revoking(Duration.ofDays(9), ann.certificate())));

            await().ignoreExceptions().until(() -> {
                try {
                    return talk(authority.connecting(ann), port, get("/")).isEmpty();
                } catch (IOException e) {
                    return true;
                }
            });

            assertThatThrownBy(() -> talk(known, port, get("/"))).isInstanceOf(IOException.class);
            assertThat(talk(authority.connecting(bob), port, get("/"))).contains("hello bob");
        }
    }
}
