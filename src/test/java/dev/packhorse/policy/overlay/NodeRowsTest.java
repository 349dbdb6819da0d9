package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What rows keep of nodes, and when they do not. */
class NodeRowsTest extends NodeFixture {

    @Test
    void aFileReplacedBehindTheBackInheritsNothing() throws Exception {
        Node given = put(nodes, "/a", "text", PRIVATE);
        assertThat(nodes.stat(path("/a"))).isEqualTo(given);
        put(bare, "/a", "other", AttributeChange.NONE);

        Node replaced = nodes.stat(path("/a"));
        assertThat(replaced).isEqualTo(bare.stat(path("/a")));
        assertThat(all(nodes.list(FsPath.ROOT))).containsExactly(replaced);
        assertThat(nodes.read(path("/a")).node()).isEqualTo(replaced);
        assertThat(put(nodes, "/a", "again", AttributeChange.NONE).mode()).isEqualTo(Mode.FILE_DEFAULT);
        assertThat(count("overlay_node")).isZero();
    }

    @Test
    void aFileReplacedByOneOfTheSameSizeInheritsNothing() throws Exception {
        put(nodes, "/a", "text", PRIVATE);
        put(bare, "/a", "next", AttributeChange.NONE);
        assertThat(mode(nodes, "/a")).isEqualTo(0644);
        store.copy(path("/a"), path("/b"), TransferOptions.OVERWRITE);
        assertThat(mode(nodes, "/b")).isEqualTo(0644);
    }

    @Test
    void replacedFilesOfACopiedTreeLeaveNothingToTheCopy() throws Exception {
        directory(nodes, "/d");
        put(nodes, "/d/a", "text", PRIVATE);
        put(nodes, "/d/b", "text", PRIVATE);
        put(bare, "/d/a", "next", AttributeChange.NONE);
        nodes.copy(path("/d"), path("/e"), TransferOptions.CREATE_NEW);
        assertThat(mode(nodes, "/e/a")).isEqualTo(0644);
        assertThat(nodes.stat(path("/e/b")).modified()).isEqualTo(PRIVATE.modified());
        assertThat(mode(nodes, "/e/b")).isEqualTo(0600);
    }

    @Test
    void aDirectoryKeepsItsModeButNotItsTimeWhenItsChildrenChange() throws Exception {
        directory(nodes, "/d");
        nodes.change(path("/d"), PRIVATE, Preconditions.NONE);
        assertThat(nodes.stat(path("/d")).modified()).isEqualTo(PRIVATE.modified());
        put(nodes, "/d/a", "text", AttributeChange.NONE);
        assertThat(nodes.stat(path("/d")).modified()).isAfter(PRIVATE.modified());
        chmod(nodes, "/d", 0711);
        assertThat(nodes.stat(path("/d")).modified()).isAfter(PRIVATE.modified());
        assertThat(mode(nodes, "/d")).isEqualTo(0711);
    }

    @Test
    void defaultsHoldWhereNobodyHasSaidAnything() throws Exception {
        Store shown = new OverlayStore(
                bare,
                "memory:test",
                table,
                new OverlayStore.Options(new Mode(0640), new Mode(0750), new Owner(3, 4), Set.of(Capability.MODE)));
        put(bare, "/a", "text", AttributeChange.NONE);
        directory(bare, "/d");
        assertThat(mode(shown, "/a")).isEqualTo(0640);
        assertThat(all(shown.list(FsPath.ROOT)))
                .extracting(node -> node.mode().permissions())
                .containsExactly(0640, 0750);
        assertThat(shown.stat(path("/d")).owner()).isEqualTo(new Owner(3, 4));
        chmod(shown, "/a", 0600);
        assertThat(mode(shown, "/a")).isEqualTo(0600);
        assertThat(shown.capabilities().has(Capability.SYMLINKS)).isFalse();
        assertThat(failure(() -> link(shown, "/l", "a"))).isEqualTo(Kind.UNSUPPORTED);
        shown.close();
    }

