package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.OrderedBody;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A gateway that dies, or loses its database, between the store and the rows: what another makes of it. */
class JournalTest extends NodeFixture {

    /** When the world stops. */
    enum Moment {
        BEFORE_THE_STORE,
        AFTER_THE_STORE,
        /** The gateway lives, but its database is gone. */
        AFTER_THE_STORE_WITHOUT_DATABASE
    }

    /** Loses the database at a moment of its next change, and fails unless only that is lost. */
    private final class Doomed extends ForwardingStore {
        private final Moment moment;

        Doomed(Store delegate, Moment moment) {
            super(delegate);
            this.moment = moment;
        }

        private interface Action {
            Node run() throws FsException;
        }

        private Node doomed(String operation, FsPath path, Action action) throws FsException {
            if (moment == Moment.BEFORE_THE_STORE) {
                database.down(true);
                throw new FsException(Kind.TIMEOUT, operation, path);
            }
            Node node = action.run();
            database.down(true);
            if (moment == Moment.AFTER_THE_STORE) {
                throw new FsException(Kind.TIMEOUT, operation, path);
            }
            return node;
        }

        @Override
        public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
            if (moment == Moment.BEFORE_THE_STORE) {
                // Reads the body, as every store does before it publishes.
                return super.write(
                        path,
                        new OrderedBody(
                                body,
                                size -> doomed("write", path, () -> delegate().stat(FsPath.ROOT))),
                        options);
            }
            return doomed("write", path, () -> super.write(path, body, options));
        }

