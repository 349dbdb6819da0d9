package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.FileTree;
import dev.packhorse.KilledProcess;
import dev.packhorse.change.webhook.TestReceiver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway that is killed with SIGKILL while its requests are with the receiver, again and again, delivers all, in the order of each path. */
@Timeout(180)
class KilledDeliveryTest {

    private static final int KILLS = 2;

    /** More than is written between two kills. */
    private static final int NUMBERS = 1_000_000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void allArrivesInOrderBehindKillsInTheMiddleOfRequests(boolean batch) throws Exception {
        try (TestReceiver receiver = new TestReceiver()) {
            for (int kill = 0; kill < KILLS; kill++) {
                Holding holding = new Holding();
                int before = receiver.requests().size();
                receiver.status = holding;
                KilledProcess.run(
                        SendingGateway.class,
                        told -> holding.held.get() > 0 && told > 100,
                        folder.toString(),
                        receiver.url().toString(),
                        Boolean.toString(batch),
                        Integer.toString(kill * NUMBERS));
                holding.release();
                // What is held must not be applied behind what the next process sends.
                await().until(() -> receiver.requests().size() - before == holding.taken.get());
            }
            try (TestGateway last = new TestGateway(folder)) {
                assertThat(last.waiting()).isPositive();
                SendingGateway.tell(last, folder, "/files", receiver.url(), batch);
                await().atMost(Duration.ofMinutes(2)).until(() -> last.waiting() == 0);
            }

            assertThat(receiver.files()).isEqualTo(FileTree.of(folder.resolve("root")));
            assertThat(receiver.histories())
                    .isNotEmpty()
                    .allSatisfy((path, texts) ->
                            assertThat(texts).extracting(Long::valueOf).isSorted());
        }
    }

    /** Answers some requests, and holds those that follow until their sender is dead. */
    private static final class Holding implements Function<String, Integer> {
        private static final int ANSWERED = 10;

        private final AtomicInteger taken = new AtomicInteger();
        private final AtomicInteger held = new AtomicInteger();
        private final CountDownLatch released = new CountDownLatch(1);

        @Override
        public Integer apply(String request) {
            if (taken.incrementAndGet() > ANSWERED) {
                held.incrementAndGet();
                try {
                    assertThat(released.await(1, TimeUnit.MINUTES)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return 204;
        }

        /** What was held is applied by the receiver, and its sender never learns of it. */
        void release() {
            released.countDown();
        }
    }
}
