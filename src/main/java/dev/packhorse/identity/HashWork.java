package dev.packhorse.identity;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets few hashes of passwords be computed at a time, so that a flood of logins takes neither all cores nor all memory from those who
 * are in, nor all threads: few may wait, and fewer of one address.
 */
final class HashWork {

    /** KiB that all computations in flight may take together; one hash takes this much at most. */
    private static final int MEMORY = 256 * 1024;

    private static final int MAX_WAITING = 64;
    private static final int MAX_WAITING_OF_ONE = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What counts as an address here: {@link Addresses#key}. */
    private final ConcurrentHashMap<String, Integer> waitingOf = new ConcurrentHashMap<>();

    private final AtomicInteger waiting = new AtomicInteger();
    private final Semaphore memory = new Semaphore(MEMORY, true);
    private final int least;
    private final long patienceMillis;

    /**
     * Work for as many cores.
     *
     * @param atOnce computations in flight
     */
    HashWork(int atOnce) {
        this(atOnce, PATIENCE);
    }

    /**
     * As above.
     *
     * @param patience how long who may wait waits for a place
     */
    HashWork(int atOnce, Duration patience) {
        this.least = MEMORY / atOnce;
        this.patienceMillis = patience.toMillis();
    }

    /** Leaves half of the cores to those who are in. */
    static HashWork ofThisMachine() {
        return new HashWork(Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2)));
    }

    /** A place at work, given back when it is closed. */
    final class Place implements AutoCloseable {

        private final int taken;

        private Place(int taken) {
            this.taken = taken;
        }

        @Override
        public void close() {
            memory.release(taken);
        }
    }

    /**
     * Waits for a place.
     *
     * @param kib that will be needed
     * @param address who makes the work
     * @return {@code null} if too many wait
     */
    @Nullable
    Place enter(int kib, String address) {
        int share = Math.max(kib, least);
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return null;
        }
        try {
            if (waitingOf.merge(address, 1, Integer::sum) > MAX_WAITING_OF_ONE) {
                return null;
            }
            return memory.tryAcquire(share, patienceMillis, TimeUnit.MILLISECONDS) ? new Place(share) : null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            waitingOf.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
            waiting.decrementAndGet();
        }
    }
}
