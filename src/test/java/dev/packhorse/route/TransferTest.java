package dev.packhorse.route;

import static dev.packhorse.route.TestRoutes.assertKind;
import static dev.packhorse.route.TestRoutes.path;
import static dev.packhorse.route.TestRoutes.read;
import static dev.packhorse.route.TestRoutes.text;
import static dev.packhorse.route.TestRoutes.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Processor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Copies and moves between two stores of one export. */
class TransferTest {

    private static final String BY_PATH = """
            - route:
                from:
                  uri: export:/x
                  steps:
                    - choice:
                        when:
                          - simple: "${header.PackhorsePath} startsWith '/films'"
                            steps:
                              - to: store:memory:films
                        otherwise:
                          steps:
                            - to: store:memory:rest
            """;

    private static final AttributeChange METADATA =
            new AttributeChange(new Mode(0640), Instant.parse("2001-02-03T04:05:06Z"), new Owner(7, 8), "text/x-verse");

    private static TestRoutes routes() throws Exception {
        TestRoutes routes = TestRoutes.of(BY_PATH);
        routes.export("/x").makeDirectory(path("/films"), WriteOptions.DEFAULT);
        routes.export("/x").makeDirectory(path("/rest"), WriteOptions.DEFAULT);
        routes.store("films").asked.clear();
        routes.store("rest").asked.clear();
        return routes;
    }

    @ParameterizedTest
    @CsvSource({"/films/s, /rest/t, films, rest", "/rest/s, /films/t, rest, films"})
    void aFileIsCopiedAndMovedWithItsMetadata(String source, String target, String from, String to) throws Exception {
        try (TestRoutes routes = routes()) {
            Store export = routes.export("/x");
            Node node = export.write(path(source), text("hay"), WriteOptions.of(METADATA));

            Node copy = export.copy(path(source), path(target), TransferOptions.CREATE_NEW);
            assertThat(copy).isEqualTo(routes.store(to).stat(path(target)));
            assertSameMetadata(copy, node);
            assertThat(read(routes.store(from), source)).isEqualTo("hay");

            write(export, target, "old");
            assertKind(Kind.ALREADY_EXISTS, () -> export.move(path(source), path(target), TransferOptions.CREATE_NEW));
            Node moved = export.move(path(source), path(target), TransferOptions.OVERWRITE);
            assertSameMetadata(moved, node);
            assertThat(read(routes.store(to), target)).isEqualTo("hay");
            assertThat(read(routes.store(from), source)).isNull();
        }
    }

    private static void assertSameMetadata(Node node, Node expected) {
        assertThat(List.of(node.size(), node.mode(), node.modified(), node.owner(), String.valueOf(node.mediaType())))
                .isEqualTo(List.of(
                        expected.size(),
                        expected.mode(),
                        expected.modified(),
                        expected.owner(),
                        String.valueOf(expected.mediaType())));
    }

    @ParameterizedTest
    @CsvSource({"/films/s, /rest/t, films, rest", "/rest/s, /films/t, rest, films"})
    void aTreeIsCopiedAndMovedWithItsMetadata(String source, String target, String from, String to) throws Exception {
        try (TestRoutes routes = routes()) {
            Store export = routes.export("/x");
            tree(export, source);
            export.copy(path(source), path(target), TransferOptions.CREATE_NEW);
            assertTree(routes.store(to), target);
            assertTree(routes.store(from), source);

            write(export, target + "/more", "stays");
            export.copy(path(source), path(target), TransferOptions.OVERWRITE);
            assertThat(read(routes.store(to), target + "/more")).isEqualTo("stays");
            assertKind(Kind.NOT_EMPTY, () -> export.move(path(source), path(target), TransferOptions.OVERWRITE));
            export.remove(path(target), Preconditions.NONE);

            export.move(path(source), path(target), TransferOptions.CREATE_NEW);
            assertTree(routes.store(to), target);
            assertKind(Kind.NOT_FOUND, () -> routes.store(from).stat(path(source)));
        }
    }

    private static void tree(Store export, String top) throws Exception {
        export.makeDirectory(path(top), WriteOptions.DEFAULT);
        export.makeDirectory(path(top + "/d"), WriteOptions.DEFAULT);
        write(export, top + "/a", "one");
        export.write(path(top + "/d/b"), text("two"), WriteOptions.of(METADATA));
        export.link(path(top + "/l"), "d/b", WriteOptions.DEFAULT);
        export.makeDirectory(
                path(top + "/d"),
                WriteOptions.of(new AttributeChange(new Mode(0500), METADATA.modified(), METADATA.owner(), null)));
    }

