package dev.packhorse.policy.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Scheduler;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What is kept, for as long as it may be of use. Nothing is found here that a change has made worthless. */
final class Memory {

    /**
     * How long a directory is taken for one. Longer than its node is, since all that depends on it is whether paths below
     * have a second name.
     */
    private static final Duration SETTLED = Duration.ofMinutes(10);

    private enum Kind {
        NODE,
        LISTING,
        DIRECTORY
    }

    private record Key(Kind kind, FsPath path) {}

    /** One of: a node or its absence, a listing, the knowledge that a directory is one. */
    private record Entry(
            Moment asked, @Nullable Node node, @Nullable Whole whole) {

        long weight() {
            return Weights.ENTRY + (node == null ? 0 : Weights.of(node)) + (whole == null ? 0 : whole.weight());
        }

        long nodes() {
            return 1L + (whole == null ? 0 : whole.nodes().size());
        }
    }

    private final Changes changes;
    private final Cache<Key, Entry> entries;

    Memory(CacheStore.Options options, Changes changes, LongSupplier nanos) {
        this.changes = changes;
        Duration present = options.ttl().plus(longer(options.staleWhileRevalidate(), options.staleIfError()));
        // One bound for two: a node weighs at the least its share of the cache.
        long share = Math.max(1, options.maxBytes() / options.maxNodes());
        this.entries = Caffeine.newBuilder()
                .maximumWeight(options.maxBytes())
                .<Key, Entry>weigher((key, entry) -> (int) Math.min(
                        Integer.MAX_VALUE,
                        Math.max(entry.weight() + Weights.of(key.path().toString()), entry.nodes() * share)))
                .expireAfter(Expiry.<Key, Entry>writing((key, entry) -> switch (key.kind()) {
                    case NODE -> entry.node() == null ? options.negativeTtl() : present;
                    case LISTING -> present;
                    case DIRECTORY -> longer(present, SETTLED);
                }))
                .ticker(nanos::getAsLong)
                .executor(Runnable::run)
                .scheduler(Scheduler.systemScheduler())
                .build();
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    /** What is known of a path, by itself or by the listing of its parent; {@code null} for nothing. */
    @Nullable
    Known find(FsPath path) {
        Known own = own(path);
        Known listed = listed(path);
        if (own == null) {
            return listed;
        }
        return listed == null || listed.asked().isBefore(own.asked()) ? own : listed;
    }

    /** What is known of a path because there is nothing above it. */
    @Nullable
    Known findAbove(FsPath path) {
        for (FsPath above = path.parent(); above != null; above = above.parent()) {
            Known known = find(above);
            if (known != null) {
                return known.absent() ? known : null;
            }
        }
        return null;
    }

    private @Nullable Known own(FsPath path) {
        Entry entry = entries.getIfPresent(new Key(Kind.NODE, path));
        return entry != null && changes.nodeHolds(path, entry.asked())
                ? new Known(entry.asked(), entry.node(), 0)
                : null;
    }

    private @Nullable Known listed(FsPath path) {
        FsPath parent = path.parent();
        Whole whole = parent == null ? null : listing(parent);
        return whole != null && changes.nodeHolds(path, whole.asked())
                ? new Known(whole.asked(), whole.child(path), whole.nodes().size())
                : null;
    }

    /** The children of a directory; {@code null} if they are not known. */
    @Nullable
    Whole listing(FsPath directory) {
        Entry entry = entries.getIfPresent(new Key(Kind.LISTING, directory));
        return entry != null && changes.listingHolds(directory, entry.asked()) ? entry.whole() : null;
    }

    /** Tells whether all above a path are known to be directories. */
    boolean isSettled(FsPath path) {
        FsPath parent = path.parent();
        return parent == null || isDirectory(parent);
    }

    /** Tells whether a path is known to be a directory, and all above it. */
    boolean isDirectory(FsPath path) {
        if (path.isRoot()) {
            return true;
        }
        Entry entry = entries.getIfPresent(new Key(Kind.DIRECTORY, path));
        if (entry != null && changes.treeHolds(path, entry.asked())) {
            return true;
        }
        // What is kept is settled, so that there is no need to look further up.
        Known known = find(path);
        if (known == null || known.node() == null || !known.node().isDirectory()) {
            return false;
        }
        put(Kind.DIRECTORY, path, new Entry(known.asked(), null, null));
        return true;
    }

    /**
     * Keeps what the store has said of a path. If the listing of its parent says otherwise, the listing is forgotten.
     *
     * @param node {@code null} if nothing is there
     * @return false if the path is not settled, so that nothing is kept
     */
    boolean keep(FsPath path, @Nullable Node node, Moment asked) {
        if (!isSettled(path)) {
            return false;
        }
        FsPath parent = path.parent();
        Known listed = listed(path);
        if (parent != null && listed != null && listed.asked().isBefore(asked)) {
            Node older = listed.node();
            if (node == null ? older != null : !node.equals(older)) {
                entries.invalidate(new Key(Kind.LISTING, parent));
            }
        }
        put(Kind.NODE, path, new Entry(asked, node, null));
        return true;
    }

    /** Keeps a listing, unless the store has muddled its order; false as above. */
    boolean keep(FsPath directory, Whole whole) {
        if (!isSettled(directory)) {
            return false;
        }
        if (!whole.isOrdered()) {
            return true;
        }
        if (!directory.isRoot()) {
            put(Kind.DIRECTORY, directory, new Entry(whole.asked(), null, null));
        }
        put(Kind.LISTING, directory, new Entry(whole.asked(), null, whole));
        for (Node node : whole.nodes()) {
            // Known twice, and the older would come back when the listing is gone.
            entries.asMap()
                    .computeIfPresent(
                            new Key(Kind.NODE, node.path()),
                            (key, old) -> old.asked().isBefore(whole.asked()) ? null : old);
        }
        return true;
    }

    /** An answer never replaces one to a younger question. */
    private void put(Kind kind, FsPath path, Entry entry) {
        entries.asMap()
                .merge(new Key(kind, path), entry, (old, fresh) -> fresh.asked().isBefore(old.asked()) ? old : fresh);
    }

    void clear() {
        entries.invalidateAll();
        entries.cleanUp();
    }

    /** How many bytes are kept, as estimated. */
    long bytes() {
        entries.cleanUp();
        return entries.policy().eviction().orElseThrow().weightedSize().orElse(0);
    }
}
