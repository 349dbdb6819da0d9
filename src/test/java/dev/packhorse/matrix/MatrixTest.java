package dev.packhorse.matrix;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.gateway.Readme;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One story through every protocol in front of every store: what is told to work does, what is not is refused as such. */
@ExtendWith(SharedStage.class)
class MatrixTest {

    static Stream<Arguments> pairs() {
        return Arrays.stream(Protocol.values())
                .flatMap(protocol -> Arrays.stream(Backend.values()).map(backend -> Arguments.of(protocol, backend)));
    }

    @ParameterizedTest(name = "{0} over {1}")
    @MethodSource("pairs")
    void theStoryIsTold(Protocol protocol, Backend backend, Stage stage) throws Exception {
        assertTold(protocol, backend, Map.of(), stage);
    }

    @ParameterizedTest(name = "{0} over {1}")
    @MethodSource("pairs")
    void theStoryIsToldWithoutTheOverlay(Protocol protocol, Backend backend, Stage stage) throws Exception {
        assertTold(protocol, backend, Map.of("overlay", "false", "cache", "0s"), stage);
    }

    private static void assertTold(Protocol protocol, Backend backend, Map<String, String> policies, Stage stage)
            throws Exception {
        assumeTrue(backend.isInstalled(), "its server is not installed");
        Stage.Served served = stage.serve(backend, List.of(protocol), policies);
        Set<Step> expected = EnumSet.noneOf(Step.class);
        expected.addAll(Support.taken(protocol.carried(), served.whole()));
        if (backend.isWrittenBy(protocol)) {
            expected.addAll(protocol.added(backend));
        } else {
            expected.retainAll(Step.READS);
        }
        try (Store store = stage.client(protocol, served)) {
            assertThat(told(protocol, backend, store, stage.behind(served))).isEqualTo(expected);
        }
    }

    /** Which steps were taken. What a protocol cannot ask for is looked at behind it. */
    private static Set<Step> told(Protocol protocol, Backend backend, Store store, Store behind) throws IOException {
        if (!backend.isReadOnly()) {
            behind.makeDirectory(FsPath.parse("/dir"), WriteOptions.DEFAULT);
            for (Map.Entry<String, String> held : Backends.HELD.entrySet()) {
                Step.write(behind, held.getKey(), held.getValue());
            }
        }
        Store seen = protocol.reads() ? store : behind;
        Set<Step> taken = EnumSet.noneOf(Step.class);
        for (Step step : backend.isWrittenBy(protocol) || backend.isReadOnly()
                ? Step.values()
                : Step.READS.toArray(Step[]::new)) {
            if (step.isTaken(store, seen)) {
                taken.add(step);
            }
        }
        return taken;
    }

    @Test
    void whatIsKeptOutlivesTheGateway() throws Exception {
        try (Stage stage = Stage.start()) {
            Map<Stage.Served, Node> kept = new HashMap<>();
            for (Backend backend : Backend.values()) {
                if (backend.isInstalled() && !backend.isReadOnly() && backend != Backend.MEMORY) {
                    Stage.Served served = stage.serve(backend, List.of(Protocol.HTTPFS));
                    kept.put(served, keep(stage, served));
                }
            }
            stage.restart();
            for (Map.Entry<Stage.Served, Node> each : kept.entrySet()) {
                try (Store store = stage.client(Protocol.HTTPFS, each.getKey())) {
                    assertThat(store.stat(FsPath.parse("/held.txt"))).isEqualTo(each.getValue());
                }
            }
        }
    }

    /** A file with all that it may have. */
    private static Node keep(Stage stage, Stage.Served served) throws IOException {
        try (Store store = stage.client(Protocol.HTTPFS, served)) {
            Step.write(store, "/held.txt", "held");
            AttributeChange all = new AttributeChange(
                    new Mode(0600), Instant.parse("2001-02-03T04:05:06Z"), new Owner(12, 34), "text/x-verse");
            return store.change(
                    FsPath.parse("/held.txt"), all.keptBy(served.whole()), new Preconditions(null, null, null, 5L));
        }
    }

    @Test
    void theReadmeSaysTheSame(Stage stage) throws Exception {
        assumeTrue(Arrays.stream(Backend.values()).allMatch(Backend::isInstalled), "a server is not installed");
        List<String> head = new ArrayList<>(List.of("store"));
        Arrays.stream(Protocol.values()).forEach(protocol -> head.add("`" + protocol + "`"));
        List<List<String>> rows = new ArrayList<>();
        for (Backend backend : Backend.values()) {
            Stage.Served served = stage.serve(backend, List.of(Protocol.HTTPFS));
            List<String> row = Arrays.stream(Protocol.values())
                    .map(protocol -> Support.cell(
                            protocol.carried(), backend.ofAnyUser(served.bare()), backend.ofAnyUser(served.whole())))
                    .collect(toCollection(ArrayList::new));
            row.add(0, "`" + backend + "`");
            rows.add(row);
        }
        Readme.part("matrix", Readme.table(head, rows));
    }
}
