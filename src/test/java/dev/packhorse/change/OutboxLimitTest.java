package dev.packhorse.change;

import static dev.packhorse.change.TestOutbox.EXPORT;
import static dev.packhorse.change.TestOutbox.claim;
import static dev.packhorse.change.TestOutbox.path;
import static dev.packhorse.change.TestOutbox.rest;
import static dev.packhorse.change.TestOutbox.texts;
import static dev.packhorse.change.TestOutbox.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.packhorse.change.Outbox.WhenFull;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Store;
import dev.packhorse.policy.overlay.TestDatabase;
import dev.packhorse.store.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many changes wait, and for how long (decision 0013). */
@Timeout(120)
class OutboxLimitTest {

    private final TestOutbox test = new TestOutbox(kind());
    private final Store memory = new MemoryStore(1 << 20);

    TestDatabase.Kind kind() {
        return TestDatabase.Kind.H2;
    }

    @AfterEach
    void close() throws Exception {
        test.close();
    }

    private Outbox open(long backlog, WhenFull whenFull) throws FsException {
        return test.open(
                false, new Outbox.Options(Duration.ofDays(7), backlog, whenFull, Outbox.Options.DEFAULT.lease()));
    }

    @Test
    void theLimitIsThatOfEachSubscriberAndWhatIsUnderWayStays() throws Exception {
        Outbox outbox = open(3, WhenFull.DROP_OLDEST);
        Subscription slow = outbox.subscribe(EXPORT, "slow");
        Subscription fast = outbox.subscribe(EXPORT, "fast");
        Store store = outbox.recording(EXPORT, memory);
        List<String> arrived = new ArrayList<>();
        write(store, "/0", "1");
        Change underWay = claim(slow, 1).get(0);
        for (int i = 1; i < 8; i++) {
            for (Change change : claim(fast, 1)) {
                arrived.addAll(texts(List.of(change)));
                fast.delivered(change);
            }
            write(store, "/" + i, "1");
        }
        outbox.round();

        assertThat(texts(rest(outbox, slow))).containsExactly("write /6", "write /7");
        slow.delivered(underWay);
        arrived.addAll(texts(rest(outbox, fast)));
        assertThat(arrived).hasSize(8).isSorted();
        assertThat(outbox.dropped()).isEqualTo(5);
    }

    /** Without waiting for the next round: a hundredth of the limit is too many. */
    @Test
    void whatABurstBringsBeyondTheLimitIsCountedAndTheNewestStay() throws Exception {
        int limit = 200;
        int all = 1_000;
        Outbox outbox = open(limit, WhenFull.DROP_OLDEST);
        Subscription subscription = outbox.subscribe(EXPORT, "s");
        Store store = outbox.recording(EXPORT, memory);
        List<String> written = new ArrayList<>();

        for (int i = 0; i < all; i++) {
            write(store, "/" + i, "1");
            written.add("write /" + i);
        }
        outbox.wait(outbox.committer().step(rows -> {}));

        await().until(() -> outbox.dropped() + outbox.backlog() == all);
        assertThat(outbox.dropped()).isPositive();
        outbox.round();
        assertThat(texts(rest(outbox, subscription))).isEqualTo(written.subList(all - limit, all));
        assertThat(outbox.backlog()).isEqualTo(limit);
        assertThat(outbox.dropped()).isEqualTo(all - limit);
    }

    @Test
    void theOldestGoWhenTooManyWait() throws Exception {
        Outbox outbox = open(3, WhenFull.DROP_OLDEST);
        Subscription subscription = outbox.subscribe(EXPORT, "s");
        Store store = outbox.recording(EXPORT, memory);

        for (int i = 0; i < 6; i++) {
            write(store, "/" + i, "1");
        }
        outbox.round();

        assertThat(texts(rest(outbox, subscription))).containsExactly("write /3", "write /4", "write /5");
        assertThat(outbox.dropped()).isEqualTo(3);
        assertThat(outbox.backlog()).isEqualTo(3);
    }

    @Test
    void orOperationsAreRefusedBeforeTheyTouchTheStore() throws Exception {
        Outbox outbox = open(2, WhenFull.REFUSE);
        Subscription subscription = outbox.subscribe(EXPORT, "s");
        Store store = outbox.recording(EXPORT, memory);
        write(store, "/0", "1");
        write(store, "/1", "1");

        FsException refusal = catchThrowableOfType(FsException.class, () -> write(store, "/2", "1"));

        assertThat(refusal.kind()).isEqualTo(Kind.NO_SPACE);
        assertThat(catchThrowableOfType(FsException.class, () -> memory.stat(path("/2")))
                        .kind())
                .isEqualTo(Kind.NOT_FOUND);
        claim(subscription, 1).forEach(subscription::delivered);
        await().until(() -> outbox.backlog() == 1);
        write(store, "/2", "1");
    }

    @Test
    void whatIsTooOldGoes() throws Exception {
        Outbox outbox = test.open();
        Subscription subscription = outbox.subscribe(EXPORT, "s");
        Store store = outbox.recording(EXPORT, memory);
        write(store, "/a", "1");
        test.pass(Duration.ofDays(6));
        write(store, "/b", "1");
        outbox.round();
        assertThat(outbox.dropped()).isZero();

        test.pass(Duration.ofDays(2));
        outbox.round();

        assertThat(outbox.dropped()).isEqualTo(1);
        assertThat(texts(rest(outbox, subscription))).containsExactly("write /b");
    }
}
