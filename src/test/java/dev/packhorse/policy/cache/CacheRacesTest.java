package dev.packhorse.policy.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Questions and changes at the same time. */
@Timeout(120)
class CacheRacesTest extends CacheFixture {

    /** A store whose answers, once armed, are held up on their way back. */
    private static final class SlowAnswers extends ForwardingStore {
        final CountDownLatch answered = new CountDownLatch(1);
        final CountDownLatch released = new CountDownLatch(1);
        private volatile boolean armed = true;

        SlowAnswers(Store delegate) {
            super(delegate);
        }

        private <R> R hold(R answer) {
            if (armed) {
                armed = false;
                answered.countDown();
                try {
                    released.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return answer;
        }

        @Override
        public Node stat(FsPath path) throws FsException {
            return hold(super.stat(path));
        }

        @Override
        public Listing list(FsPath directory) throws FsException {
            List<Node> nodes = all(super.list(directory));
            return hold(new KeptListing(nodes));
        }
    }

    /** One change. */
    @FunctionalInterface
    private interface Change {
        void apply(Store store) throws FsException;
    }

    private void assertForgotten(boolean listing, FsPath path, Change change) throws Exception {
        Store store = new MemoryStore(1 << 20);
        directory(store, "/d");
        put(store, "/d/a", "hay");
        SlowAnswers slow = new SlowAnswers(store);
        try (CacheStore racing = new CacheStore(slow, CacheStore.Options.of(Duration.ofHours(1)))) {
            slow.armed = false;
            if (path.equals(path("/d/a"))) {
                racing.stat(path("/d"));
            }
            slow.armed = true;
            Future<?> question = threads.submit(() -> listing ? all(racing.list(path)) : racing.stat(path));
            assertThat(slow.answered.await(10, TimeUnit.SECONDS)).isTrue();
            change.apply(racing);
            // Whoever asks now does not get the answer that is on its way.
            Oracle.assertSame(racing, store, path);
            slow.released.countDown();
            question.get(10, TimeUnit.SECONDS);
            Oracle.assertSame(racing, store, path);
            for (FsPath each : List.of(FsPath.ROOT, path("/d"), path("/d/a"))) {
                Oracle.assertSame(racing, store, each);
            }
        }
    }

    @Test
    void anAnswerToAQuestionFromBeforeAChangeIsNotKept() throws Exception {
        List<Change> changes = List.of(
                store -> put(store, "/d/a", "oats"),
                store -> store.remove(path("/d/a"), Preconditions.NONE),
                store -> store.remove(path("/d"), Preconditions.NONE),
                store -> store.move(path("/d"), path("/e"), TransferOptions.OVERWRITE),
                store -> store.link(path("/d/a"), "b", WriteOptions.DEFAULT),
                store -> {
                    directory(store, "/e");
                    put(store, "/e/a", "oats");
                    store.copy(path("/e"), path("/d"), TransferOptions.OVERWRITE);
                });
        for (Change change : changes) {
            assertForgotten(false, path("/d/a"), change);
            assertForgotten(true, path("/d"), change);
            assertForgotten(true, FsPath.ROOT, change);
            assertForgotten(false, path("/d"), change);
        }
    }

    @Test
    void ofManyWhoAskForTheSameOneAsksTheStore() throws Exception {
        cache = cache(quiet());
        put(memory, "/a", "hay");
        for (String operation : List.of("stat", "list")) {
            FaultyStore.Stall stall = faulty.stall(operation);
            List<Future<?>> all = new ArrayList<>();
            List<Thread> asking = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(threads.submit(() -> {
                    asking.add(Thread.currentThread());
                    return operation.equals("stat") ? cache.stat(path("/a")) : all(cache.list(FsPath.ROOT));
                }));
            }
            stall.awaitArrival();
            Awaitility.await().until(() -> asking.size() == 8 && cache.misses() % 8 == 0);
            // One at the store, and the others for its answer: a miss is counted a little before that.
            Awaitility.await().until(() -> asking.stream().allMatch(each -> each.getState() == Thread.State.WAITING));
            stall.release();
            for (Future<?> each : all) {
                each.get(10, TimeUnit.SECONDS);
            }
        }
        assertThat(asked.operations()).containsExactly("stat /a", "list /");
    }

    @Test
    void aFailureIsSharedAsWell() throws Exception {
        cache = cache(quiet());
        FaultyStore.Stall stall = faulty.stall("stat");
        faulty.fail("stat", Kind.TIMEOUT);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(threads.submit(() -> cache.stat(path("/a"))));
        }
        stall.awaitArrival();
        Awaitility.await().until(() -> cache.misses() == 4);
        stall.release();
        for (Future<?> each : all) {
            Assertions.assertThatThrownBy(each::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .hasMessage("TIMEOUT in stat of /a");
        }
    }

    @Test
    void whoIsInterruptedDoesNotSpoilItForTheOthers() throws Exception {
        cache = cache(quiet());
        Node node = put(memory, "/a", "hay");
        FaultyStore.Stall stall = faulty.stall("stat");
        Future<?> first = threads.submit(() -> cache.stat(path("/a")));
        stall.awaitArrival();
        Future<Node> second = threads.submit(() -> cache.stat(path("/a")));
        Awaitility.await().until(() -> cache.misses() == 2);
        first.cancel(true);
        stall.awaitArrival();
        stall.release();
        assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(node);
    }

