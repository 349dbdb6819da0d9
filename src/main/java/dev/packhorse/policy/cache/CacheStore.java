package dev.packhorse.policy.cache;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WriteOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A store whose nodes and listings are remembered for a while; the package says by which rules. */
public final class CacheStore extends ForwardingStore {

    /**
     * What is remembered, for how long. Durations may be zero, which turns off what they are for.
     *
     * @param ttl how long a node or a listing answers; not zero
     * @param negativeTtl how long a path that was not there is taken for absent
     * @param refreshAfter from which age on an answer is also asked for anew in the background; the ttl or more turns it off
     * @param staleWhileRevalidate for how long behind the ttl it answers while it is asked for anew
     * @param staleIfError for how long behind the ttl it answers if the store fails
     * @param maxNodes how many nodes are kept at most, those in listings included
     * @param maxBytes how much heap they take at most, as estimated; for the memory of changes and for listings on their way
     *     the half of it may come on top
     */
    public record Options(
            Duration ttl,
            Duration negativeTtl,
            Duration refreshAfter,
            Duration staleWhileRevalidate,
            Duration staleIfError,
            long maxNodes,
            long maxBytes) {

        private static final Duration LONGEST_NEGATIVE = Duration.ofSeconds(10);

        /** Thirty seconds. */
        public static final Options DEFAULT = of(Duration.ofSeconds(30));

        public Options {
            for (Duration each : List.of(ttl, negativeTtl, refreshAfter, staleWhileRevalidate, staleIfError)) {
                if (each.isNegative() || each.compareTo(Duration.ofDays(365)) > 0) {
                    throw new IllegalArgumentException("not a time to remember: " + each);
                }
            }
            if (ttl.isZero()) {
                throw new IllegalArgumentException("a cache needs a ttl");
            }
            if (maxNodes <= 0 || maxBytes <= 0) {
                throw new IllegalArgumentException("a cache needs room");
            }
        }

        /**
         * A third of the ttl, at most ten seconds, for absence; refreshed from the half on; never stale; at most 200,000 nodes
         * and 64 MiB.
         */
        public static Options of(Duration ttl) {
            Duration third = ttl.dividedBy(3);
            return new Options(
                    ttl,
                    third.compareTo(LONGEST_NEGATIVE) < 0 ? third : LONGEST_NEGATIVE,
                    ttl.dividedBy(2),
                    Duration.ZERO,
                    Duration.ZERO,
                    200_000,
                    64L << 20);
        }
    }

    /** Up to this many, all children of a directory are refreshed when one of them is due: by one question. */
    private static final int REFRESHED_TOGETHER = 1000;

    /** More directories are walked by the store itself. */
    private static final int WALKED_FROM_MEMORY = 100_000;

    private final Options options;
    private final Changes changes;
    private final Memory memory;
    private final Allowance allowance;
    private final Background background = new Background();
    private final Asking asking;
    private final Announcer announcer;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private volatile boolean closed;

    /** The only cache of a store. */
    public CacheStore(Store delegate, Options options) {
        this(delegate, options, Announcer.NONE);
    }

    /**
     * One of several caches of a store.
     *
     * @param announcer is told of each change that goes through this one
     */
    public CacheStore(Store delegate, Options options, Announcer announcer) {
        this(delegate, options, announcer, System::nanoTime);
    }

    CacheStore(Store delegate, Options options, Announcer announcer, LongSupplier nanos) {
        super(delegate);
        this.options = options;
        this.announcer = announcer;
        this.changes = new Changes(nanos, options.maxBytes() / 4);
        this.memory = new Memory(options, changes, nanos);
        this.allowance = new Allowance(options.maxBytes() / 8, options.maxBytes() / 4);
        this.asking = new Asking(delegate, changes, memory, allowance, background);
    }

    /** How many stats, listings and walks were answered from memory. */
    public long hits() {
        return hits.sum();
    }

    /** How many stats, listings and walks had to wait for the store. */
    public long misses() {
        return misses.sum();
    }

    /** How many bytes are kept, as estimated. */
    public long bytes() {
        return memory.bytes();
    }

    /** Forgets a path, all below it, and that its parent has it: it has been changed elsewhere. The root is everything. */
    public void forget(FsPath path) {
        changes.ended(path, Changes.Scope.TREE);
        touched(path);
    }

    @Override
    public Capabilities capabilities() {
        return delegate().capabilities().with(options.ttl().plus(options.staleWhileRevalidate()));
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        requireOpen("stat", path);
        Known known = known(path);
        if (known != null) {
            hits.increment();
            Node node = known.node();
            if (node == null) {
                throw new FsException(Kind.NOT_FOUND, "stat", path);
            }
            refreshIfDue(path, known);
            return node;
        }
        misses.increment();
        try {
            return asking.node(path);
        } catch (FsException e) {
            Known last = isFailure(e) ? memory.find(path) : null;
            Node node = last == null || !isWithin(last.asked(), options.staleIfError()) ? null : last.node();
            if (node == null) {
                throw e;
            }
            return node;
        }
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        requireOpen("list", directory);
        Whole whole = memory.listing(directory);
        if (whole != null && isWithin(whole.asked(), options.staleWhileRevalidate())) {
            hits.increment();
            if (isDue(whole.asked())) {
                refreshListing(directory);
            }
            return new KeptListing(whole.nodes());
        }
        Known known = known(directory);
        if (known != null && known.absent()) {
            hits.increment();
            throw new FsException(Kind.NOT_FOUND, "list", directory);
        }
        misses.increment();
        try {
            return asking.listing(directory);
        } catch (FsException e) {
            Whole last = isFailure(e) ? memory.listing(directory) : null;
            if (last == null || !isWithin(last.asked(), options.staleIfError())) {
                throw e;
            }
            return new KeptListing(last.nodes());
        }
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        requireOpen("walk", directory);
        if (isKeptBelow(directory)) {
            return Trees.walk(this, directory);
        }
        misses.increment();
        Moment asked = changes.moment();
        Listing walk = delegate().walk(directory);
        asking.settle(directory);
        return new PassingListing(List.of(), walk, new Walked(memory, directory, asked, allowance.share()));
    }

