package dev.packhorse.matrix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Names that somebody has: through each pair one comes back byte for byte or is refused, and none hides its neighbours. */
@ExtendWith(SharedStage.class)
class NamesTest {

    private static final Set<Kind> REFUSALS = Set.of(Kind.INVALID_NAME, Kind.UNSUPPORTED);

    /** A device has few codes, and none for names. */
    private static final Set<Kind> OF_A_DEVICE = Set.of(Kind.INVALID_NAME, Kind.UNSUPPORTED, Kind.NOT_FOUND);

    private static final String NEIGHBOUR = "neighbour.txt";

    private static final List<String> NAMES = List.of(
            "two  blanks",
            " blank in front",
            "blank behind ",
            "dot behind.",
            "\"quoted\"",
            "it's",
            "50%",
            "%41",
            "%2F",
            "what?",
            "a#b",
            "a+b",
            "a&b=c",
            "a;b",
            "a\\b",
            ".hidden",
            "...",
            "....",
            ":",
            "c:",
            "a:b",
            "-rf",
            "~",
            "*",
            "[x]{y}",
            "<a href>",
            "list",
            "files",
            "😀",
            "caf\u00e9",
            "cafe\u0301",
            "שלום",
            "a\u202eb",
            "x".repeat(255),
            "é".repeat(127));

    /** Each protocol in front of each store that takes names. */
    private static Stream<Arguments> pairs(Stream<Protocol> protocols) {
        return protocols.flatMap(protocol -> Arrays.stream(Backend.values())
                .filter(backend -> !backend.isReadOnly())
                .map(backend -> Arguments.of(protocol, backend)));
    }

    static Stream<Arguments> writers() {
        return pairs(Arrays.stream(Protocol.values()).filter(Protocol::writes));
    }

    static Stream<Arguments> readers() {
        return pairs(Protocol.readers());
    }

    @ParameterizedTest(name = "{0} over {1}")
    @MethodSource("writers")
    void eachNameComesBackOrIsRefused(Protocol protocol, Backend backend, Stage stage) throws Exception {
        assumeTrue(backend.isInstalled(), "its server is not installed");
        assumeTrue(backend.isWrittenBy(protocol), "it only reads");
        Stage.Served served = stage.serve(backend, List.of(protocol));
        try (Store store = stage.client(protocol, served)) {
            List<String> taken = written(store, protocol == Protocol.REPLAY ? OF_A_DEVICE : REFUSALS);
            taken.add(NEIGHBOUR);
            Step.write(store, "/" + NEIGHBOUR, content(NEIGHBOUR));
            taken.sort((one, other) -> Arrays.compareUnsigned(one.getBytes(UTF_8), other.getBytes(UTF_8)));
            Store seen = protocol.reads() ? store : stage.behind(served);
            assertThat(Step.names(seen, "/")).isEqualTo(taken);
            for (String name : taken) {
                assertThat(Step.text(seen, "/" + name, null)).isEqualTo(content(name));
            }
        }
    }

    @ParameterizedTest(name = "{0} over {1}")
    @MethodSource("readers")
    void whatAProtocolCannotNameHidesNothing(Protocol protocol, Backend backend, Stage stage) throws Exception {
        assumeTrue(backend.isInstalled(), "its server is not installed");
        Stage.Served served = stage.serve(backend, List.of(protocol));
        Store behind = stage.behind(served);
        List<String> taken = written(behind, REFUSALS);
        Step.write(behind, "/" + NEIGHBOUR, content(NEIGHBOUR));
        try (Store store = stage.client(protocol, served)) {
            List<String> names = Step.names(store, "/");
            assertThat(names).contains(NEIGHBOUR);
            assertThat(taken)
                    .containsAll(names.stream()
                            .filter(name -> !name.equals(NEIGHBOUR))
                            .toList());
            for (String name : names) {
                assertThat(Step.text(store, "/" + name, null)).isEqualTo(content(name));
            }
        }
    }

    /** Its own name, and so much behind that no two have the same length: a device waits for a new time to tell those apart. */
    private static String content(String name) {
        return name + ".".repeat(300 * (1 + NAMES.indexOf(name)));
    }

    /** Those that were taken. */
    private static List<String> written(Store store, Set<Kind> refusals) throws IOException {
        List<String> taken = new ArrayList<>();
        for (String name : NAMES) {
            try {
                FsPath.parse("/" + name);
                Step.write(store, "/" + name, content(name));
                taken.add(name);
            } catch (FsException e) {
                assertThat(refusals).as(name).contains(e.kind());
            }
        }
        assertThat(taken).contains("two  blanks", "a+b", ".hidden", "caf\u00e9");
        return taken;
    }
}
