package dev.packhorse.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

/**
 * The shares of many. One that somebody holds, a connection or a request, stays; there are no more of those than connections are
 * allowed. One that nobody holds is kept until its buckets are full again, when a new one would be the same, and for a number of
 * others at most: somebody who has very many addresses can make the gateway forget what the least active of them have taken, but
 * not fill its memory.
 */
final class Shares<K> {

    private static final int MOST_UNHELD = 100_000;

    private final LongFunction<Share> made;
    private final ConcurrentHashMap<K, Share> held = new ConcurrentHashMap<>();
    private final Cache<K, Share> unheld = Caffeine.newBuilder()
            .maximumSize(MOST_UNHELD)
            .expireAfter(
                    Expiry.<K, Share>writing((key, share) -> Duration.ofNanos(share.untilForgotten(System.nanoTime()))))
            .executor(Runnable::run)
            .build();

    /**
     * No shares yet.
     *
     * @param made makes one, of which nothing is taken, at a time
     */
    Shares(LongFunction<Share> made) {
        this.made = made;
    }

    /** The share of somebody, until {@link #leave}. */
    Share hold(K key) {
        return held.compute(key, (same, known) -> {
            Share share = known;
            if (share == null) {
                share = unheld.asMap().remove(same);
            }
            if (share == null) {
                share = made.apply(System.nanoTime());
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
            if (share.untilForgotten(System.nanoTime()) > 0) {
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
