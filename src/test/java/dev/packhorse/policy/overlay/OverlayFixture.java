package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A store in memory under an overlay, the short ways to use them, and a look at what was left open. */
abstract class OverlayFixture {

    static final Duration RETENTION = Duration.ofHours(1);

    final TestDatabase database = new TestDatabase(kind());
    final FakeTime time = new FakeTime();
    final OverlayTable table = new OverlayTable(database, time, RETENTION, time);
    private final List<OverlayTable> others = new ArrayList<>();
    final Store memory = new MemoryStore(64 << 20);
    final Store store = overlay(memory);

    /** What is kept. */
    OverlayStore.Options options() {
        return OverlayStore.Options.TIMESTAMPS;
    }

    /** Which database the test runs on. */
    TestDatabase.Kind kind() {
        return TestDatabase.Kind.H2;
    }

    @AfterEach
    void nothingStaysOpen() throws Exception {
        assertThat(database.open()).isZero();
        store.close();
        others.forEach(OverlayTable::close);
        table.close();
        database.close();
    }

    /** The same database as another gateway sees it: with nothing in common but the rows. */
    final OverlayTable otherTable() {
        OverlayTable other = new OverlayTable(database, time, RETENTION, time);
        others.add(other);
        return other;
    }

    final OverlayStore overlay(Store delegate) {
        try {
            return new OverlayStore(delegate, "memory:test", table, options());
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    static FsPath path(String text) {
        try {
            return FsPath.parse(text);
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    static Preconditions at(long micros) {
        return new Preconditions(null, null, null, micros);
    }

    static TransferOptions transferAt(long micros) {
        return new TransferOptions(true, at(micros));
    }

    static Body text(String text) {
        return Body.of(text.getBytes(StandardCharsets.UTF_8));
    }

    final Node put(String path, String text, long micros) throws FsException {
        return store.write(path(path), text(text), WriteOptions.of(at(micros)));
    }

    final Node put(String path, String text) throws FsException {
        return store.write(path(path), text(text), WriteOptions.DEFAULT);
    }

    final Node directory(String path) throws FsException {
        return store.makeDirectory(path(path), WriteOptions.DEFAULT);
    }

    static String content(Store store, String path) throws IOException {
        try (Content content = store.read(path(path));
                InputStream in = content.body().open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    final @Nullable Long timestamp(String path) throws FsException {
        return store.stat(path(path)).changeTimestamp();
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

    static FsException.Kind failure(ThrowingCallable call) {
        return catchThrowableOfType(FsException.class, call).kind();
    }
}
