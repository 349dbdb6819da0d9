package dev.packhorse.policy.cache;

import dev.packhorse.fs.FsPath;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which paths were changed last, and in which order.
 *
 * <p>Each change gets a number when it has ended. An answer is as good as the question is old: it holds if nothing that
 * concerns it has a greater number than the last that was given when the question was put. So nothing has to be removed when
 * something changes, whole trees included, and an answer that is on its way meanwhile is worthless however late it comes.
 *
 * <p>Bounded: what was changed longest ago is forgotten, and with it the worth of all answers that are as old.
 */
final class Changes {

    /** What a change of a path concerns: its own node, the list of its children, or everything at and below it. */
    enum Scope {
        NODE,
        LISTING,
        TREE
    }

    /** The numbers of the last changes of one path, by scope; 0 for none. */
    private record Marks(long node, long listing, long tree) {

        private static final Marks NONE = new Marks(0, 0, 0);

        Marks with(Scope scope, long number) {
            return switch (scope) {
                case NODE -> new Marks(number, listing, tree);
                case LISTING -> new Marks(node, number, tree);
                case TREE -> new Marks(node, listing, number);
            };
        }

        long last() {
            return Math.max(node, Math.max(listing, tree));
        }
    }

    private final LongSupplier nanos;
    private final long maxBytes;
    private final AtomicLong number = new AtomicLong();
    private final ConcurrentMap<FsPath, Marks> marks = new ConcurrentHashMap<>();
    /** The keys of {@link #marks}, least recently changed first. */
    private final Map<FsPath, Long> order = new LinkedHashMap<>();

    private long bytes;
    private volatile long floor;

    Changes(LongSupplier nanos, long maxBytes) {
        this.nanos = nanos;
        this.maxBytes = maxBytes;
    }

    /** Now, for a question that is put next. */
    Moment moment() {
        return new Moment(number.get(), nanos.getAsLong());
    }

    /** How long ago a moment was, in nanoseconds. */
    long age(Moment moment) {
        return nanos.getAsLong() - moment.nanos();
    }

    /** A change has ended. */
    synchronized void ended(FsPath path, Scope... scopes) {
        Marks last = marks.getOrDefault(path, Marks.NONE);
        long now = number.incrementAndGet();
        for (Scope scope : scopes) {
            last = last.with(scope, now);
        }
        marks.put(path, last);
        if (order.remove(path) == null) {
            bytes += weight(path);
        }
        order.put(path, now);
        Iterator<FsPath> oldest = order.keySet().iterator();
        while (bytes > maxBytes && oldest.hasNext()) {
            FsPath dropped = oldest.next();
            // In this order, for those who look without the lock.
            floor = marks.getOrDefault(dropped, Marks.NONE).last();
            marks.remove(dropped);
            oldest.remove();
            bytes -= weight(dropped);
        }
    }

    /** A change of which nobody knows what it concerns has ended. */
    synchronized void allEnded() {
        floor = number.incrementAndGet();
        marks.clear();
        order.clear();
        bytes = 0;
    }

    /** Tells whether a node that was asked for then is what it was. */
    boolean nodeHolds(FsPath path, Moment asked) {
        Marks own = marks.get(path);
        return (own == null || own.node() <= asked.change()) && treeHolds(path, own, asked);
    }

    /** Tells whether the children of a directory, and their nodes, are what they were. */
    boolean listingHolds(FsPath directory, Moment asked) {
        Marks own = marks.get(directory);
        return (own == null || own.listing() <= asked.change()) && treeHolds(directory, own, asked);
    }

    /** Tells whether at a path, and above it, there is still what there was, whatever its metadata. */
    boolean treeHolds(FsPath path, Moment asked) {
        return treeHolds(path, marks.get(path), asked);
    }

    private boolean treeHolds(FsPath path, @Nullable Marks own, Moment asked) {
        if (own != null && own.tree() > asked.change()) {
            return false;
        }
        if (!marks.isEmpty()) {
            for (FsPath above = path.parent(); above != null; above = above.parent()) {
                Marks there = marks.get(above);
                if (there != null && there.tree() > asked.change()) {
                    return false;
                }
            }
        }
        // Last, because a mark is dropped when the floor has been raised to it.
        return floor <= asked.change();
    }

    private static long weight(FsPath path) {
        return 256 + 2L * path.toString().length();
    }
}
