package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.identity.Authentication;
import dev.packhorse.server.Allowance;
import dev.packhorse.server.HttpExchange;
import dev.packhorse.server.HttpSettings;
import dev.packhorse.server.Limit;
import dev.packhorse.server.Limits;
import dev.packhorse.store.memory.MemoryStore;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is refused before a front has it: the client of jsonfs takes any status but 404 for the content of a file. */
@Timeout(60)
class JsonfsRefusalsTest {

    private static final Allowance ONE_A_SECOND = new Allowance(1, 1, 0, 0, 0);

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestGateway gateway;

    private void start(Callers callers, Limits limits) throws Exception {
        gateway = new TestGateway(folder, HttpSettings.DEFAULT, callers, AuditWiring.OFF, null, limits);
        gateway.export("strict", Map.of("protocols", "jsonfs", "access", "anyone:r"), new MemoryStore(1 << 20));
        gateway.export(
                "usual",
                Map.of("protocols", "httpfs, jsonfs", "access", "anyone:r", "jsonfs.strict-status", "false"),
                new MemoryStore(1 << 20));
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    /** Asks until the limit is reached. */
    private TestGateway.Reply limited(Limits limits, Limit limit, String target, String... headers) throws Exception {
        long before = limits.refused(limit);
        TestGateway.Reply reply;
        do {
            reply = gateway.send("GET", target, "", headers);
        } while (limits.refused(limit) == before);
        return reply;
    }

    private static void assertUsual(TestGateway.Reply reply) {
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.header("Retry-After")).isEqualTo("1");
    }

    @Test
    void anAddressThatAsksTooOftenIsToldThatNothingIsThere() throws Exception {
        // Given
        Limits limits = new Limits(new Limits.Settings(ONE_A_SECOND, Allowance.UNLIMITED, 0, 0));
        start(Callers.ANONYMOUS, limits);
        // When, then
        for (String target : new String[] {"/jsonfs/strict", "/jsonfs/strict/a%00", "/jsonfs/none/a"}) {
            assertThat(limited(limits, Limit.ADDRESS_REQUESTS, target).status())
                    .as(target)
                    .isEqualTo(404);
        }
        for (String target : new String[] {"/jsonfs/usual", "/jsonfs/usual/a%00", "/fs/usual/"}) {
            assertUsual(limited(limits, Limit.ADDRESS_REQUESTS, target));
        }
    }

    @Test
    void soIsAnIdentity() throws Exception {
        // Given
        Limits limits = new Limits(new Limits.Settings(Allowance.UNLIMITED, ONE_A_SECOND, 0, 0));
        start(new TestCallers(), limits);
        String[] reader = TestCallers.as("reader");
        // When, then
        assertThat(limited(limits, Limit.IDENTITY_REQUESTS, "/jsonfs/strict", reader)
                        .status())
                .isEqualTo(404);
        assertUsual(limited(limits, Limit.IDENTITY_REQUESTS, "/jsonfs/usual", reader));
    }

    @Test
    void soIsWhoHasFailedToLogInTooOften() throws Exception {
        // Given
        start(new TestCallers(), Limits.none());
        String barred = "Authorization: Bearer barred";
        // When, then
        assertThat(gateway.send("GET", "/jsonfs/strict", "", barred).status()).isEqualTo(404);
        assertThat(gateway.send("GET", "/jsonfs/usual", "", barred).status()).isEqualTo(429);
    }

    @Test
    void aBadPathHasTheStatusesOfTheExportThatItLeadsInto() throws Exception {
        // Given
        start(Callers.ANONYMOUS, Limits.none());
        // When, then
        for (String bad : new String[] {"a%00b", "%ff", "..", "a/%2F/c", "x/".repeat(2100)}) {
            assertThat(gateway.send("GET", "/jsonfs/strict/" + bad, "").status())
                    .as(bad)
                    .isEqualTo(404);
            assertThat(gateway.send("GET", "/jsonfs/none/" + bad, "").status())
                    .as(bad)
                    .isEqualTo(404);
            assertThat(gateway.send("GET", "/jsonfs/usual/" + bad, "").status())
                    .as(bad)
                    .isEqualTo(400);
        }
    }

    @Test
    void whatFailsUnexpectedlyIsNotThere() throws Exception {
        // Given
        start(new Broken(), Limits.none());
        // When, then
        assertThat(gateway.send("GET", "/jsonfs/strict/a", "").status()).isEqualTo(404);
        assertThat(gateway.send("GET", "/jsonfs/usual/a", "").status()).isEqualTo(500);
    }

    private static final class Broken implements Callers {

        @Override
        public Authentication of(HttpExchange exchange, @Nullable String query) {
            throw new IllegalStateException("on purpose");
        }

        @Override
        public boolean areKnown() {
            return false;
        }

        @Override
        public boolean knows(String userOrGroup) {
            return false;
        }
    }
}
