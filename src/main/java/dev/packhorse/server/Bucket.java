package dev.packhorse.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What comes in at a rate, is kept up to an amount, and is taken: a token bucket, as one point in time at which all is paid that
 * was taken (GCRA, ITU-T I.371). Any thread may take. Times are those of {@link System#nanoTime}.
 */
final class Bucket {

    private static final long SECOND = 1_000_000_000;

    private final long rate;
    /** Nanoseconds in which a full bucket has filled. */
    private final long full;

    private final AtomicLong paid;

    private Bucket(long rate, long full, long now) {
        this.rate = rate;
        this.full = full;
        this.paid = new AtomicLong(now);
    }

    /**
     * A full bucket for single things.
     *
     * @param rate how many come in a second, at least 1
     * @param most how many it holds
     */
    static Bucket of(int rate, int most, long now) {
        return new Bucket(rate, SECOND / rate * most, now);
    }

    /** A full bucket for bytes, which holds what a quarter of a second brings: short transfers do not wait, and long ones do not swing. */
    static Bucket ofBytes(long rate, long now) {
        return new Bucket(rate, SECOND / 4, now);
    }

    /**
     * Takes one if there is one.
     *
     * @return 0 if there was; else the nanoseconds until there will be
     */
    long takeOne(long now) {
        while (true) {
            long before = paid.get();
            long after = Math.max(before - now, 0) + SECOND / rate;
            if (after > full) {
                return after - full;
            }
            if (paid.compareAndSet(before, now + after)) {
                return 0;
            }
        }
    }

    /**
     * Takes some, whether or not they are there: who comes first is served first.
     *
     * @return the nanoseconds until they are there
     */
    long take(long count, long now) {
        while (true) {
            long before = paid.get();
            long after = Math.max(before - now, 0) + cost(count);
            if (paid.compareAndSet(before, now + after)) {
                return Math.max(0, after - full);
            }
        }
    }

    /** Puts back what was taken and is not needed. */
    void putBack(long count) {
        paid.addAndGet(-cost(count));
    }

    /** How long it takes to be full; 0 if it is. */
    long untilFull(long now) {
        return Math.max(0, paid.get() - now);
    }

    /** How many bytes to take at a time: what comes in a twentieth of a second, so that it neither swings nor takes many timers. */
    int piece() {
        return (int) Math.max(1 << 10, Math.min(rate / 20, 1 << 20));
    }

    private long cost(long count) {
        return count < Long.MAX_VALUE / SECOND ? count * SECOND / rate : count / rate * SECOND;
    }
}
