package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HashWorkTest {

    private static final int ALL_OF_IT = 256 * 1024;

    /** More than a test keeps others waiting for, on a busy machine too. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() throws Exception {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void noMoreThanAFewAreAtWork() throws Exception {
        // Given
        HashWork work = new HashWork(2, PATIENCE);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Semaphore entered = new Semaphore(0);
        Semaphore go = new Semaphore(0);
        List<Future<?>> all = new ArrayList<>();
        // When
        for (int i = 0; i < 12; i++) {
            all.add(threads.submit(() -> {
                HashWork.Place place = Objects.requireNonNull(work.enter(1, "a"));
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                entered.release();
                go.acquireUninterruptibly();
                inside.decrementAndGet();
                place.close();
            }));
        }
        assertThat(entered.tryAcquire(2, 1, TimeUnit.MINUTES)).isTrue();
        await().during(100, TimeUnit.MILLISECONDS).until(() -> entered.availablePermits() == 0);
        go.release(12);
        for (Future<?> each : all) {
            each.get(1, TimeUnit.MINUTES);
        }
        // Then
        assertThat(most.get()).isEqualTo(2);
    }

    @Test
    void theMemoryOfAllIsBounded() throws Exception {
        // Given
        HashWork work = new HashWork(4, PATIENCE);
        HashWork.Place large = Objects.requireNonNull(work.enter(ALL_OF_IT, "a"));
        // When
        Future<HashWork.@Nullable Place> small = threads.submit(() -> work.enter(1, "b"));
        // Then
        await().during(100, TimeUnit.MILLISECONDS).until(() -> !small.isDone());
        large.close();
        Objects.requireNonNull(small.get(1, TimeUnit.MINUTES)).close();
    }

    @Test
    void ofOneAddressFewWaitAndOthersStillMay() throws Exception {
        // Given
        HashWork work = new HashWork(1, PATIENCE);
        HashWork.Place busy = Objects.requireNonNull(work.enter(1, "x"));
        List<Future<Boolean>> flood = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            flood.add(threads.submit(() -> {
                // Given back at once: those who wait for it need not be those who came first to the list.
                HashWork.Place place = work.enter(1, "flood");
                if (place != null) {
                    place.close();
                }
                return place != null;
            }));
        }
        await().until(() -> flood.stream().filter(Future::isDone).count() == 184);
        // When
        Future<HashWork.@Nullable Place> other = threads.submit(() -> work.enter(1, "other"));
        await().during(100, TimeUnit.MILLISECONDS).until(() -> !other.isDone());
        busy.close();
        // Then
        int served = 0;
        for (Future<Boolean> each : flood) {
            served += each.get(1, TimeUnit.MINUTES) ? 1 : 0;
        }
        assertThat(served).isEqualTo(16);
        Objects.requireNonNull(other.get(1, TimeUnit.MINUTES)).close();
        Objects.requireNonNull(work.enter(ALL_OF_IT, "flood")).close();
    }

    @Test
    void manyAddressesTogetherDoNotTakeAllThreads() throws Exception {
        // Given
        HashWork work = new HashWork(1, PATIENCE);
        try (HashWork.Place busy = Objects.requireNonNull(work.enter(1, "x"))) {
            List<Future<HashWork.@Nullable Place>> flood = new ArrayList<>();
            // When
            for (int i = 0; i < 100; i++) {
                String address = "a" + i;
                flood.add(threads.submit(() -> work.enter(1, address)));
            }
            // Then
            await().until(() -> flood.stream().filter(Future::isDone).count() == 36);
            flood.forEach(each -> each.cancel(true));
            assertThat(busy).isNotNull();
        }
    }

    @Test
    void oneClientThatSendsManyRequestsAtOncePaysOnce() throws Exception {
        // Given
        Passwords passwords = new Passwords(new HashWork(1, PATIENCE), new StillTime());
        User joe = new User("joe", PasswordHash.parse("$2b$05$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O"));
        List<byte[]> shown = List.of("sesame".getBytes(UTF_8));
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Passwords.Result>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(threads.submit(() -> {
                start.await();
                return passwords.check(joe, null, shown, "a", () -> true);
            }));
        }
        // When
        start.countDown();
        // Then
        for (Future<Passwords.Result> each : all) {
            assertThat(each.get(1, TimeUnit.MINUTES)).isEqualTo(Passwords.Result.RIGHT);
        }
        assertThat(passwords.computed()).isEqualTo(1);
    }

    @Test
    void whoWasBarredWhileWaitingIsNotComputed() {
        // Given
        Passwords passwords = new Passwords(new HashWork(1, PATIENCE), new StillTime());
        User joe = new User("joe", PasswordHash.parse("$2b$05$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O"));
        // When
        Passwords.Result result = passwords.check(joe, null, List.of("sesame".getBytes(UTF_8)), "a", () -> false);
        // Then
        assertThat(result).isEqualTo(Passwords.Result.NOT_NOW);
        assertThat(passwords.computed()).isZero();
    }
}
