package dev.packhorse.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is told to pass. */
public final class StillTime implements InstantSource {

    private static final Instant BEGIN = Instant.parse("2026-05-01T12:00:00Z");

    private final AtomicLong nanos = new AtomicLong();

    public void pass(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    @Override
    public Instant instant() {
        return BEGIN.plusNanos(nanos.get());
    }
}
