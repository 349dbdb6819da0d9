package dev.packhorse.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * The shares of many. One that somebody holds, a connection or a request, stays; there are no more of those than connections are
 * allowed. One that nobody holds is kept until its buckets are full again, when a new one would be the same, and for a number of
 * others at most: somebody who has very many addresses can make the gateway forget what the least active of them have taken, but
 * not fill its memory.
 */
final class Shares<K> {

    private static final int MOST_UNHELD = 100_000;

    private final LongSupplier nanoTime;
    private final LongFunction<Share> made;
    private final ConcurrentHashMap<K, Share> held = new ConcurrentHashMap<>();
    private final Cache<K, Share> unheld;

    /**
     * No shares yet.
     *
     * @param nanoTime the clock by which they are taken from
     * @param made makes one, of which nothing is taken, at a time
     */
    Shares(LongSupplier nanoTime, LongFunction<Share> made) {
        this.nanoTime = nanoTime;
        this.made = made;
        this.unheld = Caffeine.newBuilder()
                .maximumSize(MOST_UNHELD)
                .expireAfter(Expiry.<K, Share>writing(
                        (key, share) -> Duration.ofNanos(share.untilForgotten(nanoTime.getAsLong()))))
                .executor(Runnable::run)
                .build();
    }

    /** The share of somebody, until {@link #leave}. */
    Share hold(K key) {
        return held.compute(key, (same, known) -> {
            Share share = known;
            if (share == null) {
                share = unheld.asMap().remove(same);
            }
            if (share == null) {
                share = made.apply(nanoTime.getAsLong());
            }
            share.holders++;
            return share;
        });
    }

    void leave(K key) {
        held.computeIfPresent(key, (same, share) -> {
            share.holders--;
            if (share.holders > 0) {
                return share;
            }
            if (share.untilForgotten(nanoTime.getAsLong()) > 0) {
                unheld.put(same, share);
            }
            return null;
        });
    }

    /** How many somebody holds. */
    int held() {
        return held.size();
    }

    /** How many are remembered that nobody holds, about. */
    long unheld() {
        unheld.cleanUp();
        return unheld.estimatedSize();
    }
}
