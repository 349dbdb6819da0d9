package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
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
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** As much of a store as the overlay's tests need: a sorted map under one lock, which no body is read under. */
final class TreeStore implements Store {

    private static final Capabilities CAPABILITIES =
            new Capabilities(Set.of(Capability.WRITE, Capability.SYMLINKS, Capability.MODE), Duration.ofNanos(1));

    private record Entry(Node node, Body body) {}

    private final TreeMap<FsPath, Entry> entries = new TreeMap<>();

    TreeStore() {
        entries.put(
                FsPath.ROOT,
                new Entry(node(FsPath.ROOT, NodeType.DIRECTORY, Mode.DIRECTORY_DEFAULT, 0), Body.of(new byte[0])));
    }

    private static Node node(FsPath path, NodeType type, Mode mode, long size) {
        return new Node(path, type, mode, size, Instant.EPOCH, Owner.ROOT, null, null, null);
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    private Entry existing(FsPath path, String operation) throws FsException {
        Entry entry = entries.get(path);
        if (entry == null) {
            throw new FsException(Kind.NOT_FOUND, operation, path);
        }
        return entry;
    }

    private Node place(FsPath path, Entry entry, String operation, boolean directory) throws FsException {
        FsPath parent = path.parent();
        if (parent == null || !existing(parent, operation).node().isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, operation, path);
        }
        Entry old = entries.get(path);
        if (old != null && old.node().isDirectory() != directory) {
            throw new FsException(directory ? Kind.NOT_A_DIRECTORY : Kind.IS_A_DIRECTORY, operation, path);
        }
        entries.put(path, entry);
        return entry.node();
    }

    @Override
    public synchronized Node stat(FsPath path) throws FsException {
        return existing(path, "stat").node();
    }

    @Override
    public synchronized Listing list(FsPath directory) throws FsException {
        existing(directory, "list");
        return listing(entries.values().stream()
                .map(Entry::node)
                .filter(node -> directory.equals(node.path().parent()))
                .toList());
    }

    private static Listing listing(List<Node> nodes) {
        Iterator<Node> rest = nodes.iterator();
        return new Listing() {
            @Override
            public @Nullable Node next() {
                return rest.hasNext() ? rest.next() : null;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return Trees.walk(this, directory);
    }

    @Override
    public synchronized Content read(FsPath path) throws FsException {
        Entry entry = existing(path, "read");
        return new Content() {
            @Override
            public Node node() {
                return entry.node();
            }

            @Override
            public Body body(ByteRange range) {
                return entry.body();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        byte[] bytes;
        try (InputStream in = body.open()) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new FsException(Kind.IO, "write", path, e);
        }
        synchronized (this) {
            options.preconditions().check(null, "write", path);
            return place(
                    path,
                    new Entry(node(path, NodeType.FILE, Mode.FILE_DEFAULT, bytes.length), Body.of(bytes)),
                    "write",
                    false);
        }
    }

    @Override
    public synchronized Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        Node node = node(path, NodeType.DIRECTORY, Mode.DIRECTORY_DEFAULT, 0);
        return place(path, new Entry(node, Body.of(new byte[0])), "makeDirectory", true);
    }

    @Override
    public synchronized Node link(FsPath path, String target, WriteOptions options) throws FsException {
        byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
        Node node = node(path, NodeType.SYMLINK, Mode.SYMLINK_DEFAULT, bytes.length);
        return place(path, new Entry(node, Body.of(bytes)), "link", false);
    }

    @Override
    public synchronized Node change(FsPath path, AttributeChange change, Preconditions preconditions)
            throws FsException {
        Entry old = existing(path, "change");
        Mode mode = change.mode() == null ? old.node().mode() : change.mode();
        Node node = node(path, old.node().type(), mode, old.node().size());
        entries.put(path, new Entry(node, old.body()));
        return node;
    }

    @Override
    public synchronized Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        Entry entry = existing(source, "copy");
        return place(
                target,
                new Entry(entry.node().at(target), entry.body()),
                "copy",
                entry.node().isDirectory());
    }

    @Override
    public synchronized Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        if (source.equals(target)) {
            throw new FsException(Kind.INVALID_NAME, "move", source);
        }
        if (target.isBelow(source)) {
            throw new FsException(Kind.BUSY, "move", source);
        }
        Node node = copy(source, target, options);
        for (Map.Entry<FsPath, Entry> each : List.copyOf(entries.entrySet())) {
            if (each.getKey().isBelow(source)) {
                FsPath moved = each.getKey().from(source).under(target);
                entries.put(
                        moved,
                        new Entry(
                                each.getValue().node().at(moved),
                                each.getValue().body()));
            }
        }
        remove(source, Preconditions.NONE);
        return node;
    }

    @Override
    public synchronized void remove(FsPath path, Preconditions preconditions) throws FsException {
        existing(path, "remove");
        entries.keySet().removeIf(each -> each.equals(path) || each.isBelow(path));
    }

    @Override
    public Space space() throws FsException {
        throw new FsException(Kind.UNSUPPORTED, "space", FsPath.ROOT);
    }

    @Override
    public void close() {}
}