    @Override
    public Content read(FsPath path) throws FsException {
        requireOpen("read", path);
        Moment asked = changes.moment();
        try {
            Content content = delegate().read(path);
            asking.keep(path, content.node(), asked);
            return content;
        } catch (FsException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                asking.keep(path, null, asked);
            }
            throw e;
        }
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        try {
            return delegate().write(path, body, options);
        } finally {
            replaced(path);
        }
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        try {
            return delegate().makeDirectory(path, options);
        } finally {
            ended(path, Changes.Scope.NODE);
        }
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        try {
            return delegate().link(path, target, options);
        } finally {
            replaced(path);
        }
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        try {
            return delegate().change(path, change, preconditions);
        } finally {
            ended(path, Changes.Scope.NODE);
        }
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        try {
            return delegate().copy(source, target, options);
        } finally {
            replaced(target);
        }
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        try {
            return delegate().move(source, target, options);
        } finally {
            replaced(source);
            replaced(target);
        }
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        try {
            delegate().remove(path, preconditions);
        } finally {
            replaced(path);
        }
    }

    @Override
    public Space space() throws FsException {
        return delegate().space();
    }

    @Override
    public void close() throws FsException {
        closed = true;
        background.close();
        memory.clear();
        delegate().close();
    }

    private void requireOpen(String operation, FsPath path) throws FsException {
        if (closed) {
            throw new FsException(Kind.UNAVAILABLE, operation, path);
        }
    }

    /** What may be answered without asking. */
    private @Nullable Known known(FsPath path) {
        Known known = memory.find(path);
        if (known == null) {
            known = memory.findAbove(path);
        }
        if (known == null) {
            return null;
        }
        boolean answers = known.absent()
                ? changes.age(known.asked()) < options.negativeTtl().toNanos()
                : isWithin(known.asked(), options.staleWhileRevalidate());
        return answers ? known : null;
    }

    private boolean isWithin(Moment asked, Duration behindTtl) {
        return changes.age(asked) < options.ttl().plus(behindTtl).toNanos();
    }

    private boolean isDue(Moment asked) {
        long age = changes.age(asked);
        return age >= options.refreshAfter().toNanos() || age >= options.ttl().toNanos();
    }

    private void refreshIfDue(FsPath path, Known known) {
        if (!isDue(known.asked())) {
            return;
        }
        FsPath parent = path.parent();
        if (parent != null && known.listed() > 0 && known.listed() <= REFRESHED_TOGETHER) {
            refreshListing(parent);
        } else {
            background.submit(new Background.Due("stat", path), () -> asking.node(path));
        }
    }

    private void refreshListing(FsPath directory) {
        background.submit(
                new Background.Due("list", directory),
                () -> asking.listing(directory).close());
    }

    /** Tells whether a directory and all below it can be walked without asking, for some while. */
    private boolean isKeptBelow(FsPath top) {
        Deque<FsPath> directories = new ArrayDeque<>(List.of(top));
        for (int seen = 0; !directories.isEmpty(); seen++) {
            Whole whole = memory.listing(directories.pop());
            if (whole == null
                    || !isWithin(whole.asked(), options.staleWhileRevalidate())
                    || seen > WALKED_FROM_MEMORY) {
                return false;
            }
            for (Node node : whole.nodes()) {
                if (node.isDirectory()) {
                    directories.push(node.path());
                }
            }
        }
        return true;
    }

    /** A change has ended that may have put something else at a path. */
    private void replaced(FsPath path) {
        ended(path, Changes.Scope.TREE);
    }

    private void ended(FsPath path, Changes.Scope scope) {
        changes.ended(path, scope);
        touched(path);
        announcer.changed(path);
        if (memory.isSettled(path)) {
            return;
        }
        try {
            if (asking.learn(path.parent()) == Asking.Place.SYMLINK) {
                changes.allEnded();
                announcer.changed(FsPath.ROOT);
            }
        } catch (FsException e) {
            // The store does not say. What is known by another name, if there is one, lives for its ttl.
        }
    }

    /** A directory shows the change of a child by its listing and its own time, which the directory above it lists. */
    private void touched(FsPath path) {
        FsPath parent = path.parent();
        if (parent == null) {
            return;
        }
        changes.ended(parent, Changes.Scope.NODE, Changes.Scope.LISTING);
        FsPath above = parent.parent();
        if (above != null) {
            changes.ended(above, Changes.Scope.LISTING);
        }
    }

    private static boolean isFailure(FsException e) {
        return switch (e.kind()) {
            case UNAVAILABLE, TIMEOUT, IO -> true;
            case NOT_FOUND,
                    ALREADY_EXISTS,
                    IS_A_DIRECTORY,
                    NOT_A_DIRECTORY,
                    NOT_EMPTY,
                    PERMISSION_DENIED,
                    INVALID_NAME,
                    PRECONDITION_FAILED,
                    STALE,
                    BUSY,
                    UNSUPPORTED,
                    TOO_LARGE,
                    NO_SPACE -> false;
        };
    }
}
