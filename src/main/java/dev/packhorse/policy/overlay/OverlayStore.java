package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.OrderedBody;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A store whose changes are ordered by the timestamps that callers give them, and that keeps mode, owner, modification time,
 * media type and symlinks also where the store behind cannot; the package says by which rules.
 *
 * <p>Attributes and symlinks are added for stores with {@code WRITE} only; any other shows what rows it has.
 *
 * <p>A failure of the database is {@code UNAVAILABLE}; {@code BUSY} means that another change of the same path did not end
 * in time. Where an ordered change fails, the store is as its own operation leaves it and the timestamps are as they were,
 * with one exception: if the commit itself fails, the store is changed and its timestamp may not be. The same change can
 * then be repeated.
 */
public final class OverlayStore extends ForwardingStore {

    private final CompletingStore completing;
    private final StoreTimestamps timestamps;
    private volatile Declared declared;

    /** What the delegate declares, and the same with what is added here. */
    private record Declared(Capabilities below, Capabilities here) {}

    /**
     * A store with timestamps, and what it has by itself.
     *
     * @param delegate reads a body to its end before it publishes it; one that keeps and compares change timestamps by itself is
     *     left to do so
     * @param key names the store in the database, for good: its location without secrets, at most
     *     {@value OverlayTable#MAX_KEY} characters
     * @throws FsException {@code UNAVAILABLE} if the database does not answer
     */
    public OverlayStore(Store delegate, String key, OverlayTable table) throws FsException {
        this(delegate, key, table, Options.TIMESTAMPS);
    }

    /** As above, and with what else the store cannot keep. */
    public OverlayStore(Store delegate, String key, OverlayTable table, Options options) throws FsException {
        this(new CompletingStore(delegate, table.nodes(key), options), table.store(key));
    }

    private OverlayStore(CompletingStore completing, StoreTimestamps timestamps) {
        super(completing);
        this.completing = completing;
        this.timestamps = timestamps;
        this.declared = declare(completing.capabilities());
    }

    /**
     * What is kept beside a store that cannot keep it, and what such a store shows where nobody has given anything.
     *
     * @param fileMode permissions of files; {@code null} for what the store says
     * @param directoryMode permissions of directories, likewise
     * @param owner of all nodes, likewise
     * @param keeps what rows keep if the store does not: of {@code MODE}, {@code OWNER}, {@code MODIFIED},
     *     {@code MEDIA_TYPE} and {@code SYMLINKS}
     */
    public record Options(
            @Nullable Mode fileMode,
            @Nullable Mode directoryMode,
            @Nullable Owner owner,
            Set<Capability> keeps) {

        /** All that rows can keep, and what the store says. */
        public static final Options DEFAULT = new Options(null, null, null, CompletingStore.KEEPS);

        /** Change timestamps and nothing else: no change of a node is slower for a row. */
        public static final Options TIMESTAMPS = new Options(null, null, null, Set.of());

        public Options {
            keeps = Set.copyOf(keeps);
            if (!CompletingStore.KEEPS.containsAll(keeps)) {
                throw new IllegalArgumentException("rows cannot keep " + keeps);
            }
        }

        /** Whether nodes without a row may look different from what the store says. */
        boolean changesWhatStoresSay() {
            return fileMode != null || directoryMode != null || owner != null;
        }
    }

    private static Declared declare(Capabilities below) {
        return new Declared(below, below.with(Capability.CHANGE_TIMESTAMPS));
    }

    @Override
    public Capabilities capabilities() {
        Capabilities below = delegate().capabilities();
        Declared last = declared;
        if (!last.below().equals(below)) {
            last = declare(below);
            declared = last;
        }
        return last.here();
    }

    // The timestamp is read before the node: a node may be newer than its timestamp says, never older.

    /** Whether the store behind orders changes by itself, as another gateway does, for its other callers as well. */
    private boolean isOrdered() {
        return delegate().capabilities().has(Capability.CHANGE_TIMESTAMPS);
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        if (isOrdered()) {
            return delegate().stat(path);
        }
        Long micros = timestamps.known(path, "stat");
        return stamp(delegate().stat(path), micros);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        if (isOrdered()) {
            return delegate().read(path);
        }
        Long micros = timestamps.known(path, "read");
        Content content = delegate().read(path);
        return micros == null
                ? content
                : new CompletedContent(content, content.node().withChangeTimestamp(micros));
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        return stamp(delegate().list(directory), "list");
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return stamp(delegate().walk(directory), "walk");
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        if (isOrdered()) {
            return delegate().write(path, body, options);
        }
        Long micros = options.preconditions().changeTimestamp();
        if (micros == null) {
            return unordered("write", path, () -> delegate().write(path, body, options));
        }
        timestamps.refuseOlder(path, micros, "write");
        try (OrderedChange change = advancing("write", path, micros)) {
            if (body.length() == 0) {
                // Nothing streams, and a store need not open what is empty.
                change.begin();
            }
            Node node = write(path, new OrderedBody(body, size -> change.begin()), unstamped(options), change);
            if (!change.begun()) {
                throw new FsException(
                        FsException.Kind.IO,
                        "write",
                        path,
                        new IllegalStateException("the store has published a body without reading it to its end"));
            }
            return node.withChangeTimestamp(change.commit());
        }
    }

