package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.identity.Authenticator;
import dev.packhorse.identity.Identities;
import dev.packhorse.identity.IdentityFiles;
import dev.packhorse.identity.LoginGuard;
import dev.packhorse.policy.overlay.TestDatabase;
import dev.packhorse.server.HttpSettings;
import dev.packhorse.server.Limits;
import dev.packhorse.store.memory.MemoryStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guesses at the credentials that a route itself names. */
class RouteCredentialsTest {

    private static final int BAR_AFTER = 20;
    private static final String RIGHT = "X-API-Key: right";

    @TempDir
    Path folder;

    private final TestDatabase database = new TestDatabase();
    private final InstantSource clock = InstantSource.system();

    @SuppressWarnings("NullAway.Init")
    private Identities identities;

    @BeforeEach
    void load() throws Exception {
        Path users = Files.writeString(folder.resolve("users"), "ann:*\n");
        identities = new Identities(new IdentityFiles(users, null, null, null), clock);
        identities.load();
    }

    @AfterEach
    void close() throws Exception {
        identities.close();
        database.close();
    }

    /** A gateway that delays the answers to wrong credentials behind so many. */
    private TestGateway gateway(boolean withUsers, int free) throws Exception {
        LoginGuard guard = new LoginGuard(
                database,
                new LoginGuard.Limits(free, Duration.ofMinutes(10), BAR_AFTER, Duration.ofMinutes(15)),
                clock);
        Callers callers = withUsers
                ? new KnownCallers(identities, new Authenticator(identities, null, guard, clock))
                : Callers.ANONYMOUS;
        TestGateway gateway = new TestGateway(
                folder.resolve("gateway"), HttpSettings.DEFAULT, callers, AuditWiring.OFF, guard, Limits.none());
        gateway.export(
                "x",
                Map.of(
                        "protocols", "openhands,openhands-webhook",
                        "openhands.api-key", "right",
                        "openhands.user", "joe",
                        "openhands.password", "right"),
                store());
        return gateway;
    }

    private static MemoryStore store() throws FsException {
        MemoryStore store = new MemoryStore(1 << 20);
        store.write(FsPath.parse("/f"), Body.of("content".getBytes(UTF_8)), WriteOptions.DEFAULT);
        return store;
    }

    private static TestGateway.Reply send(TestGateway gateway, String protocol, String... headers) throws Exception {
        return protocol.equals(HttpFronts.WEBHOOK)
                ? gateway.send("POST", "/openhands-webhook/x/f", "new", headers)
                : gateway.send("GET", "/openhands/x/files/f", "", headers);
    }

    private static String wrong(int guess) {
        return switch (guess % 4) {
            case 0 -> "X-API-Key: " + guess;
            case 1 -> "X-Session-API-Key: " + guess;
            case 2 -> "Authorization: Bearer " + guess;
            default -> "Authorization: " + TestCallers.basic("joe", String.valueOf(guess));
        };
    }

    @ParameterizedTest
    @CsvSource({"openhands, true", "openhands, false", "openhands-webhook, true", "openhands-webhook, false"})
    void whoGuessesIsBarredAlsoWithTheRightOne(String protocol, boolean withUsers) throws Exception {
        try (TestGateway gateway = gateway(withUsers, BAR_AFTER)) {
            // Given: each is counted once, or the bar would be there already.
            for (int guess = 1; guess < BAR_AFTER; guess++) {
                assertThat(send(gateway, protocol, wrong(guess)).status()).isEqualTo(401);
            }
            assertThat(send(gateway, protocol, RIGHT).status()).isEqualTo(200);

            // When
            TestGateway.Reply last = send(gateway, protocol, wrong(BAR_AFTER));

            // Then
            assertThat(last.status()).isEqualTo(401);
            assertThat(last.head()).contains("WWW-Authenticate: Basic", "WWW-Authenticate: Bearer");
            for (String shown : List.of(RIGHT, "Authorization: " + TestCallers.basic("joe", "right"), wrong(1))) {
                TestGateway.Reply barred = send(gateway, protocol, shown);
                assertThat(barred.status()).as(shown).isEqualTo(429);
                assertThat(Integer.parseInt(barred.header("Retry-After"))).isBetween(800, 900);
            }
            assertThat(send(gateway, protocol).status()).isEqualTo(401);
            assertThat(gateway.send("GET", "/" + protocol + "/x/health", "", RIGHT)
                            .status())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theAnswerToAWrongOneComesLate(boolean withUsers) throws Exception {
        try (TestGateway gateway = gateway(withUsers, 0)) {
            // When
            long asked = System.nanoTime();
            assertThat(send(gateway, HttpFronts.OPENHANDS, wrong(0)).status()).isEqualTo(401);

            // Then
            assertThat(System.nanoTime() - asked).isGreaterThanOrEqualTo(250_000_000);
        }
    }
}
