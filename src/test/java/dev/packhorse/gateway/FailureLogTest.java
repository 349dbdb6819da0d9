package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.RecordedLog;
import dev.packhorse.fs.FsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator reads when a store fails behind a route of a file. */
class FailureLogTest {

    private static final String PLAIN = """
            - route:
                from:
                  uri: export:/x
                  steps:
                    - to: store:faulty:y
            """;

    @TempDir
    Path folder;

    /** What comes of a request: Camel would tell of failures, too. */
    private static List<LogRecord> said(RecordedLog log) {
        return log.records("dev.packhorse", "org.apache.camel");
    }

    @Test
    void aStoreThatIsAwayIsOneLineARequest() throws Exception {
        try (TestGateway gateway = with(PLAIN);
                RecordedLog log = new RecordedLog("", Level.WARNING)) {
            gateway.faulty.fail("read", FsException.Kind.UNAVAILABLE);
            assertThat(gateway.send("GET", "/fs/x/a", "").status()).isEqualTo(503);
            assertThat(said(log)).singleElement().satisfies(entry -> {
                assertThat(String.format(entry.getMessage(), entry.getParameters()))
                        .isEqualTo("a store failed store=faulty:y export=/x operation=read path=/a kind=UNAVAILABLE");
                assertThat(entry.getThrown()).isNull();
            });
        }
    }

    @Test
    void anAnswerIsNone() throws Exception {
        try (TestGateway gateway = with(PLAIN);
                RecordedLog log = new RecordedLog("", Level.WARNING)) {
            assertThat(gateway.send("GET", "/fs/x/a", "").status()).isEqualTo(404);
            assertThat(said(log)).isEmpty();
        }
    }

    @Test
    void aStepThatBreaksIsToldOnceWithItsTrace() throws Exception {
        try (TestGateway gateway = with("""
                        - route:
                            from:
                              uri: export:/x
                              steps:
                                - throwException:
                                    exceptionType: java.lang.IllegalStateException
                                    message: a bug
                                - to: store:faulty:y
                        """);
                RecordedLog log = new RecordedLog("", Level.WARNING)) {
            assertThat(gateway.send("GET", "/fs/x/a", "").status()).isEqualTo(502);
            assertThat(said(log))
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.getThrown()).hasMessage("a bug"));
        }
    }

    @Test
    void whatARouteSaysAboutFailuresStillCounts() throws Exception {
        try (TestGateway gateway = with("""
                - onException:
                    exception:
                      - dev.packhorse.fs.FsException
                    handled:
                      constant: "true"
                    steps:
                      - to: store:memory:spare
                """ + PLAIN)) {
            gateway.faulty.fail("read", FsException.Kind.UNAVAILABLE);
            assertThat(gateway.send("GET", "/fs/x/a", "").status()).isEqualTo(404);
        }
    }

    private TestGateway with(String routes) throws Exception {
        TestGateway gateway = new TestGateway(folder);
        try {
            gateway.load(Files.writeString(folder.resolve("routes.yaml"), routes), Map.of());
            return gateway;
        } catch (Exception e) {
            gateway.close();
            throw e;
        }
    }
}