    private Node write(FsPath path, OrderedBody body, WriteOptions options, OrderedChange change) throws FsException {
        try {
            return delegate().write(path, body, options);
        } catch (FsException e) {
            // The store knows only that the body failed.
            FsException refused = change.failure();
            throw refused == null ? e : refused;
        }
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        return changing(
                "makeDirectory",
                path,
                options.preconditions(),
                () -> delegate().makeDirectory(path, forTheStore(options)));
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        return changing(
                "link", path, options.preconditions(), () -> delegate().link(path, target, forTheStore(options)));
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        return changing(
                "change",
                path,
                preconditions,
                () -> delegate()
                        .change(path, change, isOrdered() ? preconditions : preconditions.withoutChangeTimestamp()));
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        return changing(
                "copy", target, options.preconditions(), () -> delegate().copy(source, target, forTheStore(options)));
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        if (isOrdered() || source.isRoot() || target.isRoot() || source.equals(target) || target.isBelow(source)) {
            // Every store refuses these, and there is no order of rows that they would leave.
            return delegate().move(source, target, forTheStore(options));
        }
        Long micros = options.preconditions().changeTimestamp();
        boolean forth = source.compareTo(target) < 0;
        FsPath first = forth ? source : target;
        FsPath second = forth ? target : source;
        OrderedChange.Steps steps = rows -> {
            // Always in the order of the paths, so that two moves never wait for each other.
            if (micros == null) {
                rows.lock(first);
                rows.lock(second);
                boolean wide = rows.move(source, target, Long.MIN_VALUE);
                return new OrderedChange.Outcome(rows.find(target), wide);
            }
            advance(rows, "move", first, micros, false);
            advance(rows, "move", second, micros, false);
            return new OrderedChange.Outcome(micros, rows.move(source, target, micros));
        };
        Node node;
        try (OrderedChange change = new OrderedChange(timestamps, permits(), "move", steps, source, target)) {
            change.begin();
            node = delegate().move(source, target, unstamped(options));
            node = node.withChangeTimestamp(change.commit());
        }
        timestamps.table().purgeIfDue();
        return node;
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        if (isOrdered()) {
            delegate().remove(path, preconditions);
            return;
        }
        Long micros = preconditions.changeTimestamp();
        OrderedChange.Steps steps = rows -> {
            if (micros == null) {
                rows.bury(path);
                return new OrderedChange.Outcome(null, rows.buryBelow(path, Long.MIN_VALUE));
            }
            advance(rows, "remove", path, micros, true);
            return new OrderedChange.Outcome(micros, rows.buryBelow(path, micros));
        };
        try (OrderedChange change = new OrderedChange(timestamps, permits(), "remove", steps, path)) {
            change.begin();
            delegate().remove(path, preconditions.withoutChangeTimestamp());
            change.commit();
        }
        timestamps.table().purgeIfDue();
    }

    /** One call of the store behind. */
    private interface Action {
        Node run() throws FsException;
    }

    private Node changing(String operation, FsPath path, Preconditions preconditions, Action action)
            throws FsException {
        if (isOrdered()) {
            return action.run();
        }
        Long micros = preconditions.changeTimestamp();
        if (micros == null) {
            return unordered(operation, path, action);
        }
        try (OrderedChange change = advancing(operation, path, micros)) {
            change.begin();
            Node node = action.run();
            return node.withChangeTimestamp(change.commit());
        }
    }

    private Node unordered(String operation, FsPath path, Action action) throws FsException {
        // Before the change, which leaves it alone: failing behind the change would deny that it has happened.
        Long micros = timestamps.known(path, operation);
        return stamp(action.run(), micros);
    }

    private OrderedChange advancing(String operation, FsPath path, long micros) {
        return new OrderedChange(
                timestamps,
                permits(),
                operation,
                rows -> {
                    advance(rows, operation, path, micros, false);
                    return new OrderedChange.Outcome(micros, false);
                },
                path);
    }

    private @Nullable Semaphore permits() {
        return completing.isStraight() ? null : timestamps.table().changes();
    }

    private static void advance(TimestampRows rows, String operation, FsPath path, long micros, boolean removed)
            throws SQLException, FsException {
        if (!rows.advance(path, micros, removed)) {
            throw new FsException(FsException.Kind.STALE, operation, path);
        }
    }

    private Listing stamp(Listing listing, String operation) {
        return timestamps.present() && !isOrdered() ? new StampedListing(listing, timestamps, operation) : listing;
    }

    private static Node stamp(Node node, @Nullable Long micros) {
        return micros == null ? node : node.withChangeTimestamp(micros);
    }

    private static WriteOptions unstamped(WriteOptions options) {
        return options.preconditions().changeTimestamp() == null
                ? options
                : new WriteOptions(options.attributes(), options.preconditions().withoutChangeTimestamp());
    }

    private WriteOptions forTheStore(WriteOptions options) {
        return isOrdered() ? options : unstamped(options);
    }

    private TransferOptions forTheStore(TransferOptions options) {
        return isOrdered() ? options : unstamped(options);
    }

    private static TransferOptions unstamped(TransferOptions options) {
        return options.preconditions().changeTimestamp() == null
                ? options
                : new TransferOptions(
                        options.overwrite(), options.preconditions().withoutChangeTimestamp());
    }
}