    @Test
    void aStoreThatCannotBeWrittenShowsItsRowsAndTakesNone() throws Exception {
        put(nodes, "/a", "text", PRIVATE);
        link(nodes, "/l", "a");
        Store sealed = overlay(new BareStore(memory, Set.of()));
        assertThat(sealed.capabilities().all()).containsExactly(Capability.CHANGE_TIMESTAMPS);
        assertThat(mode(sealed, "/a")).isEqualTo(0600);
        assertThat(text(sealed, "/l")).isEqualTo("a");
        assertThat(failure(() -> chmod(sealed, "/a", 0644))).isEqualTo(Kind.UNSUPPORTED);
        assertThat(failure(() -> link(sealed, "/m", "a"))).isEqualTo(Kind.UNSUPPORTED);
        assertThat(failure(() -> sealed.remove(path("/l"), Preconditions.NONE))).isEqualTo(Kind.UNSUPPORTED);
    }

    @Test
    void theStoreWinsOverASymlinkThatSomebodyPutAFileUpon() throws Exception {
        link(nodes, "/l", "nowhere");
        put(bare, "/l", "file", AttributeChange.NONE);
        assertThat(text(nodes, "/l")).isEqualTo("file");
        assertThat(all(nodes.list(FsPath.ROOT))).extracting(Node::isFile).containsExactly(true);
        nodes.remove(path("/l"), Preconditions.NONE);
        assertThat(walked(nodes)).isEmpty();
    }

    @Test
    void symlinksStandInOrderAmongWhatTheStoreHas() throws Exception {
        for (String path : List.of("/a", "/a-b", "/z")) {
            directory(nodes, path);
        }
        for (String path : List.of("/0", "/a.l", "/a/l", "/a-b/l", "/zz")) {
            link(nodes, path, "x");
        }
        put(nodes, "/a/f", "", AttributeChange.NONE);
        assertThat(walked(nodes)).containsExactly("/0", "/a", "/a-b", "/a-b/l", "/a.l", "/a/f", "/a/l", "/z", "/zz");
        link(nodes, "/way", "a");
        assertThat(all(nodes.list(path("/a")))).extracting(Node::path).containsExactly(path("/a/f"), path("/a/l"));
        link(nodes, "/z/up", "../way/");
        assertThat(failure(() -> nodes.list(path("/z/up")))).isEqualTo(Kind.NOT_A_DIRECTORY);
        assertThat(nodes.stat(path("/z/up/f")).path()).isEqualTo(path("/z/up/f"));
        bare.remove(path("/a-b"), Preconditions.NONE);
        assertThat(walked(nodes)).doesNotContain("/a-b/l");
        assertThat(failure(() -> nodes.stat(path("/a-b/l")))).isEqualTo(Kind.NOT_FOUND);
    }

    @Test
    void aDirectoryWithASymlinkIsNotEmpty() throws Exception {
        directory(nodes, "/d");
        directory(nodes, "/e");
        link(nodes, "/e/l", "x");
        assertThat(failure(() -> nodes.move(path("/d"), path("/e"), TransferOptions.OVERWRITE)))
                .isEqualTo(Kind.NOT_EMPTY);
        nodes.remove(path("/e/l"), Preconditions.NONE);
        nodes.move(path("/d"), path("/e"), TransferOptions.OVERWRITE);
        assertThat(walked(nodes)).containsExactly("/e");
    }

    @Test
    void symlinksAreTransferredOntoFilesAndFilesOntoSymlinks() throws Exception {
        link(nodes, "/l", "x");
        put(nodes, "/f", "text", PRIVATE);
        nodes.copy(path("/l"), path("/f"), TransferOptions.OVERWRITE);
        assertThat(text(nodes, "/f")).isEqualTo("x");
        assertThat(all(bare.list(FsPath.ROOT))).isEmpty();
        put(nodes, "/g", "text", PRIVATE);
        assertThat(failure(() -> nodes.move(path("/g"), path("/l"), TransferOptions.CREATE_NEW)))
                .isEqualTo(Kind.ALREADY_EXISTS);
        nodes.move(path("/g"), path("/l"), TransferOptions.OVERWRITE);
        assertThat(text(nodes, "/l")).isEqualTo("text");
        assertThat(mode(nodes, "/l")).isEqualTo(0600);
        nodes.move(path("/f"), path("/l"), TransferOptions.OVERWRITE);
        assertThat(walked(nodes)).containsExactly("/l");
        assertThat(text(nodes, "/l")).isEqualTo("x");
        directory(nodes, "/d");
        assertThat(failure(() -> nodes.copy(path("/l"), path("/d"), TransferOptions.OVERWRITE)))
                .isEqualTo(Kind.IS_A_DIRECTORY);
        assertThat(failure(() -> nodes.move(path("/d"), path("/l"), TransferOptions.OVERWRITE)))
                .isEqualTo(Kind.NOT_A_DIRECTORY);
        assertThat(count("overlay_intent")).isZero();
    }