    @Test
    void aLargeListingOfOneIsNotSharedByTheOthers() throws Exception {
        cache = cache(new CacheStore.Options(TTL, TTL, TTL, Duration.ZERO, Duration.ZERO, 100_000, 200_000));
        for (int i = 0; i < 300; i++) {
            put(memory, "/" + i, "");
        }
        List<Node> nodes = all(memory.list(FsPath.ROOT));
        FaultyStore.Stall stall = faulty.stall("list");
        List<Future<List<Node>>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(threads.submit(() -> all(cache.list(FsPath.ROOT))));
        }
        stall.awaitArrival();
        Awaitility.await().until(() -> cache.misses() == 4);
        stall.release();
        for (Future<List<Node>> each : all) {
            assertThat(each.get(10, TimeUnit.SECONDS)).isEqualTo(nodes);
        }
    }

    private static final List<String> NAMES = List.of("a", "b", "a-b", "c");

    private static FsPath somePath(Random random) {
        StringBuilder text = new StringBuilder();
        for (int depth = random.nextInt(4); depth >= 0; depth--) {
            text.append('/').append(NAMES.get(random.nextInt(NAMES.size())));
        }
        return random.nextInt(12) == 0 ? FsPath.ROOT : path(text.toString());
    }

    /** One random operation; {@code null} if it is a question. */
    private static @Nullable Change someChange(Random random, int number) {
        FsPath path = somePath(random);
        FsPath other = somePath(random);
        return switch (random.nextInt(16)) {
            case 0, 1 -> store -> store.makeDirectory(path, WriteOptions.DEFAULT);
            case 2, 3 -> store -> store.write(path, Body.of(new byte[number % 100]), WriteOptions.DEFAULT);
            case 4 -> store -> store.remove(path, Preconditions.NONE);
            case 5 -> store -> store.move(path, other, TransferOptions.OVERWRITE);
            case 6 -> number % 4 == 0 ? store -> store.copy(path, other, TransferOptions.OVERWRITE) : null;
            case 7 ->
                number % 3 == 0 ? store -> store.link(path, somewhere(other, number), WriteOptions.DEFAULT) : null;
            default -> null;
        };
    }

    private static String somewhere(FsPath path, int number) {
        return number % 2 == 0 ? path.toString() : path.isRoot() ? ".." : path.name();
    }

    /** Thousands of operations, each answer compared with that of the store itself. */
    @Test
    void randomOperationsGiveTheAnswersOfTheStore() throws Exception {
        for (int seed = 0; seed < 6; seed++) {
            Random random = new Random(seed);
            Store store = new MemoryStore(64 << 20);
            CacheStore.Options hour = CacheStore.Options.of(Duration.ofHours(1));
            CacheStore.Options options = seed % 2 == 0
                    ? hour
                    : new CacheStore.Options(
                            hour.ttl(), hour.ttl(), hour.ttl(), Duration.ZERO, Duration.ZERO, 1000, 40_000);
            try (CacheStore cached = new CacheStore(store, options)) {
                for (int i = 0; i < 4000; i++) {
                    Change change = someChange(random, i);
                    FsPath path = somePath(random);
                    String step = "seed " + seed + " step " + i + " " + path;
                    if (change != null) {
                        try {
                            change.apply(cached);
                        } catch (FsException e) {
                            // As the store says.
                        }
                    } else if (i % 10 == 0) {
                        assertThat(Oracle.answer(() -> all(cached.walk(path))))
                                .as(step)
                                .isEqualTo(Oracle.answer(() -> all(store.walk(path))));
                    } else {
                        assertThat(Oracle.answer(() -> cached.stat(path)))
                                .as(step)
                                .isEqualTo(Oracle.answer(() -> store.stat(path)));
                        assertThat(Oracle.answer(() -> all(cached.list(path))))
                                .as(step)
                                .isEqualTo(Oracle.answer(() -> all(store.list(path))));
                    }
                }
                assertThat(cached.hits()).isGreaterThan(1000);
            }
        }
    }

    @Test
    void whenAllIsQuietTheCacheSaysWhatTheStoreSays() throws Exception {
        for (IntUnaryOperator room : List.<IntUnaryOperator>of(all -> 1 << 24, all -> 60_000)) {
            Store store = new MemoryStore(64 << 20);
            Duration hour = Duration.ofHours(1);
            try (CacheStore cached = new CacheStore(
                    store,
                    new CacheStore.Options(
                            hour, hour, Duration.ZERO, Duration.ZERO, Duration.ZERO, 10_000, room.applyAsInt(0)))) {
                List<Future<?>> all = new ArrayList<>();
                for (int thread = 0; thread < 8; thread++) {
                    Random random = new Random(thread);
                    all.add(threads.submit(() -> {
                        for (int i = 0; i < 3000; i++) {
                            Change change = someChange(random, i);
                            FsPath path = somePath(random);
                            try {
                                if (change != null) {
                                    change.apply(cached);
                                } else if (i % 3 == 0) {
                                    all(cached.list(path));
                                } else if (i % 50 == 0) {
                                    all(cached.walk(path));
                                } else {
                                    cached.stat(path);
                                }
                            } catch (FsException e) {
                                // As the store says.
                            }
                        }
                        return null;
                    }));
                }
                for (Future<?> each : all) {
                    each.get(60, TimeUnit.SECONDS);
                }
                assertThat(cached.hits()).isPositive();
                List<FsPath> every = new ArrayList<>(List.of(FsPath.ROOT));
                all(store.walk(FsPath.ROOT)).forEach(node -> every.add(node.path()));
                Random random = new Random(99);
                for (int i = 0; i < 2000; i++) {
                    every.add(somePath(random));
                }
                for (FsPath path : every) {
                    Oracle.assertSame(cached, store, path);
                }
            }
        }
    }
}
