package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.packhorse.RecordedLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of an issuer in a file and behind a URL. */
class IssuerKeysTest {

    @TempDir
    Path folder;

    private final StillTime time = new StillTime();
    private final AtomicInteger requests = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private volatile Answer answer = exchange -> send(exchange, 404, "");

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void serve() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            try (exchange) {
                answer.to(exchange);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void publish(String... kids) {
        String set = set(kids);
        answer = exchange -> send(exchange, 200, set);
    }

    private static String set(String... kids) {
        List<String> keys = new ArrayList<>();
        for (String kid : kids) {
            try {
                PublicJsonWebKey key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
                key.setKeyId(kid);
                keys.add(key.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY));
            } catch (JoseException e) {
                throw new IllegalStateException(e);
            }
        }
        return "{\"keys\":[" + String.join(",", keys) + "]}";
    }

    /** They wait longer for the issuer than users would, so that none of them gives up on a busy machine. */
    private IssuerKeys fetched() {
        return new FetchedKeys(url(), time, Duration.ofMinutes(1));
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
    }

    private static List<String> kids(List<JsonWebKey> keys) {
        return keys.stream().map(JsonWebKey::getKeyId).toList();
    }

    @Test
    void keysAreFetchedOnceAndAgainAfterTenMinutes() throws Exception {
        // Given
        publish("a");
        IssuerKeys keys = fetched();
        keys.keys("a");
        // When
        for (int i = 0; i < 100; i++) {
            assertThat(kids(keys.keys("a"))).containsExactly("a");
        }
        // Then
        assertThat(requests).hasValue(1);
        publish("a", "b");
        time.pass(Duration.ofMinutes(10));
        assertThat(kids(keys.keys("a"))).containsExactly("a", "b");
        assertThat(requests).hasValue(2);
    }

    @Test
    void anUnknownKeyIsAskedForOnceInHalfAMinute() throws Exception {
        // Given
        publish("a");
        IssuerKeys keys = fetched();
        keys.keys("a");
        publish("a", "b");
        assertThat(kids(keys.keys("b"))).containsExactly("a");
        // When
        time.pass(Duration.ofSeconds(30));
        // Then
        assertThat(kids(keys.keys("b"))).containsExactly("a", "b");
        assertThat(requests).hasValue(2);
        for (int i = 0; i < 100; i++) {
            keys.keys("made up " + i);
        }
        assertThat(requests).hasValue(2);
    }

    @Test
    void failuresLeaveTheOldKeysForAnHourAndAreSaidOnce() throws Exception {
        try (RecordedLog log = new RecordedLog(FetchedKeys.class.getName(), Level.INFO)) {
            // Given
            publish("a");
            IssuerKeys keys = fetched();
            keys.keys("a");
            answer = exchange -> send(exchange, 503, "");
            // When
            for (int i = 0; i < 59; i++) {
                time.pass(Duration.ofMinutes(1));
                assertThat(kids(keys.keys("a"))).containsExactly("a");
            }
            // Then
            time.pass(Duration.ofMinutes(1));
            assertThat(keys.keys("a")).isEmpty();
            assertThat(log.records()).hasSize(1);
            publish("a");
            time.pass(Duration.ofMinutes(1));
            assertThat(kids(keys.keys("a"))).containsExactly("a");
            assertThat(log.records()).hasSize(2);
        }
    }

    @Test
    void anIssuerThatIsNotThereDoesNotStopTheStart() throws Exception {
        // Given
        IssuerKeys keys = IssuerKeys.at("http://127.0.0.1:1/keys", time);
        // When
        keys.load();
        // Then
        assertThat(keys.keys("a")).isEmpty();
    }