    @Test
    void treesMergeWithTheirSymlinks() throws Exception {
        for (String path : List.of("/s", "/s/d", "/t", "/t/d")) {
            directory(nodes, path);
        }
        link(nodes, "/s/l", "new");
        put(nodes, "/t/l", "a file", AttributeChange.NONE);
        link(nodes, "/t/d/stays", "old");
        chmod(nodes, "/s/d", 0700);
        nodes.copy(path("/s"), path("/t"), TransferOptions.OVERWRITE);
        assertThat(walked(nodes)).containsExactly("/s", "/s/d", "/s/l", "/t", "/t/d", "/t/d/stays", "/t/l");
        assertThat(text(nodes, "/t/l")).isEqualTo("new");
        assertThat(mode(nodes, "/t/d")).isEqualTo(0700);
        directory(nodes, "/s/x");
        link(nodes, "/t/x", "in the way");
        assertThat(failure(() -> nodes.copy(path("/s"), path("/t"), TransferOptions.OVERWRITE)))
                .isEqualTo(Kind.NOT_A_DIRECTORY);
        nodes.remove(path("/t/x"), Preconditions.NONE);
        directory(nodes, "/t/x");
        nodes.remove(path("/s/x"), Preconditions.NONE);
        link(nodes, "/s/x", "in the way");
        assertThat(failure(() -> nodes.copy(path("/s"), path("/t"), TransferOptions.OVERWRITE)))
                .isEqualTo(Kind.IS_A_DIRECTORY);
    }

    @Test
    void timesTravelWithACopiedTreeAlsoWithoutRows() throws Exception {
        directory(bare, "/d");
        Node plain = put(bare, "/d/a", "text", AttributeChange.NONE);
        Node chmodded = put(bare, "/d/b", "text", AttributeChange.NONE);
        chmod(nodes, "/d/b", 0600);
        nodes.copy(path("/d"), path("/e"), TransferOptions.CREATE_NEW);
        assertThat(nodes.stat(path("/e/a")).modified()).isEqualTo(Version.kept(plain.modified()));
        assertThat(nodes.stat(path("/e/b")).modified()).isEqualTo(Version.kept(chmodded.modified()));
        assertThat(bare.stat(path("/e/a")).modified()).isAfter(plain.modified());
    }

    @Test
    void treesOfTenThousandRowsMoveCopyAndGo() throws Exception {
        directory(nodes, "/d");
        directory(nodes, "/d/é");
        directory(nodes, "/d-");
        put(nodes, "/d-/f", "text", PRIVATE);
        int files = 10_000;
        List<NodeRow> rows = new ArrayList<>();
        for (int i = 0; i < files; i++) {
            FsPath path = path("/d/é/" + i);
            Node node = bare.write(path, text("x"), WriteOptions.DEFAULT);
            rows.add(NodeRow.of(path, node, mode(0600)));
        }
        StoreNodes below = table.nodes("memory:test");
        below.apply("write", FsPath.ROOT, connection -> below.rows(connection).keepAll(rows));

        nodes.move(path("/d"), path("/moved"), TransferOptions.CREATE_NEW);
        assertThat(all(nodes.list(path("/moved/é"))))
                .hasSize(files)
                .allMatch(node -> node.mode().equals(new Mode(0600)));
        int before = database.taken();
        nodes.copy(path("/moved"), path("/copied"), TransferOptions.CREATE_NEW);
        // Rows are looked through in batches, not one by one.
        assertThat(database.taken() - before).isLessThan(files / 100);
        assertThat(all(nodes.list(path("/copied/é"))))
                .hasSize(files)
                .allMatch(node -> node.mode().equals(new Mode(0600)));
        nodes.remove(path("/moved"), Preconditions.NONE);
        assertThat(count("overlay_node")).isBetween(files + 1, files + 5);
        before = database.taken();
        assertThat(all(nodes.walk(path("/copied")))).hasSize(files + 1);
        assertThat(database.taken() - before).isLessThan(files / 100);
        assertThat(mode(nodes, "/d-/f")).isEqualTo(0600);
    }

