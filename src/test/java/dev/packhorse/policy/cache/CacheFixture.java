package dev.packhorse.policy.cache;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.RecordingStore;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;

/** A cache over a store that can be held up, broken and asked what it was asked; time stands still. */
abstract class CacheFixture {

    static final Duration TTL = Duration.ofSeconds(30);

    final AtomicLong nanos = new AtomicLong();
    final Store memory = new MemoryStore(64 << 20);
    final FaultyStore faulty = new FaultyStore(memory);
    final RecordingStore asked = new RecordingStore(faulty);
    final ExecutorService threads = Executors.newCachedThreadPool();
    CacheStore cache = cache(CacheStore.Options.of(TTL));

    CacheStore cache(CacheStore.Options options) {
        return new CacheStore(asked, options, Announcer.NONE, nanos::get);
    }

    /** No refreshing, so that every question is one that a test has caused. */
    CacheStore.Options quiet() {
        return new CacheStore.Options(
                TTL, Duration.ofSeconds(10), TTL, Duration.ZERO, Duration.ZERO, 100_000, 64L << 20);
    }

    CacheStore.Options stale(Duration whileRevalidate, Duration ifError) {
        return new CacheStore.Options(TTL, Duration.ofSeconds(10), TTL, whileRevalidate, ifError, 100_000, 64L << 20);
    }

    @AfterEach
    void nothingStaysOpen() throws Exception {
        faulty.mend();
        threads.shutdownNow();
        cache.close();
        Awaitility.await().until(() -> asked.open() == 0);
    }

    void pass(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    static FsPath path(String text) {
        try {
            return FsPath.parse(text);
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    static Node put(Store store, String path, String text) throws FsException {
        return store.write(path(path), Body.of(text.getBytes(StandardCharsets.UTF_8)), WriteOptions.DEFAULT);
    }

    static void directory(Store store, String path) throws FsException {
        store.makeDirectory(path(path), WriteOptions.DEFAULT);
    }

    static List<Node> all(Listing listing) throws FsException {
        List<Node> nodes = new ArrayList<>();
        try (listing) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                nodes.add(node);
            }
        }
        return nodes;
    }

    /** How often the store was asked this. */
    long asked(String operation) {
        return asked.operations().stream().filter(operation::equals).count();
    }

    static FsException.Kind failure(ThrowingCallable call) {
        return catchThrowableOfType(FsException.class, call).kind();
    }
}
