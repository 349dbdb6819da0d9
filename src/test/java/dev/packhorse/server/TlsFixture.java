package dev.packhorse.server;

import dev.packhorse.front.http.HttpResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A server under TLS, with a certificate of its own, for each provider. */
@ParameterizedClass
@EnumSource(
        value = TlsSettings.Provider.class,
        names = {"NATIVE", "JDK"})
@SuppressWarnings("NullAway.Init") // set by JUnit
abstract class TlsFixture extends HttpListenerFixture {

    static final String VERSION_13 = "TLSv1.3";
    static final String VERSION_12 = "TLSv1.2";

    /** What encrypts. */
    @Parameter
    TlsSettings.Provider provider;

    TestAuthority authority;
    Path certificate;
    Path key;

    @BeforeEach
    void makeCertificate() throws Exception {
        authority = new TestAuthority("test authority");
        certificate = folder.resolve("certificate.pem");
        key = folder.resolve("key.pem");
        authority.server().write(certificate, key);
    }

    TlsSettings settings() {
        return settings(TlsSettings.ClientCertificates.NONE, null, null);
    }

    TlsSettings settings(TlsSettings.ClientCertificates clients, @Nullable Path ca, @Nullable Path crl) {
        return new TlsSettings(
                "127.0.0.1",
                0,
                new TlsSettings.Pem(certificate, key, null),
                provider,
                clients,
                ca,
                crl,
                false,
                0,
                Duration.ofMillis(50));
    }

    TestServer serve(Function<HttpExchange, HttpResponse> handler) {
        return new TestServer(HttpSettings.DEFAULT, settings(), handler);
    }

    TestServer serveEcho() {
        return serve(HttpListenerFixture::echo);
    }

    TestAuthority.Client client() throws Exception {
        return authority.connecting(null);
    }

    /** One request on a connection of its own, and all that comes back. */
    static String talk(TestAuthority.Client client, int port, String request) throws IOException {
        try (RawClient connection = client.connect(port)) {
            return connection.send(request).readAll();
        }
    }

    static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    }

    /** Puts a file in the place of another in one step, as tools that renew certificates do. */
    static void replace(Path file, Path with) throws IOException {
        Files.move(with, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
