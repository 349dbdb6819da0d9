package dev.packhorse.change;

import static org.awaitility.Awaitility.await;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.policy.overlay.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Outboxes on one database, with a clock that stands still, and no rounds but those that a test asks for. */
public final class TestOutbox implements InstantSource {

    public static final FsPath EXPORT = path("/x");

    public final TestDatabase database;
    private final List<Outbox> opened = new ArrayList<>();
    private final AtomicLong millis = new AtomicLong(1_700_000_000_000L);

    public TestOutbox(TestDatabase.Kind kind) {
        database = new TestDatabase(kind);
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis.get());
    }

    public void pass(Duration time) {
        millis.addAndGet(time.toMillis());
    }

    /** One more gateway on the database. */
    public Outbox open(boolean shared, Outbox.Options options) throws FsException {
        Outbox outbox = Outbox.openStill(database, this, shared, options);
        opened.add(outbox);
        return outbox;
    }

    public Outbox open() throws FsException {
        return open(false, Outbox.Options.DEFAULT);
    }

    public static FsPath path(String text) {
        try {
            return FsPath.parse(text);
        } catch (FsException e) {
            throw new IllegalArgumentException(e);
        }
    }

    public static void write(Store store, String path, String text) throws FsException {
        store.write(path(path), Body.of(text.getBytes(StandardCharsets.UTF_8)), WriteOptions.DEFAULT);
    }

    /** Changes as {@code "write /a"}, {@code "move /a /b"}, with a question mark if they are to be looked at again. */
    public static List<String> texts(List<Change> changes) {
        return changes.stream()
                .map(change -> change.operation().word() + " " + change.path()
                        + (change.target() == null ? "" : " " + change.target())
                        + (change.lookAgain() ? "?" : ""))
                .toList();
    }

    /** What can be claimed as soon as so many changes wait. */
    static List<Change> claim(Subscription subscription, int count) {
        List<Change> claimed = new ArrayList<>();
        await().until(() -> {
            claimed.addAll(subscription.claim(count - claimed.size()));
            return claimed.size() >= count;
        });
        return claimed;
    }

    /** What waits when all that was recorded has been written down. */
    static List<Change> rest(Outbox outbox, Subscription subscription) throws FsException {
        outbox.wait(outbox.committer().step(rows -> {}));
        return subscription.claim(1_000);
    }

    /** Ends what is open, and what is in the database. */
    public void close() throws Exception {
        for (Outbox each : opened) {
            each.close();
        }
        database.close();
    }
}
