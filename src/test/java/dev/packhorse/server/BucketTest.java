package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BucketTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void aFullBucketGivesItsBurstAndThenWhatComesIn() {
        // Given
        long now = Long.MAX_VALUE - SECOND;
        Bucket bucket = Bucket.of(10, 3, now);
        // When
        long[] waits = {bucket.takeOne(now), bucket.takeOne(now), bucket.takeOne(now), bucket.takeOne(now)};
        // Then
        assertThat(waits).containsExactly(0, 0, 0, SECOND / 10);
        assertThat(bucket.takeOne(now + SECOND / 10 - 1)).isEqualTo(1);
        assertThat(bucket.takeOne(now + SECOND / 10)).isZero();
        assertThat(bucket.takeOne(now + SECOND / 10)).isPositive();
    }

    @Test
    void aBucketThatRestsHoldsNoMoreThanItsBurst() {
        // Given
        Bucket bucket = Bucket.of(10, 3, 0);
        // When
        long now = 3600 * SECOND;
        for (int i = 0; i < 3; i++) {
            assertThat(bucket.takeOne(now)).isZero();
        }
        // Then
        assertThat(bucket.takeOne(now)).isPositive();
    }

    @Test
    void bytesAreServedInTheOrderInWhichTheyAreAskedFor() {
        // Given
        Bucket bucket = Bucket.ofBytes(1000, 0);
        // When
        assertThat(bucket.take(250, 0)).isZero();
        // Then
        assertThat(bucket.take(100, 0)).isEqualTo(SECOND / 10);
        assertThat(bucket.take(100, 0)).isEqualTo(2 * SECOND / 10);
        assertThat(bucket.take(100, SECOND / 10)).isEqualTo(2 * SECOND / 10);
    }

    @Test
    void whatIsPutBackIsThereForOthers() {
        // Given
        Bucket bucket = Bucket.ofBytes(1000, 0);
        bucket.take(250, 0);
        bucket.take(1000, 0);
        // When
        bucket.putBack(1000);
        // Then
        assertThat(bucket.take(100, 0)).isEqualTo(SECOND / 10);
    }

    @Test
    void itIsFullWhenAllIsPaid() {
        // Given
        Bucket bucket = Bucket.ofBytes(1000, 0);
        assertThat(bucket.untilFull(0)).isZero();
        // When
        bucket.take(500, 0);
        // Then
        assertThat(bucket.untilFull(0)).isEqualTo(SECOND / 2);
        assertThat(bucket.untilFull(SECOND / 2)).isZero();
    }

    @Test
    void overAnyTimeNoMoreLeavesThanTheRateAndOneFill() {
        // Given
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            int rate = 1 + random.nextInt(5000);
            int burst = 1 + random.nextInt(100);
            long now = random.nextLong();
            Bucket bucket = Bucket.of(rate, burst, now);
            long begin = now;
            long taken = 0;
            // When
            for (int i = 0; i < 2000; i++) {
                now += random.nextInt(2_000_000);
                if (bucket.takeOne(now) == 0) {
                    taken++;
                }
            }
            // Then
            double most = burst + (now - begin) / 1e9 * rate;
            assertThat((double) taken).isLessThanOrEqualTo(most * 1.001 + 1);
        }
    }

    @Test
    void fastBucketsAndLargePiecesDoNotOverflow() {
        // Given
        Bucket bucket = Bucket.ofBytes(Long.MAX_VALUE, 0);
        Bucket slow = Bucket.ofBytes(1, 0);
        // When
        long wait = slow.take(Integer.MAX_VALUE, 0);
        // Then
        assertThat(bucket.take(Long.MAX_VALUE / 2, 0)).isBetween(0L, SECOND);
        assertThat(wait).isEqualTo(Integer.MAX_VALUE * SECOND - SECOND / 4);
    }
}
