package dev.packhorse.policy.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.ForwardingStoreTest;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuotaStoreTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final MemoryStore memory = new MemoryStore(64 << 20);
    private final List<Quota> quotas = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stopCounting() {
        quotas.forEach(Quota::close);
        threads.shutdownNow();
    }

    private static FsPath path(String text) {
        try {
            return FsPath.parse(text);
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    private Quota quota(long bytes, long entries, Store counted, Duration recount, Duration soon) {
        Quota quota = Quota.start("/test", new Quota.Limits(bytes, entries, recount), counted, soon);
        quotas.add(quota);
        return quota;
    }

    /** A quota that has been counted once and is not again. */
    private Quota quota(long bytes, long entries) throws FsException {
        Usage there = Usage.below(memory, FsPath.ROOT);
        Quota quota = quota(bytes, entries, memory, LONG, LONG);
        Awaitility.await().until(() -> quota.used().equals(there));
        return quota;
    }

    private static Node write(Store store, String path, int bytes) throws FsException {
        return store.write(path(path), Body.of(new byte[bytes]), WriteOptions.DEFAULT);
    }

    private static Body unknownLength(int length) {
        return new Body() {
            @Override
            public long length() {
                return UNKNOWN;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(new byte[length]);
            }
        };
    }

    private static void assertFails(Kind kind, ThrowingCallable call) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure of kind %s", kind).isNotNull();
        assertThat(failure.kind()).isEqualTo(kind);
    }

    @Test
    void whatGoesBeyondIsRefusedAndChangesNothing() throws FsException {
        Quota quota = quota(100, 5);
        Store store = new QuotaStore(memory, quota);

        write(store, "/a", 60);
        assertFails(Kind.NO_SPACE, () -> write(store, "/b", 41));
        assertFails(Kind.NO_SPACE, () -> store.write(path("/b"), unknownLength(41), WriteOptions.DEFAULT));
        assertFails(Kind.NO_SPACE, () -> store.link(path("/b"), "x".repeat(41), WriteOptions.DEFAULT));
        assertFails(Kind.NO_SPACE, () -> store.copy(path("/a"), path("/b"), TransferOptions.OVERWRITE));
        assertThat(quota.used()).isEqualTo(new Usage(60, 1));
        store.write(path("/b"), unknownLength(40), WriteOptions.DEFAULT);
        assertThat(quota.used()).isEqualTo(new Usage(100, 2));
        assertFails(Kind.NO_SPACE, () -> write(store, "/c", 1));
        write(store, "/c", 0);
        assertThat(Usage.below(memory, FsPath.ROOT)).isEqualTo(quota.used());
    }

    @Test
    void entriesAreLimitedToo() throws FsException {
        Quota quota = quota(Long.MAX_VALUE, 3);
        Store store = new QuotaStore(memory, quota);

        store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        write(store, "/d/a", 1);
        store.link(path("/d/l"), "a", WriteOptions.DEFAULT);
        assertFails(Kind.NO_SPACE, () -> write(store, "/b", 0));
        assertFails(Kind.NO_SPACE, () -> store.makeDirectory(path("/b"), WriteOptions.DEFAULT));
        assertFails(Kind.NO_SPACE, () -> store.link(path("/b"), "x", WriteOptions.DEFAULT));
        assertFails(Kind.NO_SPACE, () -> store.copy(path("/d/a"), path("/b"), TransferOptions.OVERWRITE));
        write(store, "/d/a", 1000);
        write(store, "/d/l", 7);
        assertThat(quota.used()).isEqualTo(new Usage(1007, 3));
    }

    @Test
    void deletingAndReplacingGiveBack() throws FsException {
        Quota quota = quota(100, 10);
        Store store = new QuotaStore(memory, quota);
        store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        write(store, "/d/a", 50);
        write(store, "/d/b", 50);

        write(store, "/d/a", 20);
        assertThat(quota.used()).isEqualTo(new Usage(70, 3));
        store.write(path("/d/a"), unknownLength(50), WriteOptions.DEFAULT);
        store.move(path("/d/a"), path("/d/b"), TransferOptions.OVERWRITE);
        assertThat(quota.used()).isEqualTo(new Usage(50, 2));
        store.move(path("/d"), path("/e"), TransferOptions.OVERWRITE);
        assertThat(quota.used()).isEqualTo(new Usage(50, 2));
        store.remove(path("/e/b"), Preconditions.NONE);
        assertThat(quota.used()).isEqualTo(new Usage(0, 1));
        write(store, "/e/c", 100);
        store.remove(path("/e"), Preconditions.NONE);
        assertThat(quota.used()).isEqualTo(Usage.NOTHING);
        assertFails(Kind.NOT_FOUND, () -> store.remove(path("/e"), Preconditions.NONE));
        assertThat(quota.used()).isEqualTo(Usage.NOTHING);
    }

    @Test
    void whatFailsTakesNothing() throws Exception {
        FaultyStore faulty = new FaultyStore(memory);
        Quota quota = quota(100, 10);
        Store store = new QuotaStore(faulty, quota);
        store.makeDirectory(path("/d"), WriteOptions.DEFAULT);

        assertFails(Kind.IS_A_DIRECTORY, () -> write(store, "/d", 10));
        assertFails(
                Kind.PRECONDITION_FAILED,
                () -> store.write(path("/d"), Body.of(new byte[1]), WriteOptions.of(Preconditions.MUST_NOT_EXIST)));
        assertFails(Kind.NOT_FOUND, () -> write(store, "/none/x", 10));
        assertThat(quota.used()).isEqualTo(new Usage(0, 1));
    }

    @Test
    void treesAreCountedBeforeTheyAreCopied() throws FsException {
        Quota quota = quota(100, 100);
        Store store = new QuotaStore(memory, quota);
        store.makeDirectory(path("/s"), WriteOptions.DEFAULT);
        store.makeDirectory(path("/s/d"), WriteOptions.DEFAULT);
        write(store, "/s/a", 20);
        write(store, "/s/d/b", 20);

        store.copy(path("/s"), path("/t"), TransferOptions.CREATE_NEW);
        assertThat(quota.used()).isEqualTo(new Usage(80, 8));
        assertFails(Kind.NO_SPACE, () -> store.copy(path("/s"), path("/u"), TransferOptions.CREATE_NEW));
        assertFails(Kind.NOT_FOUND, () -> memory.stat(path("/u")));
        store.remove(path("/t/d"), Preconditions.NONE);
        assertThat(quota.used()).isEqualTo(new Usage(60, 6));
        store.copy(path("/s"), path("/t"), TransferOptions.OVERWRITE);
        assertThat(quota.used()).isEqualTo(new Usage(80, 8)).isEqualTo(Usage.below(memory, FsPath.ROOT));
        assertFails(Kind.BUSY, () -> store.copy(path("/s"), path("/s/x"), TransferOptions.OVERWRITE));
        assertFails(Kind.INVALID_NAME, () -> store.copy(path("/"), path("/x"), TransferOptions.OVERWRITE));
    }

    @Test
    void uploadsAtTheSameTimeDoNotGoBeyondTogether() throws Exception {
        // Given
        Quota quota = quota(100_000, 1000);
        Store store = new QuotaStore(memory, quota);
        List<Callable<Boolean>> uploads = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            String path = "/" + i;
            boolean known = i % 2 == 0;
            uploads.add(() -> {
                try {
                    store.write(
                            path(path), known ? Body.of(new byte[7_000]) : unknownLength(7_000), WriteOptions.DEFAULT);
                    return true;
                } catch (FsException e) {
                    assertThat(e.kind()).isEqualTo(Kind.NO_SPACE);
                    return false;
                }
            });
        }

        // When
        int done = 0;
        for (Future<Boolean> upload : threads.invokeAll(uploads, 60, TimeUnit.SECONDS)) {
            done += upload.get() ? 1 : 0;
        }

        // Then
        assertThat(done).isBetween(1, 14);
        assertThat(quota.used()).isEqualTo(new Usage(done * 7_000L, done));
        assertThat(Usage.below(memory, FsPath.ROOT)).isEqualTo(quota.used());
    }

    @Test
    void roomIsTakenBeforeTheBytesCome() throws Exception {
        // Given
        Quota quota = quota(100, 10);
        Store store = new QuotaStore(memory, quota);
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Body slow = new Body() {
            @Override
            public long length() {
                return 60;
            }

            @Override
            public InputStream open() {
                opened.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return new ByteArrayInputStream(new byte[60]);
            }
        };

        // When
        Future<Node> upload = threads.submit(() -> store.write(path("/slow"), slow, WriteOptions.DEFAULT));
        opened.await();

        // Then
        assertThat(store.space().free()).isEqualTo(40);
        assertFails(Kind.NO_SPACE, () -> write(store, "/b", 41));
        write(store, "/b", 40);
        go.countDown();
        upload.get(30, TimeUnit.SECONDS);
        assertThat(quota.used()).isEqualTo(new Usage(100, 2));
    }

    @Test
    void theSameFileWrittenManyTimesAtOnceIsCountedOnce() throws Exception {
        Quota quota = quota(1_000_000, 10);
        Store store = new QuotaStore(memory, quota);
        List<Callable<Node>> uploads = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            uploads.add(() -> write(store, "/same", 1000));
        }

        for (Future<Node> upload : threads.invokeAll(uploads, 60, TimeUnit.SECONDS)) {
            upload.get();
        }

        assertThat(quota.used()).isEqualTo(new Usage(1000, 1));
    }

    @Test
    void whatIsThereIsCountedInTheBackground() throws FsException {
        memory.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        write(memory, "/d/a", 90);
        Quota quota = quota(100, 10);

        assertThat(quota.used()).isEqualTo(new Usage(90, 2));
        Store store = new QuotaStore(memory, quota);
        assertFails(Kind.NO_SPACE, () -> write(store, "/b", 11));
    }

    /** A walk that stops in front of a path until it is let go. */
    private static final class HeldWalk extends ForwardingStore {
        private final FsPath before;
        private final CountDownLatch there = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);

        HeldWalk(Store delegate, FsPath before) {
            super(delegate);
            this.before = before;
        }

        @Override
        public Listing walk(FsPath directory) throws FsException {
            Listing all = delegate().walk(directory);
            return new Listing() {
                @Override
                public @Nullable Node next() throws FsException {
                    Node node = all.next();
                    if (node != null && node.path().equals(before)) {
                        there.countDown();
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        // As it is now.
                        return delegate().stat(before);
                    }
                    return node;
                }

                @Override
                public void close() throws FsException {
                    all.close();
                }
            };
        }
    }

    @Test
    void whatChangesDuringACountIsCountedOnce() throws Exception {
        // Given
        write(memory, "/a", 10);
        write(memory, "/m", 10);
        HeldWalk held = new HeldWalk(memory, path("/m"));
        Quota quota = quota(1000, 10, held, LONG, LONG);
        Store store = new QuotaStore(memory, quota);
        held.there.await();

        // When
        write(store, "/a", 30);
        write(store, "/0", 5);
        write(store, "/m", 100);
        assertThat(quota.used()).isEqualTo(new Usage(20 + 5 + 90, 1));
        held.go.countDown();

        // Then
        Awaitility.await().until(() -> quota.used().equals(new Usage(135, 3)));
    }

    @Test
    void whatOthersDoIsKnownAfterTheNextCount() throws FsException {
        Quota quota = quota(1000, 10, memory, Duration.ofMillis(50), LONG);
        Store store = new QuotaStore(memory, quota);
        write(memory, "/behind", 995);

        Awaitility.await().until(() -> quota.used().bytes() == 995);
        assertFails(Kind.NO_SPACE, () -> write(store, "/b", 6));
    }

    @Test
    void aStoreThatCannotBeWalkedIsCountedLater() throws FsException {
        FaultyStore faulty = new FaultyStore(memory);
        write(memory, "/a", 10);
        faulty.fail("walk", Kind.UNAVAILABLE);
        Quota quota = quota(1000, 10, faulty, LONG, Duration.ofMillis(20));

        faulty.mend();

        Awaitility.await().until(() -> quota.used().bytes() == 10);
    }

    @Test
    void aTreeThatIsHalfRemovedIsCountedSoon() throws FsException {
        memory.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        write(memory, "/d/a", 50);
        write(memory, "/d/b", 50);
        Quota quota = quota(1000, 10, memory, LONG, Duration.ofMillis(20));
        Awaitility.await().until(() -> quota.used().bytes() == 100);
        Store store = new QuotaStore(
                new ForwardingStore(memory) {
                    @Override
                    public void remove(FsPath path, Preconditions preconditions) throws FsException {
                        delegate().remove(path("/d/a"), preconditions);
                        throw new FsException(Kind.IO, "remove", path);
                    }
                },
                quota);

        assertFails(Kind.IO, () -> store.remove(path("/d"), Preconditions.NONE));

        Awaitility.await().until(() -> quota.used().equals(new Usage(50, 2)));
    }

    @Test
    void theSpaceIsThatOfTheQuotaOrLess() throws FsException {
        Quota quota = quota(1 << 20, 10);
        Store store = new QuotaStore(memory, quota);
        write(store, "/a", 1 << 19);

        assertThat(store.space()).isEqualTo(new Space(1 << 20, 1 << 19));
        Store small = new QuotaStore(new MemoryStore(1 << 16), quota);
        assertThat(small.space().free()).isLessThanOrEqualTo(1 << 16);
        Store silent = new QuotaStore(
                new ForwardingStore(memory) {
                    @Override
                    public Capabilities capabilities() {
                        return memory.capabilities().without(Capability.SPACE);
                    }
                },
                quota);
        assertThat(silent.capabilities().has(Capability.SPACE)).isTrue();
        assertThat(silent.space()).isEqualTo(new Space(1 << 20, 1 << 19));
        assertThat(new QuotaStore(memory, quota(Long.MAX_VALUE, 10)).space()).isEqualTo(memory.space());
    }

    @Test
    void attributesNeedNoRoom() throws FsException {
        Store store = new QuotaStore(memory, quota(10, 1));
        write(store, "/a", 10);
        store.change(path("/a"), new AttributeChange(new Mode(0600), null, null, null), Preconditions.NONE);
        assertThat(memory.stat(path("/a")).mode()).isEqualTo(new Mode(0600));
    }

    @Test
    void limitsThatAreNoneAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Quota.Limits(0, 1, LONG));
        assertThatIllegalArgumentException().isThrownBy(() -> new Quota.Limits(1, 0, LONG));
        assertThatIllegalArgumentException().isThrownBy(() -> new Quota.Limits(1, 1, Duration.ZERO));
    }

    @Test
    void everyOperationIsOverridden() {
        ForwardingStoreTest.assertOverridesEveryOperation(QuotaStore.class);
    }
}