        @Override
        public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
            return doomed("makeDirectory", path, () -> super.makeDirectory(path, options));
        }

        @Override
        public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
            return doomed("change", path, () -> super.change(path, change, preconditions));
        }

        @Override
        public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
            return doomed("copy", source, () -> super.copy(source, target, options));
        }

        @Override
        public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
            return doomed("move", source, () -> super.move(source, target, options));
        }

        @Override
        public void remove(FsPath path, Preconditions preconditions) throws FsException {
            Node unused = doomed("remove", path, () -> {
                super.remove(path, preconditions);
                return delegate().stat(FsPath.ROOT);
            });
        }
    }

    private interface Deed {
        void on(Store store) throws FsException;
    }

    /** Lets a gateway die in a change, and returns the next one. */
    private Store afterDeath(Store behind, Moment moment, Deed deed) throws Exception {
        OverlayTable dying = otherTable();
        Store gateway = new OverlayStore(new Doomed(behind, moment), "memory:test", dying, options());
        Kind kind = failure(() -> deed.on(gateway));
        assertThat(database.isDown()).isTrue();
        assertThat(kind).isEqualTo(moment == Moment.AFTER_THE_STORE_WITHOUT_DATABASE ? Kind.UNAVAILABLE : Kind.TIMEOUT);
        database.down(false);
        assertThat(count("overlay_intent")).isEqualTo(1);
        dying.close();
        Store next = new OverlayStore(behind, "memory:test", otherTable(), options());
        assertThat(count("overlay_intent")).isZero();
        return next;
    }

    @ParameterizedTest
    @EnumSource
    void writeOfANewFile(Moment moment) throws Exception {
        Store next = afterDeath(bare, moment, store -> put(store, "/a", "text", PRIVATE));
        if (moment == Moment.BEFORE_THE_STORE) {
            assertThat(walked(next)).isEmpty();
            assertThat(count("overlay_node")).isZero();
        } else {
            assertThat(text(next, "/a")).isEqualTo("text");
            assertThat(next.stat(path("/a")).mediaType()).isEqualTo("text/x-verse");
            assertThat(mode(next, "/a")).isEqualTo(0600);
        }
    }

    @ParameterizedTest
    @EnumSource
    void writeOverAFile(Moment moment) throws Exception {
        put(nodes, "/a", "old", mode(0611));
        Store next = afterDeath(bare, moment, store -> put(store, "/a", "new", mode(0600)));
        boolean happened = moment != Moment.BEFORE_THE_STORE;
        assertThat(text(next, "/a")).isEqualTo(happened ? "new" : "old");
        assertThat(mode(next, "/a")).isEqualTo(happened ? 0600 : 0611);
    }

    @ParameterizedTest
    @EnumSource
    void writeOverASymlink(Moment moment) throws Exception {
        link(nodes, "/a", "x");
        Store next = afterDeath(bare, moment, store -> put(store, "/a", "new", AttributeChange.NONE));
        assertThat(text(next, "/a")).isEqualTo(moment == Moment.BEFORE_THE_STORE ? "x" : "new");
        assertThat(count("overlay_node")).isEqualTo(moment == Moment.BEFORE_THE_STORE ? 1 : 0);
    }

    @ParameterizedTest
    @EnumSource
    void makingADirectory(Moment moment) throws Exception {
        Store next = afterDeath(bare, moment, store -> store.makeDirectory(path("/d"), WriteOptions.of(mode(0700))));
        if (moment == Moment.BEFORE_THE_STORE) {
            assertThat(walked(next)).isEmpty();
        } else {
            assertThat(mode(next, "/d")).isEqualTo(0700);
        }
    }

    @ParameterizedTest
    @EnumSource
    void changingWhatTheStoreKeepsAndWhatItDoesNot(Moment moment) throws Exception {
        Store half = new BareStore(memory, Set.of(Capability.WRITE, Capability.MODE, Capability.MODIFIED));
        put(overlay(half), "/a", "text", PRIVATE);
        Store next = afterDeath(
                half,
                moment,
                store -> store.change(
                        path("/a"),
                        new AttributeChange(mode(0640).mode(), time.instant(), new Owner(9, 9), null),
                        Preconditions.NONE));
        // Either way: setting attributes can be done again.
        Node node = next.stat(path("/a"));
        assertThat(node.mode().permissions()).isEqualTo(0640);
        assertThat(node.owner()).isEqualTo(new Owner(9, 9));
        assertThat(node.mediaType()).isEqualTo("text/x-verse");
    }

    @ParameterizedTest
    @EnumSource
    void linkOverAFile(Moment moment) throws Exception {
        put(nodes, "/a", "text", PRIVATE);
        Store next = afterDeath(bare, moment, store -> link(store, "/a", "x"));
        // The intent said so, and the file can go at any time.
        assertThat(text(next, "/a")).isEqualTo("x");
        assertThat(walked(bare)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void moveOfASymlinkOverAFile(Moment moment) throws Exception {
        put(nodes, "/a", "text", PRIVATE);
        link(nodes, "/l", "x");
        Store next = afterDeath(bare, moment, store -> store.move(path("/l"), path("/a"), TransferOptions.OVERWRITE));
        assertThat(text(next, "/a")).isEqualTo("x");
        assertThat(walked(next)).containsExactly("/a");
    }

    private void tree() throws FsException {
        directory(nodes, "/d");
        directory(nodes, "/d/e");
        put(nodes, "/d/e/f", "text", PRIVATE);
        put(nodes, "/d/g", "text", AttributeChange.NONE);
        link(nodes, "/d/e/l", "f");
        chmod(nodes, "/d", 0700);
    }

    private void assertTree(Store store, String root) throws Exception {
        assertThat(walked(store)).contains(root, root + "/e", root + "/e/f", root + "/e/l", root + "/g");
        assertThat(mode(store, root)).isEqualTo(0700);
        assertThat(store.stat(path(root + "/e/f")).modified()).isEqualTo(PRIVATE.modified());
        assertThat(mode(store, root + "/g")).isEqualTo(0644);
    }

    @ParameterizedTest
    @EnumSource
    void moveOfATree(Moment moment) throws Exception {
        tree();
        Store next = afterDeath(bare, moment, store -> store.move(path("/d"), path("/m"), TransferOptions.CREATE_NEW));
        assertTree(next, moment == Moment.BEFORE_THE_STORE ? "/d" : "/m");
        assertThat(walked(next)).hasSize(5);
        assertThat(count("overlay_node")).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void copyOfATree(Moment moment) throws Exception {
        tree();
        Store next = afterDeath(bare, moment, store -> store.copy(path("/d"), path("/m"), TransferOptions.CREATE_NEW));
        assertTree(next, "/d");
        if (moment == Moment.BEFORE_THE_STORE) {
            assertThat(walked(next)).hasSize(5);
        } else {
            assertTree(next, "/m");
        }
    }

    @ParameterizedTest
    @EnumSource
    void removalOfATree(Moment moment) throws Exception {
        tree();
        Store next = afterDeath(bare, moment, store -> store.remove(path("/d"), Preconditions.NONE));
        if (moment == Moment.BEFORE_THE_STORE) {
            assertTree(next, "/d");
        } else {
            assertThat(walked(next)).isEmpty();
            assertThat(count("overlay_node")).isZero();
        }
    }

    @Test
    void aCopyThatBreaksInTheMiddleLeavesWhatItHasNotReachedAlone() throws Exception {
        for (String path : new String[] {"/s", "/t"}) {
            directory(nodes, path);
        }
        put(nodes, "/s/a", "new", mode(0600));
        put(nodes, "/s/b", "new", mode(0600));
        put(nodes, "/t/a", "old", mode(0611));
        put(nodes, "/t/b", "old", mode(0611));
        Store breaking = overlay(new ForwardingStore(bare) {
            @Override
            public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
                super.copy(path("/s/a"), path("/t/a"), options);
                throw new FsException(Kind.NO_SPACE, "copy", source);
            }
        });
        assertThat(failure(() -> breaking.copy(path("/s"), path("/t"), TransferOptions.OVERWRITE)))
                .isEqualTo(Kind.NO_SPACE);
        assertThat(text(nodes, "/t/a")).isEqualTo("new");
        assertThat(mode(nodes, "/t/a")).isEqualTo(0600);
        assertThat(text(nodes, "/t/b")).isEqualTo("old");
        assertThat(mode(nodes, "/t/b")).isEqualTo(0611);
        assertThat(count("overlay_intent")).isZero();
    }

    @Test
    void theNextChangeOfThePathSettlesWhatTheLastOneLeft() throws Exception {
        Store gateway = overlay(new Doomed(bare, Moment.AFTER_THE_STORE_WITHOUT_DATABASE));
        assertThat(failure(() -> put(gateway, "/a", "text", PRIVATE))).isEqualTo(Kind.UNAVAILABLE);
        database.down(false);
        chmod(nodes, "/a", 0640);
        assertThat(mode(nodes, "/a")).isEqualTo(0640);
        assertThat(nodes.stat(path("/a")).mediaType()).isEqualTo("text/x-verse");
        assertThat(count("overlay_intent")).isZero();
    }

    @Test
    void withoutTheDatabaseNothingIsHalfDone() throws Exception {
        put(nodes, "/a", "old", mode(0611));
        database.down(true);
        assertThat(failure(() -> put(nodes, "/a", "new", mode(0600)))).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure(() -> nodes.move(path("/a"), path("/b"), TransferOptions.OVERWRITE)))
                .isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure(() -> nodes.remove(path("/a"), Preconditions.NONE))).isEqualTo(Kind.UNAVAILABLE);
        assertThat(failure(() -> nodes.stat(path("/a")))).isEqualTo(Kind.UNAVAILABLE);
        database.down(false);
        assertThat(text(nodes, "/a")).isEqualTo("old");
        assertThat(mode(nodes, "/a")).isEqualTo(0611);
    }

    @Test
    void whatALivingGatewayIsAtIsLeftToItAndADeadOnesIsTakenOver() throws Exception {
        try (OverlayTable one = new OverlayTable(database, time, RETENTION, true, time);
                OverlayTable other = new OverlayTable(database, time, RETENTION, true, time)) {
            Store dying = new OverlayStore(
                    new Doomed(bare, Moment.AFTER_THE_STORE_WITHOUT_DATABASE), "memory:test", one, options());
            assertThat(failure(() -> put(dying, "/a", "text", PRIVATE))).isEqualTo(Kind.UNAVAILABLE);
            database.down(false);

            Store living = new OverlayStore(bare, "memory:test", other, options());
            assertThat(count("overlay_intent")).isEqualTo(1);
            put(living, "/b", "elsewhere", PRIVATE);
            time.pass(Gateways.PATIENCE.plus(Duration.ofSeconds(1)));
            chmod(living, "/a", 0640);
            assertThat(count("overlay_intent")).isZero();
            assertThat(living.stat(path("/a")).mediaType()).isEqualTo("text/x-verse");
        }
        assertThat(count("overlay_gateway")).isZero();
    }
}
