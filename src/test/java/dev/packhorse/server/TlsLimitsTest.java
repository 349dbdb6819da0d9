package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.identity.AddressRange;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits and proxies where there is TLS as well. */
@Timeout(60)
class TlsLimitsTest extends TlsFixture {

    private static final TrustedProxies PROXY = new TrustedProxies(List.of(AddressRange.parse("127.0.0.2")), true);

    private final byte[] content = new byte[1 << 20];

    private TestServer serve(long upload, long download) throws IOException {
        new Random(1).nextBytes(content);
        Path file = Files.write(folder.resolve("file"), content);
        Limits limits =
                new Limits(new Limits.Settings(new Allowance(0, 0, upload, download, 0), Allowance.UNLIMITED, 0, 0));
        return new TestServer(HttpSettings.DEFAULT, settings(), limits, TrustedProxies.NONE, exchange -> {
            try {
                if (exchange.request().method().equals("GET")) {
                    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                    return new HttpResponse(200)
                            .body(new HttpBody.Slice(new FileSlice(channel, new ByteRange(0, content.length))))
                            .closing(channel);
                }
                try (InputStream in = exchange.request().body().open()) {
                    return HttpResponse.text(200, "whole: " + Arrays.equals(in.readAllBytes(), content));
                }
            } catch (IOException e) {
                return HttpResponse.text(500, "broken");
            }
        });
    }

    @Test
    void aDownloadIsWholeAndAsFastAsItMayBe() throws Exception {
        try (TestServer server = serve(0, 1_000_000);
                RawClient client = client().connect(server.securePort())) {
            long begin = System.nanoTime();
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
            byte[] received = client.readBytes(content.length);

            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(700), Duration.ofSeconds(10));
            assertThat(received).isEqualTo(content);
        }
    }

    @Test
    void anUploadIsWholeAndAsFastAsItMayBe() throws Exception {
        try (TestServer server = serve(1_000_000, 0);
                RawClient client = client().connect(server.securePort())) {
            long begin = System.nanoTime();
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + content.length + "\r\n\r\n")
                    .send(content);

            assertThat(client.readUntil("whole: true\n")).startsWith("HTTP/1.1 200 ");
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(700), Duration.ofSeconds(10));
        }
    }

    private TestServer behindProxy() {
        return new TestServer(
                HttpSettings.DEFAULT,
                settings(),
                Limits.none(),
                PROXY,
                exchange -> HttpResponse.text(200, exchange.remote() + " via " + exchange.via()));
    }

    private static Socket connect(TestServer server, String from) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.securePort(), InetAddress.getByName(from), 0);
    }

    @Test
    void whatAProxySaysOfItsClientComesBeforeTheHandshake() throws Exception {
        try (TestServer server = behindProxy();
                Socket proxy = connect(server, "127.0.0.2")) {
            proxy.getOutputStream()
                    .write("PROXY TCP4 192.0.2.7 192.0.2.8 4711 443\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(body(new RawClient(client().over(proxy)).send(get("/")).readAll()))
                    .isEqualTo("192.0.2.7 via 127.0.0.2\n");
        }
    }

    @Test
    void aProxyThatSaysNothingIsNotHeardAndOthersNeedSayNothing() throws Exception {
        try (TestServer server = behindProxy()) {
            try (SSLSocket proxy = client().over(connect(server, "127.0.0.2"))) {
                assertThatThrownBy(proxy::startHandshake)
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(SocketTimeoutException.class);
            }
            try (RawClient other = new RawClient(client().over(connect(server, "127.0.0.3")))) {
                assertThat(body(other.send(get("/")).readAll())).isEqualTo("127.0.0.3 via null\n");
            }
        }
    }
}