    private static void assertTree(Store store, String top) throws Exception {
        assertThat(read(store, top + "/a")).isEqualTo("one");
        assertThat(read(store, top + "/d/b")).isEqualTo("two");
        assertThat(read(store, top + "/l")).isEqualTo("d/b");
        assertThat(store.stat(path(top + "/l")).isSymlink()).isTrue();
        Node directory = store.stat(path(top + "/d"));
        assertThat(directory.mode()).isEqualTo(new Mode(0500));
        assertThat(directory.modified()).isEqualTo(METADATA.modified());
        assertThat(store.stat(path(top + "/d/b")).mediaType()).isEqualTo("text/x-verse");
    }

    @Test
    void aMoveReadsBackWhatItHasWrittenBeforeItRemoves() throws Exception {
        try (TestRoutes routes = routes()) {
            Store export = routes.export("/x");
            write(export, "/films/s", "hay");
            routes.store("films").asked.clear();
            routes.store("rest").asked.clear();
            export.move(path("/films/s"), path("/rest/t"), TransferOptions.OVERWRITE);
            assertThat(routes.store("films").asked)
                    .containsExactly("stat /films/s", "read /films/s", "stat /films/s", "remove /films/s");
            assertThat(routes.store("rest").asked)
                    .containsExactly("stat /rest/t", "write /rest/t", "read /rest/t", "stat /rest/t");
        }
    }

    @Test
    void whatDoesNotComeBackAsItWasSentIsNotRemoved() throws Exception {
        try (TestRoutes routes = routes()) {
            Store export = routes.export("/x");
            tree(export, "/films/s");
            // As a store would that keeps the length and loses the bytes.
            routes.store("rest").afterWrite = (store, at) -> {
                if (at.name().equals("b")) {
                    store.write(at, text("t?o"), WriteOptions.DEFAULT);
                }
            };
            assertKind(Kind.IO, () -> export.move(path("/films/s"), path("/rest/t"), TransferOptions.OVERWRITE));
            assertTree(routes.store("films"), "/films/s");
        }
    }

    @Test
    void aFailureWhileTheTargetIsWrittenKeepsTheSource() throws Exception {
        try (TestRoutes routes = routes()) {
            Store export = routes.export("/x");
            tree(export, "/films/s");
            write(export, "/rest/t", "old");
            write(export, "/films/f", "new");
            for (Kind kind : new Kind[] {Kind.UNAVAILABLE, Kind.NO_SPACE, Kind.IO}) {
                routes.store("rest").failingWrites = kind;
                assertKind(kind, () -> export.move(path("/films/f"), path("/rest/t"), TransferOptions.OVERWRITE));
                assertKind(kind, () -> export.move(path("/films/s"), path("/rest/u"), TransferOptions.OVERWRITE));
                routes.store("rest").failingWrites = null;
                assertThat(read(export, "/films/f")).isEqualTo("new");
                assertThat(read(export, "/rest/t")).isEqualTo("old");
                assertTree(routes.store("films"), "/films/s");
                export.remove(path("/rest/u"), Preconditions.NONE);
            }
        }
    }

    @Test
    void aSourceThatChangesMeanwhileIsNotRemoved() throws Exception {
        for (String changed : List.of("/films/s/a", "/films/s/d/b", "/films/s/d/new")) {
            try (TestRoutes routes = routes()) {
                Store export = routes.export("/x");
                tree(export, "/films/s");
                routes.store("rest").afterWrite = (store, at) -> {
                    if (at.name().equals("b")) {
                        write(routes.store("films"), changed, "late");
                    }
                };
                assertKind(Kind.BUSY, () -> export.move(path("/films/s"), path("/rest/t"), TransferOptions.OVERWRITE));
                assertThat(read(export, changed)).isEqualTo("late");
                assertThat(read(export, "/films/s/l")).isEqualTo("d/b");
            }
        }
    }

    @Test
    void preconditionsHoldForTheSource() throws Exception {
        try (TestRoutes routes = routes()) {
            Store export = routes.export("/x");
            Node node = export.write(path("/films/s"), text("hay"), WriteOptions.DEFAULT);
            TransferOptions other = match("other");
            assertKind(Kind.PRECONDITION_FAILED, () -> export.move(path("/films/s"), path("/rest/t"), other));
            assertKind(Kind.PRECONDITION_FAILED, () -> export.copy(path("/films/s"), path("/rest/t"), other));
            assertThat(read(export, "/rest/t")).isNull();
            export.move(path("/films/s"), path("/rest/t"), match(String.valueOf(node.etag())));
            assertThat(read(export, "/rest/t")).isEqualTo("hay");
            assertKind(
                    Kind.UNSUPPORTED,
                    () -> export.move(
                            path("/rest/t"),
                            path("/films/s"),
                            new TransferOptions(true, new Preconditions(null, null, null, 1L))));
        }
    }