    @Test
    void theStartDoesNotWaitForTheIssuer() throws Exception {
        // Given
        CountDownLatch over = new CountDownLatch(1);
        AtomicBoolean waited = new AtomicBoolean();
        String set = set("a");
        answer = exchange -> {
            try {
                waited.set(over.await(1, TimeUnit.MINUTES));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            send(exchange, 200, set);
        };
        IssuerKeys keys = fetched();
        // When
        keys.load();
        await().until(() -> requests.get() == 1);
        // Then
        over.countDown();
        assertThat(kids(keys.keys("a"))).containsExactly("a");
        assertThat(requests).hasValue(1);
        assertThat(waited).as("answered only after the start").isTrue();
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        // Given
        String set = set("a");
        answer = exchange -> {
            if (exchange.getRequestURI().getPath().equals("/keys")) {
                exchange.getResponseHeaders().add("Location", "/other");
                exchange.sendResponseHeaders(302, -1);
            } else {
                send(exchange, 200, set);
            }
        };
        // When
        IssuerKeys keys = fetched();
        // Then
        assertThat(keys.keys("a")).isEmpty();
        assertThat(requests).hasValue(1);
    }

    @Test
    void anAnswerWithoutEndIsGivenUp() throws Exception {
        // Given
        CountDownLatch ended = new CountDownLatch(1);
        answer = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] blanks = " ".repeat(64 * 1024).getBytes(UTF_8);
            try {
                for (int i = 0; i < 16_384; i++) {
                    exchange.getResponseBody().write(blanks);
                }
            } catch (IOException e) {
                ended.countDown();
            }
        };
        // When
        IssuerKeys keys = fetched();
        // Then
        assertThat(keys.keys("a")).isEmpty();
        assertThat(ended.await(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void aSilentIssuerHoldsUpFewSecondsOfOneRequestEach() throws Exception {
        // Given
        CountDownLatch over = new CountDownLatch(1);
        answer = exchange -> {
            try {
                over.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        IssuerKeys keys = IssuerKeys.at(url(), time);
        List<Future<List<JsonWebKey>>> waiting = new ArrayList<>();
        // When
        for (int i = 0; i < 8; i++) {
            waiting.add(threads.submit(() -> keys.keys("a")));
        }
        // Then
        for (Future<List<JsonWebKey>> each : waiting) {
            assertThat(each.get(15, TimeUnit.SECONDS)).isEmpty();
        }
        assertThat(requests).hasValue(1);
        over.countDown();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "null",
                "{\"keys\":5}",
                "{\"keys\":[]}",
                "{\"keys\":[5]}",
                "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
                "<html>"
            })
    void whatHasNoPublicKeyIsNoSet(String json) {
        assertThatIOException().isThrownBy(() -> IssuerKeys.parse(json));
    }

    @Test
    void aFileIsReadAgainWhenItChangesAndABrokenOneChangesNothing() throws Exception {
        try (RecordedLog log = new RecordedLog(FileKeys.class.getName(), Level.INFO)) {
            // Given
            Path file = folder.resolve("jwks.json");
            Files.writeString(file, set("a"));
            IssuerKeys keys = IssuerKeys.at(file.toString(), time);
            keys.load();
            assertThat(kids(keys.keys("a"))).containsExactly("a");
            // When
            Files.writeString(file, set("a", "b"));
            assertThat(kids(keys.keys("b"))).containsExactly("a");
            time.pass(Duration.ofSeconds(1));
            // Then
            assertThat(kids(keys.keys("b"))).containsExactly("a", "b");
            Files.writeString(file, set("a").substring(0, 40));
            for (int i = 0; i < 5; i++) {
                time.pass(Duration.ofSeconds(1));
                assertThat(kids(keys.keys("b"))).containsExactly("a", "b");
            }
            assertThat(log.records()).hasSize(1);
            Files.delete(file);
            time.pass(Duration.ofSeconds(1));
            assertThat(kids(keys.keys("b"))).containsExactly("a", "b");
        }
    }

    @Test
    void aFileWithoutKeysStopsTheStart() throws Exception {
        // Given
        Path file = folder.resolve("jwks.json");
        // Then
        assertThatIOException()
                .isThrownBy(() -> IssuerKeys.at(file.toString(), time).load())
                .withMessage("the keys of the issuer in " + file + ": " + file + " is not there");
        Files.writeString(file, "{\"keys\":[]}");
        assertThatIOException()
                .isThrownBy(() -> IssuerKeys.at(file.toString(), time).load())
                .withMessage("the keys of the issuer in " + file + ": there is no public key in it");
    }
}
