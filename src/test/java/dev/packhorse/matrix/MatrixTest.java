package dev.packhorse.matrix;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.gateway.Readme;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** One story through every protocol in front of every store: what is told to work does, what is not is refused as such. */
class MatrixTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Stage stage;

    @BeforeEach
    void start() throws Exception {
        stage = new Stage(folder);
    }

    @AfterEach
    void stop() throws Exception {
        stage.close();
    }

    static Stream<Arguments> pairs() {
        return Arrays.stream(Protocol.values())
                .flatMap(protocol -> Arrays.stream(Backend.values()).map(backend -> Arguments.of(protocol, backend)));
    }

    @ParameterizedTest(name = "{0} over {1}")
    @MethodSource("pairs")
    void theStoryIsTold(Protocol protocol, Backend backend) throws Exception {
        assumeTrue(backend.isInstalled(), "its server is not installed");
        Stage.Served served = stage.serve(backend, List.of(protocol, Protocol.HTTPFS));
        assertThat(told(protocol, backend, served)).isEqualTo(expected(protocol, backend, served.whole()));
    }

    @ParameterizedTest(name = "{0} over {1}")
    @MethodSource("pairs")
    void theStoryIsToldWithoutTheOverlay(Protocol protocol, Backend backend) throws Exception {
        assumeTrue(backend.isInstalled(), "its server is not installed");
        Stage.Served served =
                stage.serve(backend, List.of(protocol, Protocol.HTTPFS), Map.of("overlay", "false", "cache", "0s"));
        assertThat(told(protocol, backend, served)).isEqualTo(expected(protocol, backend, served.bare()));
    }

    private static Set<Step> expected(Protocol protocol, Backend backend, Capabilities capabilities) {
        Set<Step> taken = EnumSet.copyOf(Support.taken(protocol.carried(), capabilities));
        if (!backend.isWrittenBy(protocol)) {
            taken.retainAll(Step.READS);
        }
        return taken;
    }

    /** Which steps were taken. */
    private Set<Step> told(Protocol protocol, Backend backend, Stage.Served served) throws IOException {
        if (!backend.isReadOnly()) {
            try (Store writer = stage.client(Protocol.HTTPFS, served)) {
                writer.makeDirectory(FsPath.parse("/dir"), WriteOptions.DEFAULT);
                for (Map.Entry<String, String> held : Backends.HELD.entrySet()) {
                    Step.write(writer, held.getKey(), held.getValue());
                }
            }
        }
        Set<Step> taken = EnumSet.noneOf(Step.class);
        try (Store store = stage.client(protocol, served)) {
            for (Step step : backend.isWrittenBy(protocol) || backend.isReadOnly()
                    ? Step.values()
                    : Step.READS.toArray(Step[]::new)) {
                if (step.isTaken(store)) {
                    taken.add(step);
                }
            }
        }
        return taken;
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MEMORY")
    void whatIsKeptOutlivesTheGateway(Backend backend) throws Exception {
        assumeTrue(backend.isInstalled(), "its server is not installed");
        assumeTrue(!backend.isReadOnly(), "nothing is kept");
        Stage.Served served = stage.serve(backend, List.of(Protocol.HTTPFS));
        Node kept;
        try (Store store = stage.client(Protocol.HTTPFS, served)) {
            Step.write(store, "/held.txt", "held");
            kept = store.change(
                    FsPath.parse("/held.txt"),
                    new AttributeChange(new Mode(0600), Instant.parse("2001-02-03T04:05:06Z"), null, null),
                    Preconditions.NONE);
        }
        stage.restart();
        try (Store store = stage.client(Protocol.HTTPFS, served)) {
            assertThat(store.stat(FsPath.parse("/held.txt"))).isEqualTo(kept);
        }
    }

    @Test
    void theReadmeSaysTheSame() throws Exception {
        assumeTrue(Arrays.stream(Backend.values()).allMatch(Backend::isInstalled), "a server is not installed");
        List<String> head = new ArrayList<>(List.of("store"));
        Arrays.stream(Protocol.values()).forEach(protocol -> head.add("`" + protocol + "`"));
        List<List<String>> rows = new ArrayList<>();
        for (Backend backend : Backend.values()) {
            Stage.Served served = stage.serve(backend, List.of(Protocol.HTTPFS));
            List<String> row = Arrays.stream(Protocol.values())
                    .map(protocol -> Support.of(protocol.carried(), served.bare(), served.whole()).label)
                    .collect(toCollection(ArrayList::new));
            row.add(0, "`" + backend + "`");
            rows.add(row);
        }
        Readme.part("matrix", Readme.table(head, rows));
    }
}