    private static TransferOptions match(String etag) {
        return new TransferOptions(true, new Preconditions(new EtagMatch(false, List.of(etag)), null, null, null));
    }

    @Test
    void transfersThatMakeNoSenseAreRefused() throws Exception {
        try (TestRoutes routes = routes()) {
            Store export = routes.export("/x");
            write(export, "/films/f", "hay");
            write(export, "/rest/f", "oats");
            tree(export, "/films/d");
            assertRefused(export, Kind.NOT_FOUND, "/films/none", "/rest/t");
            assertRefused(export, Kind.NOT_FOUND, "/films/f", "/rest/none/t");
            assertRefused(export, Kind.IS_A_DIRECTORY, "/films/f", "/rest");
            assertRefused(export, Kind.NOT_A_DIRECTORY, "/films/d", "/rest/f");
            assertRefused(export, Kind.NOT_A_DIRECTORY, "/films/f", "/rest/f/g");
            assertRefused(export, Kind.INVALID_NAME, "/films/f", "/");
            assertRefused(export, Kind.INVALID_NAME, "/", "/films/d/e");
            assertThat(read(export, "/films/f")).isEqualTo("hay");
            assertThat(read(export, "/rest/f")).isEqualTo("oats");
        }
    }

    private static void assertRefused(Store export, Kind kind, String source, String target) {
        assertKind(kind, () -> export.copy(path(source), path(target), TransferOptions.OVERWRITE));
        assertKind(kind, () -> export.move(path(source), path(target), TransferOptions.OVERWRITE));
    }

    @Test
    void whatTheTargetCannotKeepIsLeftBehind() throws Exception {
        try (TestRoutes routes = routes()) {
            Store export = routes.export("/x");
            tree(export, "/films/s");
            routes.store("rest").declared = routes.store("rest")
                    .capabilities()
                    .without(Capability.OWNER)
                    .without(Capability.MODE);
            Node copy = export.copy(path("/films/s/d/b"), path("/rest/b"), TransferOptions.OVERWRITE);
            assertThat(copy.owner()).isEqualTo(Owner.ROOT);
            assertThat(copy.mode()).isEqualTo(Mode.FILE_DEFAULT);
            assertThat(copy.modified()).isEqualTo(METADATA.modified());
        }
    }

    @Test
    void withinOneOfTheStoresItsOwnMoveIsUsed() throws Exception {
        try (TestRoutes routes = routes()) {
            Store export = routes.export("/x");
            write(export, "/films/s", "hay");
            routes.store("films").asked.clear();
            export.move(path("/films/s"), path("/films/t"), TransferOptions.OVERWRITE);
            assertThat(routes.store("films").asked).containsExactly("move /films/s");
            assertThat(routes.store("rest").asked).isEmpty();
        }
    }

    @Test
    void aTargetThatTheRouteDoesNotLetPassIsRefused() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - choice:
                            when:
                              - simple: "${header.PackhorsePath} startsWith '/locked'"
                                steps:
                                  - filter:
                                      simple: "${header.PackhorseOperation} in 'read,stat,list,walk'"
                                      steps:
                                        - to: store:memory:locked
                            otherwise:
                              steps:
                                - to: store:memory:rest
                """)) {
            Store export = routes.export("/x");
            write(export, "/f", "hay");
            assertRefused(export, Kind.PERMISSION_DENIED, "/f", "/locked");
            assertThat(read(export, "/f")).isEqualTo("hay");
            assertThat(routes.store("locked").asked).isEmpty();
        }
    }

    @Test
    void aRouteWithOneStoreAsksNothingMore() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (TestRoutes routes = TestRoutes.of(
                """
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - process:
                            ref: "#seen"
                        - to: store:memory:a
                """,
                before -> before.context.getRegistry().bind("seen", (Processor) exchange ->
                        seen.add(String.valueOf(exchange.getMessage().getBody()))))) {
            Store export = routes.export("/x");
            write(export, "/s", "hay");
            export.copy(path("/s"), path("/t"), TransferOptions.OVERWRITE);
            export.move(path("/s"), path("/t"), TransferOptions.OVERWRITE);
            assertThat(seen).containsExactly("write /s", "copy /s to /t", "move /s to /t");
        }
    }
}
