package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.route.Export;
import dev.packhorse.route.Options;
import dev.packhorse.store.memory.MemoryStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

/** Nobody opens an export to the world by mistake. */
class ExposureTest {

    private static final Exposure HTTP = configured("packhorse.http.host", "0.0.0.0");

    /** What these keys and values bind. */
    private static Exposure configured(String... keysAndValues) {
        return Exposure.of(TestConfig.of(keysAndValues));
    }

    private static void start(Exposure exposure, String protocols, Map<String, String> options) throws FsException {
        Exports exports = new Exports(
                null,
                Runnable::run,
                TestGateway.device(),
                new SimpleMeterRegistry(),
                new TestCallers(),
                TestGateway.guard(new JdbcDataSource()),
                exposure,
                AuditWiring.OFF);
        Export export = new Export(
                FsPath.parse("/x"),
                List.of(protocols.split(", ")),
                "r",
                new Options(new HashMap<>(options)),
                (protocol, caller) -> new MemoryStore(1 << 20),
                List::of);
        exports.added(export);
        exports.removed(export);
    }

    private static void assertRefused(Exposure exposure, String protocols, Map<String, String> options, String where) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> start(exposure, protocols, options))
                .withMessageContaining("export /x")
                .withMessageContaining(where)
                .withMessageContaining("packhorse.allow-anonymous-writes = true");
    }

    private static void assertStarts(Exposure exposure, String protocols, Map<String, String> options) {
        assertThatCode(() -> start(exposure, protocols, options)).doesNotThrowAnyException();
    }

    @Test
    void whatStrangersReachAndMayChangeIsRefused() {
        for (String access : List.of("anyone:rw", "@0.0.0.0/0:write", "owner:rw; /inbox/**: anyone:delete")) {
            assertRefused(HTTP, "httpfs", Map.of("access", access), "packhorse.http.host = 0.0.0.0");
            assertRefused(HTTP, "replay, jsonfs", Map.of("access", access), "packhorse.http.host = 0.0.0.0");
        }
        assertRefused(
                configured("packhorse.replay.host", "::"),
                "replay",
                Map.of("access", "anyone:rw"),
                "packhorse.replay.host = ::");
    }

    @Test
    void whatStrangersReachUnderTlsAloneIsRefused() {
        assertRefused(
                configured("packhorse.https.port", "8443", "packhorse.https.host", "0.0.0.0"),
                "httpfs",
                Map.of("access", "anyone:rw"),
                "packhorse.https.host = 0.0.0.0");
        assertRefused(
                configured("packhorse.http.port", "-1", "packhorse.http.host", "::", "packhorse.https.port", "8443"),
                "openhands",
                Map.of("access", "anyone:rw"),
                "packhorse.http.host = ::");
    }

    @Test
    void whereNothingListensNobodyReachesAnything() {
        Map<String, String> open = Map.of("access", "anyone:rw");
        assertStarts(configured("packhorse.https.host", "0.0.0.0"), "httpfs", open);
        assertStarts(
                configured(
                        "packhorse.http.port", "-1",
                        "packhorse.http.host", "0.0.0.0",
                        "packhorse.https.port", "8443",
                        "packhorse.https.host", "127.0.0.1"),
                "httpfs",
                open);
    }

    @Test
    void whatIsSaidToBeMeantStarts() {
        assertStarts(
                configured(
                        "packhorse.http.host", "0.0.0.0",
                        "packhorse.replay.host", "0.0.0.0",
                        "packhorse.allow-anonymous-writes", "true"),
                "httpfs, replay",
                Map.of("access", "anyone:rw"));
    }

    @Test
    void whatStrangersDoNotReachOrMayNotChangeStarts() {
        assertStarts(Exposure.LOOPBACK, "httpfs, replay", Map.of("access", "anyone:rw"));
        assertStarts(HTTP, "replay", Map.of("access", "anyone:rw"));
        assertStarts(HTTP, "httpfs", Map.of());
        assertStarts(HTTP, "httpfs", Map.of("access", "anyone:r, users:rw, @127.0.0.0/8:rw"));
        assertStarts(HTTP, "httpfs", Map.of("access", "anyone:rw", "read-only", "true"));
    }
}
