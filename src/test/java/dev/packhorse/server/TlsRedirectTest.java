package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plain port of a listener that serves under TLS only. */
@Timeout(60)
class TlsRedirectTest extends TlsFixture {

    private TestServer redirecting(int publicPort) {
        TlsSettings usual = settings();
        return new TestServer(
                HttpSettings.DEFAULT,
                new TlsSettings(
                        usual.host(),
                        0,
                        usual.source(),
                        provider,
                        TlsSettings.ClientCertificates.NONE,
                        null,
                        null,
                        true,
                        publicPort,
                        Duration.ofSeconds(5)),
                HttpListenerFixture::echo);
    }

    @Test
    void sendsEveryRequestToWhereItIsServed() throws Exception {
        try (TestServer server = redirecting(0)) {
            assertThat(server.talk("GET /a%20b?c HTTP/1.1\r\nHost: localhost:80\r\n\r\n"
                            + "HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .startsWith("HTTP/1.1 308 Permanent Redirect\r\n")
                    .contains("\r\nLocation: https://localhost:" + server.securePort() + "/a%20b?c\r\n")
                    .contains("\r\nLocation: https://localhost:" + server.securePort() + "/x\r\n");
            assertThat(body(talk(client(), server.securePort(), get("/a%20b?c"))))
                    .isEqualTo("GET /a%20b?c \n");
        }
    }

    @Test
    void sendsThemToThePortThatClientsKnow() throws IOException {
        try (TestServer server = redirecting(443)) {
            assertThat(server.talk(get("/x"))).contains("\r\nLocation: https://localhost/x\r\n");
        }
    }

    @Test
    void takesNoBodyThatWouldHaveToBeSentAgain() throws IOException {
        try (TestServer server = redirecting(0);
                RawClient client = server.connect()) {
            client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.readAll()).startsWith("HTTP/1.1 308 ").contains("Connection: close");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /x HTTP/1.0\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: evil@host\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a/b\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: \r\n\r\n",
                "GET http://user@host/x HTTP/1.1\r\nHost: a\r\n\r\n",
                "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
            })
    void goesNowhereForAHostThatIsNone(String request) throws IOException {
        try (TestServer server = redirecting(0)) {
            assertThat(server.talk(request)).startsWith("HTTP/1.1 400 ").doesNotContain("Location");
        }
    }
}
