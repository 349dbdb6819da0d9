package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OverlayStoreTest extends OverlayFixture {

    private static final AttributeChange PRIVATE = new AttributeChange(new Mode(0600), null, null, null);

    /** A text that does something before it ends. */
    private static final class Text implements Body {
        private final byte[] bytes;
        private final long length;
        private final Runnable beforeEnd;

        Text(String text, boolean lengthKnown, Runnable beforeEnd) {
            this.bytes = text.getBytes(StandardCharsets.UTF_8);
            this.length = lengthKnown ? bytes.length : UNKNOWN;
            this.beforeEnd = beforeEnd;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes) {
                @Override
                public synchronized int read(byte[] buffer, int offset, int count) {
                    if (pos == 0) {
                        beforeEnd.run();
                    }
                    return super.read(buffer, offset, count);
                }
            };
        }
    }

    /** Fails each change when it has done nothing yet, but has read a body. */
    private static final class BrokenStore extends ForwardingStore {
        BrokenStore(Store delegate) {
            super(delegate);
        }

        @Override
        public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
            try (InputStream in = body.open()) {
                in.readAllBytes();
            } catch (IOException e) {
                throw new FsException(Kind.IO, "write", path, e);
            }
            throw new FsException(Kind.NO_SPACE, "write", path);
        }

        @Override
        public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
            throw new FsException(Kind.NO_SPACE, "makeDirectory", path);
        }

        @Override
        public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
            throw new FsException(Kind.NO_SPACE, "move", source);
        }

        @Override
        public void remove(FsPath path, Preconditions preconditions) throws FsException {
            throw new FsException(Kind.NO_SPACE, "remove", path);
        }
    }

    @Test
    void declaresChangeTimestampsAndWhatTheStoreBehindDeclares() {
        assertThat(memory.capabilities().has(Capability.CHANGE_TIMESTAMPS)).isFalse();
        assertThat(store.capabilities()).isEqualTo(memory.capabilities().with(Capability.CHANGE_TIMESTAMPS));
    }

    @Test
    void everyNodeShowsItsTimestamp() throws Exception {
        directory("/d");
        assertThat(put("/d/a", "text", 7).changeTimestamp()).isEqualTo(7);
        put("/d/b", "text");

        assertThat(timestamp("/d/a")).isEqualTo(7);
        assertThat(timestamp("/d/b")).isNull();
        try (Content content = store.read(path("/d/a"))) {
            assertThat(content.node().changeTimestamp()).isEqualTo(7);
        }
        assertThat(content(store, "/d/a")).isEqualTo("text");
        assertThat(all(store.list(path("/d"))))
                .extracting(Node::changeTimestamp)
                .containsExactly(7L, null);
        assertThat(all(store.walk(FsPath.ROOT)))
                .extracting(Node::changeTimestamp)
                .containsExactly(null, 7L, null);
    }

    @Test
    void olderWriteIsStaleBeforeItsBodyIsOpened() throws Exception {
        put("/f", "new", 10);
        AtomicInteger reads = new AtomicInteger();
        Body body = new Text("old", true, reads::incrementAndGet);

        assertThat(failure(() -> store.write(path("/f"), body, WriteOptions.of(at(9)))))
                .isEqualTo(Kind.STALE);
        assertThat(reads).hasValue(0);
        assertThat(content(store, "/f")).isEqualTo("new");
        assertThat(timestamp("/f")).isEqualTo(10);
    }

    @Test
    void equalWriteIsARetry() throws Exception {
        put("/f", "once", 10);
        assertThat(put("/f", "twice", 10).changeTimestamp()).isEqualTo(10);
        assertThat(content(store, "/f")).isEqualTo("twice");
    }

    @Test
    void unorderedChangesLeaveTheStoredValueAlone() throws Exception {
        put("/f", "ordered", 10);
        assertThat(put("/f", "unordered").changeTimestamp()).isEqualTo(10);
        assertThat(store.change(path("/f"), PRIVATE, Preconditions.NONE).changeTimestamp())
                .isEqualTo(10);
        assertThat(failure(() -> put("/f", "late", 9))).isEqualTo(Kind.STALE);
    }

    @Test
    void writeThatIsOvertakenWhileItStreamsIsStale() throws Exception {
        for (boolean lengthKnown : new boolean[] {true, false}) {
            String name = "/f" + lengthKnown;
            Body slow = new Text("slow", lengthKnown, () -> overtake(name));

            assertThat(failure(() -> store.write(path(name), slow, WriteOptions.of(at(9)))))
                    .isEqualTo(Kind.STALE);
            assertThat(content(store, name)).isEqualTo("fast");
            assertThat(timestamp(name)).isEqualTo(10);
        }
    }

    private void overtake(String name) {
        try {
            put(name, "fast", 10);
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void noConnectionIsHeldWhileTheBodyStreams() throws Exception {
        AtomicInteger open = new AtomicInteger(-1);
        store.write(path("/f"), new Text("text", false, () -> open.set(database.open())), WriteOptions.of(at(1)));
        assertThat(open).hasValue(0);
    }

    @Test
    void storeThatReadsNoFurtherThanTheLengthIsOrdered() throws Exception {
        Store exact = overlay(new ForwardingStore(memory) {
            @Override
            public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
                try (InputStream in = body.open()) {
                    byte[] bytes = new byte[Math.toIntExact(body.length())];
                    in.readNBytes(bytes, 0, bytes.length);
                    return super.write(path, Body.of(bytes), options);
                } catch (FsException e) {
                    throw e;
                } catch (IOException e) {
                    throw new FsException(Kind.IO, "write", path, e);
                }
            }
        });
        exact.write(path("/f"), text("new"), WriteOptions.of(at(10)));
        exact.write(path("/empty"), text(""), WriteOptions.of(at(10)));

        assertThat(timestamp("/f")).isEqualTo(10);
        assertThat(timestamp("/empty")).isEqualTo(10);
    }

    @Test
    void storeThatPublishesWhatItHasNotReadIsReported() throws Exception {
        Store hasty = overlay(new ForwardingStore(memory) {
            @Override
            public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
                return super.write(path, text("guess"), options);
            }
        });
        assertThat(failure(() -> hasty.write(path("/f"), text("text"), WriteOptions.of(at(1)))))
                .isEqualTo(Kind.IO);
        assertThat(timestamp("/f")).isNull();
    }

    @Test
    void everyKindOfChangeIsOrdered() throws Exception {
        directory("/x");
        put("/f", "new", 10);
        assertThat(failure(() -> store.change(path("/f"), PRIVATE, at(9)))).isEqualTo(Kind.STALE);
        assertThat(store.stat(path("/f")).mode()).isNotEqualTo(new Mode(0600));
        assertThat(failure(() -> store.link(path("/f"), "x", WriteOptions.of(at(9)))))
                .isEqualTo(Kind.STALE);
        assertThat(failure(() -> store.remove(path("/f"), at(9)))).isEqualTo(Kind.STALE);
        assertThat(failure(() -> store.move(path("/f"), path("/g"), transferAt(9))))
                .isEqualTo(Kind.STALE);
        assertThat(failure(() -> store.move(path("/x"), path("/f"), transferAt(9))))
                .isEqualTo(Kind.STALE);
        assertThat(failure(() -> store.copy(path("/x"), path("/f"), transferAt(9))))
                .isEqualTo(Kind.STALE);
        assertThat(all(store.list(FsPath.ROOT)))
                .extracting(node -> node.path().name())
                .containsExactly("f", "x");
        assertThat(content(store, "/f")).isEqualTo("new");

        assertThat(store.change(path("/f"), PRIVATE, at(11)).changeTimestamp()).isEqualTo(11);
        assertThat(store.makeDirectory(path("/d"), WriteOptions.of(at(12))).changeTimestamp())
                .isEqualTo(12);
        assertThat(failure(() -> store.makeDirectory(path("/d"), WriteOptions.of(at(11)))))
                .isEqualTo(Kind.STALE);
        assertThat(store.link(path("/l"), "f", WriteOptions.of(at(13))).changeTimestamp())
                .isEqualTo(13);
        assertThat(timestamp("/l")).isEqualTo(13);
    }

    @Test
    void failureOfTheStoreLeavesTheTimestampsAsTheyWere() throws Exception {
        directory("/d");
        put("/d/f", "text", 10);
        put("/g", "text", 10);
        Store broken = overlay(new BrokenStore(memory));

        assertThat(failure(() -> broken.write(path("/g"), text("more"), WriteOptions.of(at(11)))))
                .isEqualTo(Kind.NO_SPACE);
        assertThat(failure(() -> broken.write(path("/new"), text("more"), WriteOptions.of(at(11)))))
                .isEqualTo(Kind.NO_SPACE);
        assertThat(failure(() -> broken.makeDirectory(path("/d"), WriteOptions.of(at(11)))))
                .isEqualTo(Kind.NO_SPACE);
        assertThat(failure(() -> broken.move(path("/d"), path("/e"), transferAt(11))))
                .isEqualTo(Kind.NO_SPACE);
        assertThat(failure(() -> broken.move(path("/d"), path("/e"), TransferOptions.OVERWRITE)))
                .isEqualTo(Kind.NO_SPACE);
        assertThat(failure(() -> broken.remove(path("/d"), at(11)))).isEqualTo(Kind.NO_SPACE);

        assertThat(timestamp("/d")).isNull();
        assertThat(timestamp("/d/f")).isEqualTo(10);
        assertThat(timestamp("/g")).isEqualTo(10);
        assertThat(put("/new", "less", 1).changeTimestamp()).isEqualTo(1);
        time.pass(RETENTION.plusSeconds(1));
        assertThat(table.purge()).isZero();
    }

    @Test
    void failureOfTheBodyLeavesContentAndTimestamp() throws Exception {
        put("/f", "whole", 10);
        Body torn = new Text("torn", false, () -> {
            throw new IllegalStateException("torn");
        });
        assertThat(catchThrowable(() -> store.write(path("/f"), torn, WriteOptions.of(at(11)))))
                .isNotNull();
        assertThat(content(store, "/f")).isEqualTo("whole");
        assertThat(timestamp("/f")).isEqualTo(10);
    }

    @Test
    void removedPathRefusesOlderChangesUntilItsTombstoneIsDue() throws Exception {
        put("/f", "text", 10);
        store.remove(path("/f"), at(12));
        assertThat(failure(() -> put("/f", "late", 11))).isEqualTo(Kind.STALE);
        assertThat(failure(() -> store.stat(path("/f")))).isEqualTo(Kind.NOT_FOUND);

        time.pass(RETENTION.minusMillis(1));
        assertThat(failure(() -> put("/f", "late", 11))).isEqualTo(Kind.STALE);
        assertThat(table.purge()).isZero();

        time.pass(Duration.ofMillis(1));
        assertThat(put("/f", "much later", 11).changeTimestamp()).isEqualTo(11);
        assertThat(timestamp("/f")).isEqualTo(11);
        time.pass(RETENTION);
        assertThat(failure(() -> put("/f", "late", 10))).isEqualTo(Kind.STALE);
    }

    @Test
    void removalWithoutTimestampKeepsTheValueAsATombstone() throws Exception {
        put("/f", "text", 10);
        store.remove(path("/f"), Preconditions.NONE);
        assertThat(failure(() -> put("/f", "late", 9))).isEqualTo(Kind.STALE);
        assertThat(put("/f", "again", 10).changeTimestamp()).isEqualTo(10);

        store.remove(path("/f"), Preconditions.NONE);
        time.pass(RETENTION);
        assertThat(table.purge()).isEqualTo(1);
        assertThat(table.purge()).isZero();
    }

    @Test
    void removalPurgesWhatIsDue() throws Exception {
        put("/a", "text", 1);
        put("/b", "text", 1);
        store.remove(path("/a"), at(2));
        time.pass(RETENTION.plusSeconds(1));
        store.remove(path("/b"), at(2));
        time.pass(RETENTION);
        assertThat(table.purge()).isEqualTo(1);
    }

    @Test
    void removalOfADirectoryRefusesOlderChangesBelowIt() throws Exception {
        directory("/d");
        directory("/d/e");
        put("/d/e/f", "text", 10);
        put("/d/g", "text", 30);
        put("/d-g", "text", 10);
        store.remove(path("/d"), at(20));
        directory("/d");
        directory("/d/e");

        assertThat(failure(() -> put("/d/e/f", "late", 19))).isEqualTo(Kind.STALE);
        assertThat(failure(() -> put("/d/g", "late", 29))).isEqualTo(Kind.STALE);
        assertThat(put("/d-g", "sibling", 11).changeTimestamp()).isEqualTo(11);
        time.pass(RETENTION);
        assertThat(table.purge()).isEqualTo(3);
        assertThat(timestamp("/d-g")).isEqualTo(11);
    }

    @Test
    void removalOfWhatIsNotThereRecordsNothing() throws Exception {
        assertThat(failure(() -> store.remove(path("/f"), at(10)))).isEqualTo(Kind.NOT_FOUND);
        assertThat(put("/f", "text", 9).changeTimestamp()).isEqualTo(9);
    }

    @Test
    void moveTakesTheTimestampsAlong() throws Exception {
        directory("/d");
        put("/d/f", "text", 10);
        store.makeDirectory(path("/d/e"), WriteOptions.of(at(11)));
        put("/d/e/\uFFFC", "text", 12);
        put("/d/e/\uD83D\uDE00", "text", 13);
        put("/d-f", "text", 14);
        put("/d0", "text", 15);
        timestamp("/d/f");

        assertThat(store.move(path("/d"), path("/n"), transferAt(20)).changeTimestamp())
                .isEqualTo(20);
        assertThat(all(store.walk(FsPath.ROOT)))
                .extracting(Node::changeTimestamp)
                .containsExactly(14L, 15L, 20L, 11L, 12L, 13L, 10L);
        directory("/d");
        assertThat(failure(() -> put("/d/f", "late", 19))).isEqualTo(Kind.STALE);
        assertThat(failure(() -> store.makeDirectory(path("/d"), WriteOptions.of(at(19)))))
                .isEqualTo(Kind.STALE);
        assertThat(put("/d/f", "new", 20).changeTimestamp()).isEqualTo(20);
        assertThat(put("/n/f", "new", 11).changeTimestamp()).isEqualTo(11);
    }

    @Test
    void moveWithoutTimestampTakesTheTimestampsAlong() throws Exception {
        put("/f", "text", 10);
        assertThat(store.move(path("/f"), path("/g"), TransferOptions.OVERWRITE).changeTimestamp())
                .isEqualTo(10);
        assertThat(timestamp("/g")).isEqualTo(10);
        assertThat(failure(() -> put("/f", "late", 9))).isEqualTo(Kind.STALE);
        put("/h", "text");
        assertThat(store.move(path("/h"), path("/i"), TransferOptions.OVERWRITE).changeTimestamp())
                .isNull();
    }

    @Test
    void moveNeverLowersAValueOfTheTarget() throws Exception {
        directory("/d");
        put("/d/f", "text", 5);
        directory("/n");
        put("/n/f", "text", 10);
        store.remove(path("/n"), Preconditions.NONE);
        store.move(path("/d"), path("/n"), TransferOptions.OVERWRITE);
        assertThat(timestamp("/n/f")).isEqualTo(10);

        store.remove(path("/n"), Preconditions.NONE);
        time.pass(RETENTION);
        directory("/d");
        put("/d/f", "text", 5);
        store.move(path("/d"), path("/n"), TransferOptions.OVERWRITE);
        assertThat(timestamp("/n/f")).isEqualTo(5);
    }

    @Test
    void moveOfManyTimestampsWithLongPaths() throws Exception {
        String name = "n".repeat(200);
        StringBuilder deep = new StringBuilder("/d");
        directory("/d");
        for (int i = 0; i < 8; i++) {
            directory(deep.append('/').append(name).toString());
        }
        for (int i = 0; i < 600; i++) {
            put(deep + "/" + i, "text", 100 + i);
        }
        put(deep + "x", "sibling", 1);
        assertThat(PathKey.of(path(deep.toString())).bytes()).hasSizeGreaterThan(PathKey.HEAD_BYTES);

        String target = deep + "-moved";
        store.move(path(deep.toString()), path(target), TransferOptions.OVERWRITE);
        for (int i = 0; i < 600; i++) {
            assertThat(timestamp(target + "/" + i)).isEqualTo(100 + i);
        }
        assertThat(timestamp(deep + "x")).isEqualTo(1);
        store.remove(path("/d"), Preconditions.NONE);
        time.pass(RETENTION);
        assertThat(table.purge()).isEqualTo(1201);
    }

    @Test
    void moveThatNoStoreDoesChangesNothing() throws Exception {
        directory("/d");
        put("/d/f", "text", 10);
        assertThat(failure(() -> store.move(path("/d"), path("/d/e"), transferAt(20))))
                .isEqualTo(Kind.BUSY);
        assertThat(failure(() -> store.move(path("/d"), path("/d"), transferAt(20))))
                .isEqualTo(Kind.INVALID_NAME);
        assertThat(failure(() -> store.move(path("/d/f"), path("/d"), transferAt(20))))
                .isEqualTo(Kind.IS_A_DIRECTORY);
        assertThat(timestamp("/d")).isNull();
        assertThat(timestamp("/d/f")).isEqualTo(10);
    }

    @Test
    void copyIsOrderedByItsTargetOnly() throws Exception {
        put("/f", "text", 10);
        assertThat(store.copy(path("/f"), path("/g"), transferAt(5)).changeTimestamp())
                .isEqualTo(5);
        assertThat(timestamp("/g")).isEqualTo(5);
        assertThat(timestamp("/f")).isEqualTo(10);
        assertThat(store.copy(path("/f"), path("/h"), TransferOptions.OVERWRITE).changeTimestamp())
                .isNull();
        assertThat(failure(() -> store.copy(path("/f"), path("/g"), transferAt(4))))
                .isEqualTo(Kind.STALE);
    }

    @Test
    void everyTimestampIsANumberThatCanBeCompared() throws Exception {
        put("/f", "first", Long.MIN_VALUE);
        put("/f", "last", Long.MAX_VALUE);
        assertThat(failure(() -> put("/f", "late", Long.MAX_VALUE - 1))).isEqualTo(Kind.STALE);
        assertThat(timestamp("/f")).isEqualTo(Long.MAX_VALUE);
    }
}
