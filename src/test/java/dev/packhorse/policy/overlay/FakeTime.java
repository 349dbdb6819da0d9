package dev.packhorse.policy.overlay;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock and a ticker that stand still until they are told to pass. */
final class FakeTime implements InstantSource, Ticker {

    private final AtomicLong nanos = new AtomicLong();

    void pass(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    @Override
    public Instant instant() {
        return Instant.parse("2020-01-01T00:00:00Z").plusNanos(nanos.get());
    }

    @Override
    public long read() {
        return nanos.get();
    }
}
