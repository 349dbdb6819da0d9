package dev.packhorse.store.memory;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WholeBody;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** A tree of files in the heap, of bounded size. An absolute symlink target starts at the root of the store. */
public final class MemoryStore implements Store {

    /** The size of a store when nobody says: 64 MiB. */
    public static final long DEFAULT_MAX_BYTES = 64L << 20;

    private static final Capabilities CAPABILITIES =
            new Capabilities(EnumSet.complementOf(EnumSet.of(Capability.CHANGE_TIMESTAMPS)), Duration.ofNanos(1));

    private final Budget budget;
    private final Entry root;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final String instance = UUID.randomUUID().toString().substring(0, 8);
    private final AtomicLong versions = new AtomicLong();
    private volatile boolean closed;

    /**
     * An empty store.
     *
     * @param maxBytes how much it may hold, in bytes, names and metadata included; beyond it is {@code NO_SPACE}
     */
    public MemoryStore(long maxBytes) {
        if (maxBytes <= 0) {
            throw new IllegalArgumentException("not a size: " + maxBytes);
        }
        this.budget = new Budget(maxBytes);
        this.root = directory();
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        requireOpen("stat", path);
        lock.readLock().lock();
        try {
            return existing(Place.resolve(root, path, "stat"), "stat", path).node(path);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        requireOpen("list", directory);
        lock.readLock().lock();
        try {
            Entry entry = existing(Place.resolve(root, directory, "list"), "list", directory);
            if (!entry.isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "list", directory);
            }
            return new MemoryListing(directory, entry);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return Trees.walk(this, directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        requireOpen("read", path);
        lock.readLock().lock();
        try {
            Entry entry = existing(Place.resolve(root, path, "read"), "read", path);
            if (entry.isDirectory()) {
                throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
            }
            Entry.State state = entry.state();
            return new MemoryContent(entry.node(path, state), state.content());
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        options.attributes().require(CAPABILITIES, "write", path);
        prepare("write", path, options.preconditions());
        // Refused early, before a body is read for nothing.
        lock.readLock().lock();
        try {
            replaceable(Place.resolve(root, path, "write"), "write", path, options.preconditions());
        } finally {
            lock.readLock().unlock();
        }
        Bytes bytes = receive(path, body);
        boolean kept = false;
        lock.writeLock().lock();
        try {
            requireOpen("write", path);
            Place place = Place.resolve(root, path, "write");
            Entry old = replaceable(place, "write", path, options.preconditions());
            Instant now = Instant.now();
            Entry.State fresh = old != null && old.type() == NodeType.FILE
                    ? old.state()
                    : new Entry.State(Mode.FILE_DEFAULT, now, Owner.ROOT, null, null, Bytes.EMPTY);
            Entry.State state = new Entry.State(fresh.mode(), now, fresh.owner(), newEtag(), fresh.mediaType(), bytes)
                    .with(options.attributes());
            Entry entry = new Entry(NodeType.FILE, state);
            put(place, entry, bytes.length(), "write", path);
            kept = true;
            return entry.node(path);
        } finally {
            lock.writeLock().unlock();
            if (!kept) {
                budget.give(bytes.length());
            }
        }
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        options.attributes().require(CAPABILITIES, "makeDirectory", path);
        prepare("makeDirectory", path, options.preconditions());
        lock.writeLock().lock();
        try {
            Place place = Place.resolve(root, path, "makeDirectory");
            Entry entry = place.entry();
            if (entry != null && !entry.isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "makeDirectory", path);
            }
            check(options.preconditions(), entry, "makeDirectory", path);
            if (entry != null) {
                apply(entry, options.attributes(), "makeDirectory", path);
                return entry.node(path);
            }
            Entry created = directory();
            created.state(created.state().with(options.attributes()));
            put(place, created, 0, "makeDirectory", path);
            return created.node(path);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        options.attributes().require(CAPABILITIES, "link", path);
        prepare("link", path, options.preconditions());
        byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > 4095 || target.indexOf('\0') >= 0) {
            throw new FsException(Kind.INVALID_NAME, "link", path);
        }
        lock.writeLock().lock();
        try {
            Place place = Place.resolve(root, path, "link");
            replaceable(place, "link", path, options.preconditions());
            Entry.State state = new Entry.State(
                            Mode.SYMLINK_DEFAULT, Instant.now(), Owner.ROOT, newEtag(), null, Bytes.of(bytes))
                    .with(options.attributes());
            Entry entry = new Entry(NodeType.SYMLINK, state);
            put(place, entry, 0, "link", path);
            return entry.node(path);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        change.require(CAPABILITIES, "change", path);
        prepare("change", path, preconditions);
        lock.writeLock().lock();
        try {
            Entry entry = existing(Place.resolve(root, path, "change"), "change", path);
            check(preconditions, entry, "change", path);
            apply(entry, change, "change", path);
            return entry.node(path);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        prepare("copy", source, options.preconditions());
        lock.writeLock().lock();
        try {
            Transfer transfer = transfer("copy", source, target, options);
            return copy(transfer.entry(), transfer.to(), target).node(target);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private Entry copy(Entry source, Place to, FsPath target) throws FsException {
        Entry there = to.entry();
        if (source.isDirectory()) {
            if (there != null && !there.isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "copy", target);
            }
            Entry made = there == null ? directory() : there;
            if (there == null) {
                put(to, made, 0, "copy", target);
            }
            List<Entry> chain = new ArrayList<>(to.chain());
            chain.add(made);
            for (Map.Entry<String, Entry> child : source.children().entrySet()) {
                copy(child.getValue(), new Place(chain, child.getKey(), root), target.child(child.getKey()));
            }
            made.state(source.state());
            return made;
        }
        if (there != null && there.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "copy", target);
        }
        Entry.State old = source.state();
        Entry copy = new Entry(
                source.type(),
                new Entry.State(old.mode(), old.modified(), old.owner(), newEtag(), old.mediaType(), old.content()));
        put(to, copy, 0, "copy", target);
        return copy;
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        prepare("move", source, options.preconditions());
        lock.writeLock().lock();
        try {
            Transfer transfer = transfer("move", source, target, options);
            Entry entry = transfer.entry();
            Entry there = transfer.to().entry();
            if (there != null) {
                if (entry.isDirectory() && !there.isDirectory()) {
                    throw new FsException(Kind.NOT_A_DIRECTORY, "move", target);
                }
                if (!entry.isDirectory() && there.isDirectory()) {
                    throw new FsException(Kind.IS_A_DIRECTORY, "move", target);
                }
                if (!there.children().isEmpty()) {
                    throw new FsException(Kind.NOT_EMPTY, "move", target);
                }
            }
            long grown = Math.max(
                    0,
                    Budget.node(transfer.to().name())
                            - Budget.node(transfer.from().name()));
            if (there == null && !budget.take(grown)) {
                throw new FsException(Kind.NO_SPACE, "move", target);
            }
            if (there != null) {
                budget.give(there.state().cost() + Budget.node(transfer.from().name()));
            } else {
                budget.give(Math.max(
                        0,
                        Budget.node(transfer.from().name())
                                - Budget.node(transfer.to().name())));
            }
            Instant now = Instant.now();
            transfer.to().parent().children().put(transfer.to().name(), entry);
            transfer.from().parent().children().remove(transfer.from().name());
            transfer.to().parent().touch(now);
            transfer.from().parent().touch(now);
            return entry.node(target);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        prepare("remove", path, preconditions);
        lock.writeLock().lock();
        try {
            Place place = Place.resolve(root, path, "remove");
            Entry entry = existing(place, "remove", path);
            check(preconditions, entry, "remove", path);
            if (place.isRoot()) {
                throw new FsException(Kind.PERMISSION_DENIED, "remove", path);
            }
            place.parent().children().remove(place.name());
            place.parent().touch(Instant.now());
            budget.give(Budget.node(place.name()) + clear(entry));
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public Space space() throws FsException {
        requireOpen("space", FsPath.ROOT);
        return new Space(budget.limit(), budget.free());
    }

    @Override
    public void close() {
        closed = true;
        lock.writeLock().lock();
        try {
            root.children().clear();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Source and target of a copy or move that may begin. */
    private record Transfer(Place from, Entry entry, Place to) {}

    private Transfer transfer(String operation, FsPath source, FsPath target, TransferOptions options)
            throws FsException {
        requireOpen(operation, source);
        Place from = Place.resolve(root, source, operation);
        Entry entry = existing(from, operation, source);
        check(options.preconditions(), entry, operation, source);
        Place to = Place.resolve(root, target, operation);
        if (from.isRoot() || to.isRoot() || from.isSameAs(to)) {
            throw new FsException(Kind.INVALID_NAME, operation, target);
        }
        if (entry.isDirectory() && to.isBelow(entry)) {
            throw new FsException(Kind.BUSY, operation, target);
        }
        if (to.entry() != null && !options.overwrite()) {
            throw new FsException(Kind.ALREADY_EXISTS, operation, target);
        }
        return new Transfer(from, entry, to);
    }

    private static Entry existing(Place place, String operation, FsPath path) throws FsException {
        Entry entry = place.entry();
        if (entry == null) {
            throw new FsException(Kind.NOT_FOUND, operation, path);
        }
        return entry;
    }

    /** What a file or symlink at this place would replace. */
    private static @Nullable Entry replaceable(Place place, String operation, FsPath path, Preconditions preconditions)
            throws FsException {
        Entry entry = place.entry();
        check(preconditions, entry, operation, path);
        if (entry != null && entry.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, operation, path);
        }
        return entry;
    }

    private static void check(Preconditions preconditions, @Nullable Entry entry, String operation, FsPath path)
            throws FsException {
        if (preconditions.needNode()) {
            preconditions.check(entry == null ? null : entry.node(path), operation, path);
        }
    }

    /** Puts an entry in its place, and pays for it, less what the caller has paid already and what it replaces. */
    private void put(Place place, Entry entry, long paid, String operation, FsPath path) throws FsException {
        if (!budget.take(Budget.node(place.name()) + entry.state().cost() - paid)) {
            throw new FsException(Kind.NO_SPACE, operation, path);
        }
        Entry old = place.parent().children().put(place.name(), entry);
        if (old != null) {
            budget.give(Budget.node(place.name()) + old.state().cost());
        }
        place.parent().touch(Instant.now());
    }

    private void apply(Entry entry, AttributeChange change, String operation, FsPath path) throws FsException {
        Entry.State next = entry.state().with(change);
        if (!budget.take(next.cost() - entry.state().cost())) {
            throw new FsException(Kind.NO_SPACE, operation, path);
        }
        entry.state(next);
    }

    /** Empties a directory, for listings that still read it; returns what it and its children cost, without its node. */
    private static long clear(Entry top) {
        long cost = 0;
        // Not by recursion: moves can nest directories deeper than the stack is.
        Deque<Entry> ahead = new ArrayDeque<>(List.of(top));
        for (Entry entry = ahead.poll(); entry != null; entry = ahead.poll()) {
            cost += entry.state().cost();
            for (Map.Entry<String, Entry> child : entry.children().entrySet()) {
                cost += Budget.node(child.getKey());
                ahead.push(child.getValue());
            }
            entry.children().clear();
        }
        return cost;
    }

    /** Reads a body to its end and pays for it as it grows. */
    private Bytes receive(FsPath path, Body body) throws FsException {
        long declared = body.length();
        if (declared > budget.free()) {
            throw new FsException(Kind.NO_SPACE, "write", path);
        }
        List<byte[]> chunks = new ArrayList<>();
        long size = 0;
        boolean complete = false;
        try (InputStream in = new WholeBody(body, "write", path)) {
            while (true) {
                byte[] chunk = in.readNBytes(Bytes.CHUNK);
                if (chunk.length > 0) {
                    if (!budget.take(chunk.length)) {
                        throw new FsException(Kind.NO_SPACE, "write", path);
                    }
                    size += chunk.length;
                    chunks.add(chunk);
                }
                if (chunk.length < Bytes.CHUNK) {
                    break;
                }
            }
            complete = true;
        } catch (FsException e) {
            throw e;
        } catch (IOException e) {
            throw new FsException(Kind.IO, "write", path, e);
        } finally {
            if (!complete) {
                budget.give(size);
            }
        }
        return new Bytes(chunks, size);
    }

    private void prepare(String operation, FsPath path, Preconditions preconditions) throws FsException {
        requireOpen(operation, path);
        if (preconditions.changeTimestamp() != null) {
            throw new FsException(Kind.UNSUPPORTED, operation, path);
        }
    }

    private void requireOpen(String operation, FsPath path) throws FsException {
        if (closed) {
            throw new FsException(Kind.UNAVAILABLE, operation, path);
        }
    }

    private static Entry directory() {
        return new Entry(
                NodeType.DIRECTORY,
                new Entry.State(Mode.DIRECTORY_DEFAULT, Instant.now(), Owner.ROOT, null, null, Bytes.EMPTY));
    }

    private String newEtag() {
        return instance + Long.toHexString(versions.incrementAndGet());
    }
}
