package dev.packhorse.change;

import static dev.packhorse.change.TestOutbox.EXPORT;
import static dev.packhorse.change.TestOutbox.claim;
import static dev.packhorse.change.TestOutbox.path;
import static dev.packhorse.change.TestOutbox.rest;
import static dev.packhorse.change.TestOutbox.texts;
import static dev.packhorse.change.TestOutbox.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.ForwardingStoreTest;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.policy.overlay.TestDatabase;
import dev.packhorse.store.memory.MemoryStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class OutboxTest {

    private final TestOutbox test = new TestOutbox(kind());
    private final Store memory = new MemoryStore(1 << 20);

    TestDatabase.Kind kind() {
        return TestDatabase.Kind.H2;
    }

    @BeforeEach
    void prepare() throws Exception {
        memory.makeDirectory(path("/old"), WriteOptions.DEFAULT);
        memory.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        write(memory, "/old/file", "old");
    }

    @AfterEach
    void close() throws Exception {
        test.close();
    }

    @Test
    void everyOperationOfTheStoreIsForwarded() {
        ForwardingStoreTest.assertOverridesEveryOperation(ChangeRecordingStore.class);
    }

    @Test
    void changesComeInTheOrderOfTheOperationsAndTreesAreOneChange() throws Exception {
        Outbox outbox = test.open();
        Subscription subscription = outbox.subscribe(EXPORT, "s");
        Store store = outbox.recording(EXPORT, memory);

        store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        write(store, "/d/a", "1");
        write(store, "/d/empty", "");
        store.copy(path("/old"), path("/copy"), TransferOptions.OVERWRITE);
        store.move(path("/d"), path("/e"), TransferOptions.OVERWRITE);
        store.remove(path("/e"), Preconditions.NONE);

        assertThat(texts(rest(outbox, subscription)))
                .containsExactly(
                        "makeDirectory /d",
                        "write /d/a",
                        "write /d/empty",
                        "copy /old /copy",
                        "move /d /e",
                        "remove /e");
    }

    @Test
    void whatTheStoreRefusesIsNoChange() throws Exception {
        Outbox outbox = test.open();
        Subscription subscription = outbox.subscribe(EXPORT, "s");
        Store store = outbox.recording(EXPORT, memory);

        assertThatThrownBy(() -> write(store, "/old", "onto a directory")).isInstanceOf(FsException.class);
        assertThatThrownBy(() -> store.remove(path("/missing"), Preconditions.NONE))
                .isInstanceOf(FsException.class);

        assertThatThrownBy(() -> store.copy(path("/missing"), path("/new"), TransferOptions.OVERWRITE))
                .isInstanceOf(FsException.class);
        assertThatThrownBy(() -> store.move(path("/missing"), path("/new"), TransferOptions.OVERWRITE))
                .isInstanceOf(FsException.class);
        assertThatThrownBy(() -> store.copy(path("/old/file"), path("/d"), TransferOptions.OVERWRITE))
                .isInstanceOf(FsException.class);
        assertThatThrownBy(() -> store.copy(path("/old"), path("/d"), new TransferOptions(false, Preconditions.NONE)))
                .isInstanceOf(FsException.class);
        assertThatThrownBy(() -> store.remove(
                        path("/old/file"), new Preconditions(new EtagMatch(false, List.of("other")), null, null, null)))
                .isInstanceOf(FsException.class);

        assertThat(rest(outbox, subscription)).isEmpty();
        await().until(() -> outbox.backlog() == 0);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatFailsInTheMiddleOfATreeIsLookedAtAgainWhateverTheReason(Kind kind) throws Exception {
        Outbox outbox = test.open();
        Subscription subscription = outbox.subscribe(EXPORT, "s");
        Store store = outbox.recording(EXPORT, new HalfStore(memory, kind));

        assertThatThrownBy(() -> store.copy(path("/old"), path("/copy"), TransferOptions.OVERWRITE))
                .isInstanceOf(FsException.class);
        assertThatThrownBy(() -> store.move(path("/old"), path("/moved"), TransferOptions.OVERWRITE))
                .isInstanceOf(FsException.class);
        assertThatThrownBy(() -> store.move(path("/old/file"), path("/file"), TransferOptions.OVERWRITE))
                .isInstanceOf(FsException.class);
        assertThatThrownBy(() -> store.remove(path("/old"), Preconditions.NONE)).isInstanceOf(FsException.class);

        List<String> expected = new ArrayList<>(
                List.of("copy /old /copy?", "move /old /moved?", "move /old/file /file?", "remove /old?"));
        switch (kind) {
            // These are decided before anything is removed.
            case STALE, NOT_FOUND -> expected.remove("remove /old?");
            default -> {}
        }
        assertThat(texts(rest(outbox, subscription))).containsExactlyElementsOf(expected);
    }

    /** Copies, moves by copying and removes in parts, and fails when one part is done. */
    private static final class HalfStore extends ForwardingStore {
        private final Kind kind;

        HalfStore(Store delegate, Kind kind) {
            super(delegate);
            this.kind = kind;
        }

        @Override
        public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
            super.copy(source, target, options);
            throw new FsException(kind, "copy", source);
        }

        @Override
        public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
            super.copy(source, target, options);
            throw new FsException(kind, "move", source);
        }

        @Override
        public void remove(FsPath path, Preconditions preconditions) throws FsException {
            super.remove(path.child("file"), preconditions);
            throw new FsException(kind, "remove", path);
        }
    }

    @Test
    void aFailureThatLeavesInDoubtIsLookedAtAgain() throws Exception {
        Outbox outbox = test.open();
        Subscription subscription = outbox.subscribe(EXPORT, "s");
        Store store = outbox.recording(EXPORT, memory);

        FsException failure = catchThrowableOfType(
                FsException.class, () -> store.write(path("/a"), new BrokenBody(), WriteOptions.DEFAULT));

        assertThat(failure.kind()).isEqualTo(Kind.IO);
        assertThat(texts(claim(subscription, 1))).containsExactly("write /a?");
    }

    private static final class BrokenBody implements Body {
        @Override
        public long length() {
            return 10;
        }

        @Override
        public InputStream open() throws IOException {
            throw new IOException("broken");
        }
    }

    @Test
    void nobodyWaitsForChangesAndNothingIsRecorded() throws Exception {
        Outbox outbox = test.open();
        Store store = outbox.recording(EXPORT, memory);
        int before = test.database.taken();

        write(store, "/a", "1");

        assertThat(test.database.taken()).isEqualTo(before);
        assertThat(outbox.backlog()).isZero();
    }

    @Test
    void theStoreIsNotTouchedBeforeTheIntentIsDurable() throws Exception {
        Outbox outbox = test.open();
        outbox.subscribe(EXPORT, "s");
        Store store = outbox.recording(EXPORT, memory);
        write(store, "/a", "1");
        outbox.wait(outbox.committer().step(rows -> {}));
        test.database.down(true);
        breakConnection(outbox);

        FsException failure = catchThrowableOfType(FsException.class, () -> write(store, "/a", "22"));

        assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(memory.stat(path("/a")).size()).isEqualTo(1);
        test.database.down(false);
        await().untilAsserted(() -> write(store, "/a", "333"));
    }

    /** The committer keeps a connection; a step that fails makes it get another one. */
    private static void breakConnection(Outbox outbox) {
        assertThatThrownBy(() -> outbox.wait(outbox.committer().step(rows -> {
                    throw new SQLException("broken", "08006");
                })))
                .isInstanceOf(FsException.class);
    }

    @Test
    void twoSubscribersGetAllEachAtItsOwnPace() throws Exception {
        Outbox outbox = test.open();
        Subscription fast = outbox.subscribe(EXPORT, "fast");
        Subscription slow = outbox.subscribe(EXPORT, "slow");
        Store store = outbox.recording(EXPORT, memory);

        write(store, "/a", "1");
        claim(fast, 1).forEach(fast::delivered);
        write(store, "/b", "1");

        assertThat(texts(rest(outbox, fast))).containsExactly("write /b");
        assertThat(texts(rest(outbox, slow))).containsExactly("write /a", "write /b");
    }

    @Test
    void changesThatOverlapInTimeAndPathAreLookedAtAgain() throws Exception {
        Outbox outbox = test.open();
        Subscription subscription = outbox.subscribe(EXPORT, "s");
        Store store = outbox.recording(EXPORT, memory);
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch removed = new CountDownLatch(1);
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            try {
                store.write(path("/old/new"), new SlowBody(reading, removed), WriteOptions.DEFAULT);
            } catch (FsException e) {
                throw new IllegalStateException(e);
            }
        });
        reading.await();
        store.remove(path("/old/file"), Preconditions.NONE);
        store.copy(path("/old"), path("/other"), TransferOptions.OVERWRITE);
        store.makeDirectory(path("/old"), WriteOptions.DEFAULT);
        removed.countDown();
        writing.get();

        assertThat(texts(rest(outbox, subscription)))
                .containsExactly("write /old/new?", "remove /old/file", "copy /old /other", "makeDirectory /old?");
    }

    /** A body that waits before its only byte. */
    private record SlowBody(CountDownLatch reading, CountDownLatch go) implements Body {
        @Override
        public long length() {
            return 1;
        }

        @Override
        public InputStream open() {
            reading.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new ByteArrayInputStream(new byte[1]);
        }
    }

    @Test
    void whatFailedComesAgainLaterAndBeforeWhatOverlapsIt() throws Exception {
        Outbox outbox = test.open();
        Subscription subscription = outbox.subscribe(EXPORT, "s");
        Store store = outbox.recording(EXPORT, memory);
        write(store, "/d/a", "1");
        Change failing = claim(subscription, 1).get(0);
        write(store, "/e", "1");
        store.remove(path("/d"), Preconditions.NONE);
        memory.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        write(store, "/d/b", "1");

        subscription.failed(failing, Duration.ofSeconds(5));

        assertThat(texts(rest(outbox, subscription))).containsExactly("write /e");
        test.pass(Duration.ofSeconds(5));
        List<Change> again = rest(outbox, subscription);
        assertThat(texts(again)).containsExactly("write /d/a", "remove /d", "write /d/b");
        assertThat(again.get(0).attempts()).isEqualTo(1);
        assertThat(again.get(0).eventId()).isEqualTo(failing.eventId());
    }

    @Test
    void whatWaitsBehindOneFailureKeepsNobodyElseFromComing() throws Exception {
        Outbox outbox = test.open();
        Subscription subscription = outbox.subscribe(EXPORT, "s");
        Store store = outbox.recording(EXPORT, memory);
        write(store, "/stuck", "0");
        subscription.failed(claim(subscription, 1).get(0), Duration.ofHours(1));
        for (int i = 0; i < 5_000; i++) {
            write(store, "/stuck", "1");
        }
        write(store, "/other", "1");

        assertThat(texts(rest(outbox, subscription))).containsExactly("write /other");
    }

    @Test
    void whatWasGivenBackComesAtOnce() throws Exception {
        Outbox outbox = test.open();
        Subscription subscription = outbox.subscribe(EXPORT, "s");
        write(outbox.recording(EXPORT, memory), "/a", "1");
        Change change = claim(subscription, 1).get(0);
        assertThat(subscription.claim(1)).isEmpty();

        subscription.giveBack(change);

        assertThat(subscription.claim(1)).containsExactly(change);
    }

    @Test
    void aSubscriberGoesOnWhereItWas() throws Exception {
        Outbox first = test.open();
        Subscription before = first.subscribe(EXPORT, "s");
        Store store = first.recording(EXPORT, memory);
        write(store, "/a", "1");
        claim(before, 1).forEach(before::delivered);
        before.close();
        write(store, "/b", "1");
        first.close();

        Outbox second = test.open();
        write(second.recording(EXPORT, memory), "/c", "1");

        assertThat(texts(rest(second, second.subscribe(EXPORT, "s")))).containsExactly("write /b", "write /c");
    }

    @Test
    void intentsOfADeadGatewayAreLookedAtAgain() throws Exception {
        Outbox dead = test.open(true, Outbox.Options.DEFAULT);
        dead.subscribe(EXPORT, "s");
        Recording left = Objects.requireNonNull(dead.begin(EXPORT, Change.Operation.REMOVE, path("/a"), null));
        left.await();
        Outbox other = test.open(true, Outbox.Options.DEFAULT);
        Subscription subscription = other.subscribe(EXPORT, "s");
        assertThat(rest(other, subscription)).isEmpty();

        test.pass(Duration.ofSeconds(31));

        assertThat(texts(rest(other, subscription))).containsExactly("remove /a?");
    }

    @Test
    void aGatewayThatWasTakenForDeadRecordsItsChangeAnew() throws Exception {
        Outbox late = test.open(true, Outbox.Options.DEFAULT);
        late.subscribe(EXPORT, "s");
        Recording recording = Objects.requireNonNull(late.begin(EXPORT, Change.Operation.WRITE, path("/a"), null));
        recording.await();
        Outbox other = test.open(true, Outbox.Options.DEFAULT);
        Subscription subscription = other.subscribe(EXPORT, "s");
        test.pass(Duration.ofSeconds(31));
        rest(other, subscription).forEach(subscription::delivered);
        rest(other, subscription);

        recording.happened();

        late.wait(late.committer().step(rows -> {}));
        assertThat(texts(rest(other, subscription))).containsExactly("write /a?");
    }

    @Test
    void leasesAreRenewedWhileTheProcessLives() throws Exception {
        Outbox first = test.open(true, Outbox.Options.DEFAULT);
        Subscription mine = first.subscribe(EXPORT, "s");
        write(first.recording(EXPORT, memory), "/a", "1");
        claim(mine, 1);
        Outbox other = test.open(true, Outbox.Options.DEFAULT);
        Subscription theirs = other.subscribe(EXPORT, "s");

        test.pass(Duration.ofSeconds(20));
        first.round();
        test.pass(Duration.ofSeconds(20));

        assertThat(theirs.claim(1)).isEmpty();
        test.pass(Duration.ofSeconds(20));
        assertThat(texts(theirs.claim(1))).containsExactly("write /a");
    }

    @Test
    void anotherGatewayGetsNothingThatOverlapsWhatIsUnderWay() throws Exception {
        Outbox first = test.open(true, Outbox.Options.DEFAULT);
        Subscription mine = first.subscribe(EXPORT, "s");
        Outbox other = test.open(true, Outbox.Options.DEFAULT);
        Subscription theirs = other.subscribe(EXPORT, "s");
        Store store = first.recording(EXPORT, memory);
        write(store, "/d/a", "1");
        Change underWay = claim(mine, 1).get(0);
        store.remove(path("/d"), Preconditions.NONE);
        write(store, "/e", "1");
        first.wait(first.committer().step(rows -> {}));

        assertThat(texts(theirs.claim(10))).containsExactly("write /e");
        assertThat(texts(mine.claim(10))).containsExactly("remove /d");
        mine.delivered(underWay);
    }

    @Test
    void gatewaysThatAskAtTheSameTimeShareTheWorkAndNothingComesTwice() throws Exception {
        Outbox first = test.open(true, Outbox.Options.DEFAULT);
        Outbox other = test.open(true, Outbox.Options.DEFAULT);
        List<Subscription> gateways = List.of(first.subscribe(EXPORT, "s"), other.subscribe(EXPORT, "s"));
        Store store = first.recording(EXPORT, memory);
        int changes = 300;
        for (int i = 0; i < changes; i++) {
            write(store, "/" + i, "1");
        }
        first.wait(first.committer().step(rows -> {}));

        List<String> delivered = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Integer>> shares = new ArrayList<>();
        CountDownLatch begun = new CountDownLatch(gateways.size());
        for (Subscription gateway : gateways) {
            shares.add(CompletableFuture.supplyAsync(() -> {
                int share = 0;
                while (delivered.size() < changes) {
                    for (Change change : claimed(gateway, 5)) {
                        if (share++ == 0) {
                            awaitAll(begun);
                        }
                        delivered.add(change.path().toString());
                        gateway.delivered(change);
                    }
                }
                return share;
            }));
        }

        for (CompletableFuture<Integer> share : shares) {
            assertThat(share.get()).isPositive();
        }
        first.wait(first.committer().step(rows -> {}));
        other.wait(other.committer().step(rows -> {}));
        assertThat(delivered).hasSize(changes).doesNotHaveDuplicates();
        assertThat(gateways.get(0).claim(1)).isEmpty();
        assertThat(gateways.get(1).claim(1)).isEmpty();
    }

    private static void awaitAll(CountDownLatch latch) {
        latch.countDown();
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Change> claimed(Subscription of, int most) {
        try {
            return of.claim(most);
        } catch (FsException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void changesOfTwoGatewaysThatOverlapAreLookedAtAgain() throws Exception {
        Outbox first = test.open(true, Outbox.Options.DEFAULT);
        Subscription subscription = first.subscribe(EXPORT, "s");
        Outbox other = test.open(true, Outbox.Options.DEFAULT);
        Recording here = Objects.requireNonNull(first.begin(EXPORT, Change.Operation.REMOVE, path("/d"), null));
        here.await();
        Recording there = Objects.requireNonNull(other.begin(EXPORT, Change.Operation.WRITE, path("/d/a"), null));
        there.await();
        Recording apart = Objects.requireNonNull(other.begin(EXPORT, Change.Operation.WRITE, path("/e"), null));
        apart.await();

        there.happened();
        apart.happened();
        other.wait(other.committer().step(rows -> {}));
        here.happened();

        assertThat(texts(rest(first, subscription))).containsExactly("remove /d?", "write /d/a?", "write /e");
    }

    @Test
    void aSubscriberThatDoesNotComeBackIsForgotten() throws Exception {
        Outbox outbox = test.open();
        Subscription gone = outbox.subscribe(EXPORT, "gone");
        Subscription stays = outbox.subscribe(EXPORT, "stays");
        gone.close();
        Store store = outbox.recording(EXPORT, memory);
        write(store, "/a", "1");
        assertThat(outbox.backlog()).isEqualTo(2);

        test.pass(Duration.ofDays(8));
        outbox.round();
        write(store, "/b", "1");

        assertThat(texts(rest(outbox, stays))).containsExactly("write /b");
        assertThat(outbox.backlog()).isEqualTo(1);
    }
}
