package dev.packhorse.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Capability;
import dev.packhorse.gateway.TestGateway;
import dev.packhorse.gateway.TestGateway.Reply;
import dev.packhorse.policy.overlay.BareStore;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Conditions over stores whose times are coarse, or say nothing: nobody is refused for a change that did not happen, or is told that
 * nothing changed when it did. Dates in headers have seconds, times of stores microseconds, or one step of two seconds.
 */
@ExtendWith(SharedStage.class)
class ClocksTest {

    /** All times are the epoch. */
    private static final Duration NO_TIMES = Duration.ofDays(100_000);

    private static final AtomicInteger MADE = new AtomicInteger();

    private final TestGateway gateway;
    private final String export = "clock" + MADE.incrementAndGet();

    ClocksTest(Stage stage) {
        gateway = stage.gateway();
    }

    static Stream<Arguments> stores() {
        return Stream.of(Duration.ofNanos(1000), Duration.ofSeconds(1), Duration.ofSeconds(2), NO_TIMES)
                .flatMap(precision -> Stream.of(true, false)
                        .flatMap(tags -> Stream.of(true, false)
                                .flatMap(overlay -> Stream.of("/fs/%s/a.txt", "/openhands/%s/files/a.txt")
                                        .map(target -> Arguments.of(precision, tags, overlay, target)))));
    }

    private void serve(Duration precision, boolean tags, boolean overlay) throws Exception {
        Set<Capability> capabilities = EnumSet.of(Capability.WRITE);
        if (tags) {
            capabilities.add(Capability.ETAGS);
        }
        BareStore store = new BareStore(new MemoryStore(1 << 20), capabilities, precision);
        gateway.serve(export, "httpfs,openhands", store, Map.of("overlay", String.valueOf(overlay)));
    }

    private Reply write(String content, String... headers) throws IOException {
        return gateway.send("PUT", "/fs/" + export + "/a.txt", content, headers);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void whatWasJustReadMayBeReplaced(Duration precision, boolean tags, boolean overlay, String target)
            throws Exception {
        serve(precision, tags, overlay);
        write("one");
        for (String next : new String[] {"two", "six", "ten"}) {
            Reply read = gateway.send("GET", target.formatted(export), "");
            assertThat(write(next, "If-Unmodified-Since: " + read.header("Last-Modified"))
                            .status())
                    .isEqualTo(200);
        }
        if (tags) {
            for (String next : new String[] {"two", "six", "ten"}) {
                Reply read = gateway.send("GET", target.formatted(export), "");
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
            Reply before = gateway.send("GET", target.formatted(export), "");
            write(next);
            String tag = before.header("ETag");
            assertThat(tag.isEmpty()).isEqualTo(!tags);
            for (String condition : List.of(
                    tags ? "If-None-Match: " + tag : "If-None-Match: \"x\"",
                    "If-Modified-Since: " + before.header("Last-Modified"),
                    "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT")) {
                Reply after = gateway.send("GET", target.formatted(export), "", condition);
                assertThat(after.status()).as(condition).isEqualTo(200);
                assertThat(after.body()).isEqualTo(next);
            }
            Reply rest = gateway.send(
                    "GET",
                    target.formatted(export),
                    "",
                    "Range: bytes=1-",
                    "If-Range: " + before.header("Last-Modified"));
            assertThat(rest.status()).isEqualTo(200);
            assertThat(rest.body()).isEqualTo(next);
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void whatHasATagAndIsTheSameIsNotSentAgain(Duration precision, boolean tags, boolean overlay, String target)
            throws Exception {
        serve(precision, tags, overlay);
        write("one");
        Reply read = gateway.send("GET", target.formatted(export), "");
        Reply again = gateway.send(
                "GET", target.formatted(export), "", "If-None-Match: " + (tags ? read.header("ETag") : "\"x\""));
        assertThat(again.status()).isEqualTo(tags ? 304 : 200);
    }
}
