package dev.packhorse.store.memory;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes a store may hold, and how many it holds. */
final class Budget {

    /** Charged for each node beside its bytes: about what the entry, its state and its place in the directory occupy. */
    private static final long NODE = 200;

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    Budget(long limit) {
        this.limit = limit;
    }

    static long node(String name) {
        return NODE + 2L * name.length();
    }

    /** Takes room; {@code false} if there is not enough, and then nothing is taken. */
    boolean take(long bytes) {
        while (true) {
            long before = used.get();
            if (bytes > limit - before) {
                return false;
            }
            if (used.compareAndSet(before, before + bytes)) {
                return true;
            }
        }
    }

    void give(long bytes) {
        used.addAndGet(-bytes);
    }

    long limit() {
        return limit;
    }

    long free() {
        return Math.max(0, limit - used.get());
    }
}