    @Test
    void aStoreWithoutRowsIsUsedWithoutTheDatabase() throws Exception {
        put(nodes, "/warm", "text", AttributeChange.NONE);
        int before = database.taken();
        directory(nodes, "/d");
        put(nodes, "/d/a", "text", AttributeChange.NONE);
        for (int i = 0; i < 10; i++) {
            text(nodes, "/d/a");
            mode(nodes, "/d/a");
            walked(nodes);
        }
        assertThat(database.taken()).isEqualTo(before);
        time.pass(StoreTimestamps.FRESH);
        mode(nodes, "/d/a");
        mode(nodes, "/d/a");
        // Whether there are timestamps, and whether there are nodes.
        assertThat(database.taken()).isEqualTo(before + 2);
    }

    @Test
    void rowsOfVanishedAndReplacedFilesAreCollected() throws Exception {
        directory(nodes, "/d");
        for (String path : List.of("/d/gone", "/d/replaced", "/d/true")) {
            put(nodes, path, "text", PRIVATE);
        }
        link(nodes, "/d/l", "x");
        nodes.copy(path("/d/true"), path("/copy"), TransferOptions.OVERWRITE);
        bare.remove(path("/d/gone"), Preconditions.NONE);
        put(bare, "/d/replaced", "other", AttributeChange.NONE);
        Collector collector = collector(bare);
        assertThat(collector.round()).isEqualTo(2);
        assertThat(collector.round()).isZero();
        assertThat(mode(nodes, "/d/true")).isEqualTo(0600);
        assertThat(text(nodes, "/d/l")).isEqualTo("x");
        bare.remove(path("/d"), Preconditions.NONE);
        assertThat(collector.round()).isEqualTo(2);
        assertThat(count("overlay_node")).isEqualTo(1);
    }

    @Test
    void rowsOfPathsThatAreBeingChangedAreNotCollected() throws Exception {
        put(nodes, "/a", "text", PRIVATE);
        bare.remove(path("/a"), Preconditions.NONE);
        PathLocks locks = table.nodes("memory:test").locks();
        PathLocks.Turn turn = locks.await(List.of(path("/a")), Duration.ZERO, "test");
        assertThat(collector(bare).round()).isZero();
        locks.end(turn);
        assertThat(collector(bare).round()).isEqualTo(1);
    }

