package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ordered changes at the same moment, through two gateways on one database. */
@Timeout(120)
class OverlayOrderTest extends OverlayFixture {

    private static final int THREADS = 6;

    private final OverlayTable otherTable = otherTable();

    private static void together(List<Callable<Void>> tasks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            for (Future<Void> future : threads.invokeAll(tasks)) {
                future.get();
            }
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Runs a change that may be too late. */
    private static boolean accepted(Callable<?> change) throws Exception {
        try {
            change.call();
            return true;
        } catch (FsException e) {
            if (e.kind() == Kind.STALE) {
                return false;
            }
            throw e;
        }
    }

    /** The database would keep them apart as well, but H2 now and then lets the older one through. */
    @Test
    void whoComesSecondWaitsForItsTurnNotForTheDatabase() throws Exception {
        StoreTimestamps timestamps = table.store("memory:test");
        FsPath path = FsPath.parse("/a");
        AtomicReference<@Nullable FsException> refused = new AtomicReference<>();
        Thread older = new Thread(() -> {
            try (OrderedChange change = advancing(timestamps, path, 1)) {
                change.begin();
            } catch (FsException e) {
                refused.set(e);
            }
        });
        try (OrderedChange younger = advancing(timestamps, path, 2)) {
            younger.begin();
            int taken = database.taken();
            older.start();
            await().until(() -> older.getState() == Thread.State.TIMED_WAITING);

            assertThat(database.taken()).isEqualTo(taken);
            younger.commit();
        }
        older.join();
        assertThat(refused.get()).extracting(FsException::kind).isEqualTo(Kind.STALE);
    }

    private static OrderedChange advancing(StoreTimestamps timestamps, FsPath path, long micros) {
        OrderedChange.Steps steps = rows -> {
            if (!rows.advance(path, micros, false)) {
                throw new FsException(Kind.STALE, "write", path);
            }
            return new OrderedChange.Outcome(micros, false);
        };
        return new OrderedChange(timestamps, null, "write", steps, path);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20020101, 987654321})
    void contentBelongsToTheGreatestTimestamp(long seed) throws Exception {
        Store other = new OverlayStore(memory, "memory:test", otherTable);
        List<String> paths = List.of("/a", "/b");
        List<AtomicLong> greatest = List.of(new AtomicLong(), new AtomicLong());
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            Random random = new Random(seed + t);
            Store gateway = t % 2 == 0 ? store : other;
            tasks.add(() -> {
                for (int i = 0; i < 60; i++) {
                    int which = random.nextInt(paths.size());
                    String path = paths.get(which);
                    long micros = 1 + i * 10L + random.nextInt(200);
                    boolean written = accepted(
                            () -> gateway.write(path(path), text(Long.toString(micros)), WriteOptions.of(at(micros))));
                    greatest.get(which).accumulateAndGet(micros, Math::max);
                    long shown = Long.parseLong(content(gateway, path));
                    assertThat(shown).isGreaterThanOrEqualTo(written ? micros : micros + 1);
                    Long recorded = gateway == store ? timestamp(path) : null;
                    if (recorded != null) {
                        assertThat(Long.parseLong(content(gateway, path))).isGreaterThanOrEqualTo(recorded);
                        assertThat(recorded).isGreaterThanOrEqualTo(written ? micros : 0);
                    }
                }
                return null;
            });
        }
        together(tasks);
        for (int i = 0; i < paths.size(); i++) {
            long expected = greatest.get(i).get();
            assertThat(content(store, paths.get(i))).isEqualTo(Long.toString(expected));
            time.pass(StoreTimestamps.FRESH);
            assertThat(timestamp(paths.get(i))).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 4711})
    void lateWriteNeverResurrectsWhatIsRemoved(long seed) throws Exception {
        put("/f", "0", 0);
        AtomicLong removedAt = new AtomicLong();
        AtomicLong greatest = new AtomicLong();
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            Random random = new Random(seed + t);
            boolean odd = t % 2 == 1;
            // Distinct timestamps: which of two equal changes comes last is open.
            long residue = t;
            tasks.add(() -> {
                for (int i = 0; i < 60; i++) {
                    long micros = (i + random.nextInt(20)) * (long) THREADS + residue;
                    try {
                        if (odd) {
                            if (accepted(() -> put("/f", Long.toString(micros), micros))) {
                                greatest.accumulateAndGet(micros, Math::max);
                            }
                        } else if (accepted(() -> {
                            store.remove(path("/f"), at(micros));
                            return true;
                        })) {
                            greatest.accumulateAndGet(micros, Math::max);
                            removedAt.accumulateAndGet(micros, Math::max);
                        }
                    } catch (FsException e) {
                        assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND);
                    }
                }
                return null;
            });
        }
        together(tasks);
        if (removedAt.get() == greatest.get()) {
            assertThat(failure(() -> store.stat(path("/f")))).isEqualTo(Kind.NOT_FOUND);
            assertThat(failure(() -> put("/f", "late", greatest.get() - 1))).isEqualTo(Kind.STALE);
        } else {
            assertThat(content(store, "/f")).isEqualTo(Long.toString(greatest.get()));
        }
    }

    @Test
    void firstWritesOfAPathAtTheSameMomentAreOrdered() throws Exception {
        Store other = new OverlayStore(memory, "memory:test", otherTable);
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            long micros = 1L + t;
            Store gateway = t % 2 == 0 ? store : other;
            tasks.add(() -> {
                for (int round = 0; round < 30; round++) {
                    String path = "/f" + round;
                    start.await();
                    accepted(() -> gateway.write(path(path), text(Long.toString(micros)), WriteOptions.of(at(micros))));
                }
                return null;
            });
        }
        together(tasks);
        for (int round = 0; round < 30; round++) {
            assertThat(content(store, "/f" + round)).isEqualTo(Integer.toString(THREADS));
            assertThat(timestamp("/f" + round)).isEqualTo(THREADS);
        }
    }

    @Test
    void movesInBothDirectionsDoNotWaitForEachOther() throws Exception {
        for (String name : List.of("/a", "/b")) {
            directory(name);
            for (int i = 0; i < 20; i++) {
                put(name + "/" + i, "text", 1);
            }
        }
        AtomicLong micros = new AtomicLong(1);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int turn = t;
            tasks.add(() -> {
                for (int i = 0; i < 30; i++) {
                    int child = i % 20;
                    String from = ((turn + i) % 2 == 0 ? "/a/" : "/b/") + child;
                    String to = ((turn + i) % 2 == 0 ? "/b/" : "/a/") + child;
                    try {
                        accepted(() -> store.move(path(from), path(to), transferAt(micros.incrementAndGet())));
                    } catch (FsException e) {
                        assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND);
                    }
                }
                return null;
            });
        }
        together(tasks);
        for (int i = 0; i < 20; i++) {
            int child = i;
            boolean inA = exists("/a/" + child);
            boolean inB = exists("/b/" + child);
            assertThat(inA || inB).isTrue();
            String gone = inA ? "/b/" : "/a/";
            if (inA != inB) {
                assertThat(failure(() -> put(gone + child, "late", 0))).isEqualTo(Kind.STALE);
            }
        }
    }

    private boolean exists(String path) throws FsException {
        try {
            store.stat(path(path));
            return true;
        } catch (FsException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }
}
