package dev.packhorse.policy.cache;

import dev.packhorse.fs.Node;
import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of nodes may be gathered before it is known whether they are kept: for one listing, and for all. */
final class Allowance {

    private final long each;
    private final long all;
    private final AtomicLong taken = new AtomicLong();

    Allowance(long each, long all) {
        this.each = each;
        this.all = all;
    }

    /** The part of it that one listing takes. Used by one thread at a time. */
    final class Share {
        private long mine;

        /** Tells whether one more node may be gathered. */
        boolean take(Node node) {
            long weight = Weights.of(node);
            if (mine + weight > each) {
                return false;
            }
            if (taken.addAndGet(weight) > all) {
                taken.addAndGet(-weight);
                return false;
            }
            mine += weight;
            return true;
        }

        /** What has been gathered is kept, or dropped. */
        void giveBack() {
            taken.addAndGet(-mine);
            mine = 0;
        }
    }

    Share share() {
        return new Share();
    }
}
