package dev.packhorse.change;

import dev.packhorse.fs.Store;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One change on its way to a receiver that may {@link #take} it: keep it for a while, keep the order of what it has taken, and
 * let the next come meanwhile. Its failure must reach its successors before they overtake it; so each is numbered with the
 * failures that were known when it was sent off.
 */
public final class Delivery {

    private final Change change;
    private final Store store;
    private final AtomicLong failures;
    private final long known;
    private volatile @Nullable Runnable flush;
    private volatile boolean failing;

    /**
     * A delivery that nobody has taken.
     *
     * @param store where the contents are
     * @param failures of all deliveries of the same subscription
     * @param known how many of them whoever sends this off has dealt with
     */
    public Delivery(Change change, Store store, AtomicLong failures, long known) {
        this.change = change;
        this.store = store;
        this.failures = failures;
        this.known = known;
    }

    public Change change() {
        return change;
    }

    public Store store() {
        return store;
    }

    /**
     * Says that whoever does so keeps the order by itself.
     *
     * @param hurry what to call when nobody should wait for more any longer
     */
    public void take(Runnable hurry) {
        flush = hurry;
    }

    /** Tells whether somebody has taken this. */
    public boolean taken() {
        return flush != null;
    }

    /** Asks for it to be done with soon. */
    public void hurry() {
        Runnable taken = flush;
        if (taken != null) {
            taken.run();
        }
    }

    /** Tells whether another one has failed since: this one must not be taken. */
    public boolean overtakes() {
        return failures.get() != known;
    }

    /** Lets no successor be taken until whoever sends them off has dealt with this one. To be called before it is said to have failed. */
    public void fail() {
        if (!failing) {
            failing = true;
            failures.incrementAndGet();
        }
    }

    /** Tells whether {@link #fail} was called. */
    public boolean failing() {
        return failing;
    }
}
