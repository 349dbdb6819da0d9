package dev.packhorse.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Capability;
import dev.packhorse.gateway.TestGateway;
import dev.packhorse.gateway.TestGateway.Reply;
import dev.packhorse.policy.overlay.BareStore;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Conditions over stores whose times are coarse, or say nothing: nobody is refused for a change that did not happen, or is told that
 * nothing changed when it did. Dates in headers have seconds, times of stores microseconds, or one step of two seconds.
 */
class ClocksTest {

    /** All times are the epoch. */
    private static final Duration NO_TIMES = Duration.ofDays(100_000);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    static Stream<Arguments> stores() {
        return Stream.of(Duration.ofNanos(1000), Duration.ofSeconds(1), Duration.ofSeconds(2), NO_TIMES)
                .flatMap(precision -> Stream.of(true, false)
                        .flatMap(tags -> Stream.of(true, false)
                                .flatMap(overlay -> Stream.of("/fs/clock/a.txt", "/openhands/clock/files/a.txt")
                                        .map(target -> Arguments.of(precision, tags, overlay, target)))));
    }

    private void serve(Duration precision, boolean tags, boolean overlay) throws Exception {
        Set<Capability> capabilities = EnumSet.of(Capability.WRITE);
        if (tags) {
            capabilities.add(Capability.ETAGS);
        }
        BareStore store = new BareStore(new MemoryStore(1 << 20), capabilities, precision);
        gateway.serve("clock", "httpfs,openhands", store, Map.of("overlay", String.valueOf(overlay)));
    }

    private Reply write(String content, String... headers) throws IOException {
        return gateway.send("PUT", "/fs/clock/a.txt", content, headers);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void whatWasJustReadMayBeReplaced(Duration precision, boolean tags, boolean overlay, String target)
            throws Exception {
        serve(precision, tags, overlay);
        write("one");
        for (String next : new String[] {"two", "six", "ten"}) {
            Reply read = gateway.send("GET", target, "");
            assertThat(write(next, "If-Unmodified-Since: " + read.header("Last-Modified"))
                            .status())
                    .isEqualTo(200);
        }
        if (tags) {
            for (String next : new String[] {"two", "six", "ten"}) {
                Reply read = gateway.send("GET", target, "");
                assertThat(write(next, "If-Match: " + read.header("ETag")).status())
                        .isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void whatHasChangedIsSentAgain(Duration precision, boolean tags, boolean overlay, String target) throws Exception {
        serve(precision, tags, overlay);
        write("one");
        for (String next : new String[] {"two", "six", "ten"}) {
            Reply before = gateway.send("GET", target, "");
            write(next);
            String tag = before.header("ETag");
            assertThat(tag.isEmpty()).isEqualTo(!tags);
            for (String condition : List.of(
                    tags ? "If-None-Match: " + tag : "If-None-Match: \"x\"",
                    "If-Modified-Since: " + before.header("Last-Modified"),
                    "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT")) {
                Reply after = gateway.send("GET", target, "", condition);
                assertThat(after.status()).as(condition).isEqualTo(200);
                assertThat(after.body()).isEqualTo(next);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void whatHasATagAndIsTheSameIsNotSentAgain(Duration precision, boolean tags, boolean overlay, String target)
            throws Exception {
        serve(precision, tags, overlay);
        write("one");
        Reply read = gateway.send("GET", target, "");
        Reply again = gateway.send("GET", target, "", "If-None-Match: " + (tags ? read.header("ETag") : "\"x\""));
        assertThat(again.status()).isEqualTo(tags ? 304 : 200);
    }
}
