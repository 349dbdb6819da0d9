package dev.packhorse.store.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KnownShowsTest {

    private final SnapshotBuilder shows = new SnapshotBuilder(SnapshotBuilder.V43, 0);
    private final FakeGuide device = new FakeGuide(shows);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private KnownShows known(Duration fresh) {
        return new KnownShows(new Guide(device, () -> "RTV1"), fresh, ZoneOffset.UTC);
    }

    @AfterEach
    void noThreadIsLeft() {
        threads.shutdownNow();
    }

    @Test
    void theDeviceIsAskedOnceInAWhile() throws IOException {
        KnownShows known = known(Duration.ofMinutes(5));

        assertThat(known.shows()).isSameAs(known.shows());
        assertThat(device.asked).hasSize(1);

        known.forget();
        known.shows();
        assertThat(device.asked).hasSize(2);
        assertThat(device.asked.get(1)).contains("guide_file_name=1000");
    }

    @Test
    void whatHasNotChangedIsNotReadAgain() throws IOException {
        KnownShows known = known(Duration.ZERO);
        Shows first = known.shows();

        assertThat(known.shows()).isSameAs(first);
        device.changed();
        assertThat(known.shows()).isNotSameAs(first);
    }

    @Test
    void whoAsksAtTheSameTimeWaitsForTheSameAnswer() throws Exception {
        KnownShows known = known(Duration.ofMinutes(5));
        CountDownLatch held = new CountDownLatch(1);
        device.held = held;
        List<Future<Shows>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(threads.submit(known::shows));
        }
        await().until(() -> device.asked.size() == 1);

        held.countDown();

        for (Future<Shows> each : all) {
            assertThat(each.get()).isSameAs(known.shows());
        }
        assertThat(device.asked).hasSize(1);
    }

    @Test
    void aFailureIsForAllWhoWaitedAndIsNotRemembered() throws Exception {
        KnownShows known = known(Duration.ofMinutes(5));
        IOException failure = new IOException("no");
        CountDownLatch held = new CountDownLatch(1);
        device.held = held;
        device.failure = failure;
        Future<Shows> first = threads.submit(known::shows);
        await().until(() -> device.asked.size() == 1);

        held.countDown();

        assertThatThrownBy(first::get).isInstanceOf(ExecutionException.class).hasCause(failure);
        device.failure = null;
        assertThat(known.shows().titles()).isEmpty();
    }

    @Test
    void whoIsInterruptedTakesNobodyWithThem() throws Exception {
        KnownShows known = known(Duration.ofMinutes(5));
        CountDownLatch held = new CountDownLatch(1);
        device.held = held;
        Future<Shows> first = threads.submit(known::shows);
        await().until(() -> device.asked.size() == 1);
        Future<Shows> second = threads.submit(known::shows);

        first.cancel(true);
        await().until(() -> device.asked.size() == 2 || second.isDone());
        held.countDown();

        assertThat(second.get().titles()).isEmpty();
    }

    @Test
    void anAnswerFromBeforeAChangeIsNotKept() throws Exception {
        KnownShows known = known(Duration.ofMinutes(5));
        CountDownLatch held = new CountDownLatch(1);
        device.held = held;
        Future<Shows> before = threads.submit(known::shows);
        await().until(() -> device.asked.size() == 1);

        known.forget();
        held.countDown();
        before.get();

        known.shows();
        assertThat(device.asked).hasSize(2);
    }
}
