package dev.packhorse.server;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.io.TempDir;

/** Settings and handlers for tests of the listener. */
abstract class HttpListenerFixture {

    static final HttpSettings IMPATIENT = new HttpSettings(
            "127.0.0.1",
            0,
            1024,
            2048,
            Long.MAX_VALUE,
            100,
            Duration.ofMillis(600),
            Duration.ofMillis(400),
            Duration.ofMillis(400),
            Duration.ofSeconds(5));

    /** As {@link #IMPATIENT}, with time for what a busy machine is slow at, such as handshakes. */
    static final HttpSettings UNHURRIED = new HttpSettings(
            "127.0.0.1",
            0,
            1024,
            2048,
            Long.MAX_VALUE,
            100,
            Duration.ofSeconds(3),
            Duration.ofSeconds(3),
            Duration.ofSeconds(3),
            Duration.ofSeconds(5));

    @TempDir
    Path folder;

    /** Answers with what it was asked, and the body it was sent. */
    static HttpResponse echo(HttpExchange exchange) {
        try (InputStream body = exchange.request().body().open()) {
            byte[] sent = body.readAllBytes();
            return HttpResponse.text(
                    200,
                    exchange.request().method() + " " + exchange.request().target() + " "
                            + new String(sent, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return HttpResponse.text(599, String.valueOf(e.getMessage()));
        }
    }

    static TestServer echo() {
        return new TestServer(HttpSettings.DEFAULT, HttpListenerFixture::echo);
    }

    static String body(String response) {
        return response.substring(response.indexOf("\r\n\r\n") + 4);
    }

    static HttpResponse endless() {
        byte[] block = new byte[64 << 10];
        return new HttpResponse(200).body(new HttpBody.Chunked(-1, () -> ByteBuffer.wrap(block)));
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