    /** The row is there before the file goes: {@link Transfers}. */
    @Test
    void aSymlinkThatAnotherGatewayPutsIntoThePlaceOfAFileIsNotCollected() throws Exception {
        put(bare, "/l", "file", AttributeChange.NONE);
        link(nodes, "/known", "x");
        CountDownLatch planned = new CountDownLatch(1);
        CountDownLatch looked = new CountDownLatch(1);
        Store slow = new ForwardingStore(bare) {
            @Override
            public void remove(FsPath path, Preconditions preconditions) throws FsException {
                planned.countDown();
                await(looked);
                super.remove(path, preconditions);
            }
        };
        ExecutorService second = Executors.newSingleThreadExecutor();
        try (OverlayTable mine = new OverlayTable(database, time, RETENTION, true, time);
                OverlayTable others = new OverlayTable(database, time, RETENTION, true, time)) {
            Store other = new OverlayStore(slow, "memory:test", others, options());
            Future<Node> put = second.submit(() -> link(other, "/l", "target"));
            await(planned);
            Store watched = new ForwardingStore(bare) {
                @Override
                public Node stat(FsPath path) throws FsException {
                    Node node = super.stat(path);
                    if (path.equals(path("/l"))) {
                        looked.countDown();
                        assertThat(put).succeedsWithin(Duration.ofSeconds(30));
                    }
                    return node;
                }
            };
            Collector collector = collector(watched, mine);
            assertThat(collector.round()).isZero();
            assertThat(looked.getCount()).isZero();
            assertThat(text(other, "/l")).isEqualTo("target");
        } finally {
            second.shutdownNow();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nothingIsCollectedFromAStoreThatDoesNotAnswer() throws Exception {
        put(nodes, "/a", "text", PRIVATE);
        FaultyStore faulty = new FaultyStore(bare);
        faulty.fail("stat", Kind.UNAVAILABLE);
        Collector collector = collector(faulty);
        assertThat(failure(collector::round)).isEqualTo(Kind.UNAVAILABLE);
        assertThat(mode(nodes, "/a")).isEqualTo(0600);
        collector.stop();
        assertThat(collector.round()).isZero();
    }

    @Test
    void aMoveThatGivesFilesNewTimesKeepsTheirRows() throws Exception {
        Store slow = overlay(new ForwardingStore(bare) {
            @Override
            public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
                copy(source, target, options);
                remove(source, Preconditions.NONE);
                return stat(target);
            }
        });
        directory(slow, "/d");
        put(slow, "/d/a", "text", PRIVATE);
        slow.move(path("/d"), path("/e"), TransferOptions.CREATE_NEW);
        assertThat(mode(slow, "/e/a")).isEqualTo(0600);
        assertThat(slow.stat(path("/e/a")).modified()).isEqualTo(PRIVATE.modified());
        collector(bare).round();
        put(bare, "/e/a", "next", AttributeChange.NONE);
        assertThat(mode(slow, "/e/a")).isEqualTo(0644);
    }

    @Test
    void aPathTooLongForARowIsRefusedBeforeAnythingChanges() throws Exception {
        String name = "/" + "n".repeat(250);
        directory(nodes, "/d");
        put(nodes, "/d/f", "text", PRIVATE);
        StringBuilder deep = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            directory(nodes, deep.append(name).toString());
        }
        String tooLong = deep + "/" + "x".repeat(60);
        assertThat(failure(() -> put(nodes, tooLong, "text", PRIVATE))).isEqualTo(Kind.INVALID_NAME);
        assertThat(failure(() -> link(nodes, tooLong, "x"))).isEqualTo(Kind.INVALID_NAME);
        assertThat(failure(() -> nodes.move(path("/d"), path(tooLong), TransferOptions.OVERWRITE)))
                .isEqualTo(Kind.INVALID_NAME);
        assertThat(mode(nodes, "/d/f")).isEqualTo(0600);
        put(nodes, tooLong, "text", AttributeChange.NONE);
        assertThat(text(nodes, tooLong)).isEqualTo("text");
    }

    @Test
    void timesOfUnmodifiedSinceAreThoseThatCallersSee() throws Exception {
        put(nodes, "/a", "text", PRIVATE);
        Preconditions old = new Preconditions(null, null, Instant.parse("2002-01-01T00:00:00Z"), null);
        nodes.write(path("/a"), text("next"), WriteOptions.of(old));
        assertThat(failure(() -> nodes.write(path("/a"), text("last"), WriteOptions.of(old))))
                .isEqualTo(Kind.PRECONDITION_FAILED);
        assertThat(text(nodes, "/a")).isEqualTo("next");
    }

    @Test
    void whatTheStoreKeepsNowIsNotTakenFromARow() throws Exception {
        put(nodes, "/a", "text", mode(0600));
        Store grown = overlay(new BareStore(
                memory, new Capabilities(Set.of(Capability.WRITE, Capability.MODE), Duration.ofNanos(1)).all()));
        chmod(grown, "/a", 0611);
        assertThat(mode(grown, "/a")).isEqualTo(0611);
        assertThat(mode(memory, "/a")).isEqualTo(0611);
    }

    @Test
    void clearingAStoreTakesItsRows() throws Exception {
        put(nodes, "/a", "text", PRIVATE);
        table.clear("memory:test");
        assertThat(count("overlay_node")).isZero();
    }

    private Collector collector(Store of) throws Exception {
        return collector(of, table);
    }

    private static Collector collector(Store of, OverlayTable rows) throws Exception {
        StoreNodes known = rows.nodes("memory:test");
        NodeView view = new NodeView(of, known, OverlayStore.Options.DEFAULT);
        return new Collector(view, new Journal(of, view, known));
    }
}
