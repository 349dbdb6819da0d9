package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a store and its rows look together: where a path leads, and what a node shows. */
final class NodeView {

    /** As Linux ({@code MAXSYMLINKS}). */
    private static final int MAX_LINKS = 40;

    private final Store store;
    private final StoreNodes nodes;
    private final OverlayStore.Options options;

    NodeView(Store store, StoreNodes nodes, OverlayStore.Options options) {
        this.store = store;
        this.nodes = nodes;
        this.options = options;
    }

    /**
     * What the rows say of a path.
     *
     * @param path as the caller named it
     * @param real the same without a symlink of the overlay in its middle: what the store knows
     * @param row the row of {@code real}, whether it is still true or not
     */
    record Sight(FsPath path, FsPath real, @Nullable NodeRow row) {

        /** A failure as the caller knows the path. */
        FsException named(FsException e) {
            return e.path().equals(real) && !path.equals(real) ? new FsException(e.kind(), e.operation(), path, e) : e;
        }
    }

    /**
     * Looks up a path, in one query unless a symlink has to be followed; in none where the store has no rows.
     *
     * @throws FsException {@code NOT_FOUND} for a loop; {@code PERMISSION_DENIED} for a target above the root
     */
    Sight look(FsPath path, String operation) throws FsException {
        if (!nodes.hasRows(operation)) {
            return new Sight(path, path, null);
        }
        if (!nodes.hasLinks(operation)) {
            return new Sight(path, path, row(path, operation));
        }
        Deque<String> ahead = new ArrayDeque<>(path.segments());
        FsPath here = FsPath.ROOT;
        int links = 0;
        while (true) {
            List<FsPath> run = run(here, ahead, operation, path);
            boolean last = ahead.isEmpty();
            Map<FsPath, NodeRow> rows = nodes.read(operation, path, connection -> find(nodes.rows(connection), run));
            NodeRow link = firstLink(rows, run, last);
            if (link != null) {
                if (++links > MAX_LINKS) {
                    throw new FsException(Kind.NOT_FOUND, operation, path);
                }
                List<FsPath> behind = run.subList(run.indexOf(link.path()) + 1, run.size());
                push(ahead, behind.stream().map(FsPath::name).toList());
                String target = String.valueOf(link.target());
                push(ahead, Arrays.asList(target.split("/", -1)));
                FsPath parent = link.path().parent();
                here = target.startsWith("/") || parent == null ? FsPath.ROOT : parent;
                continue;
            }
            here = run.get(run.size() - 1);
            if (last) {
                return new Sight(path, here, rows.get(here));
            }
            // What stopped the run is a "..", and here is no symlink, so its parent is where it leads.
            ahead.pop();
            FsPath parent = here.parent();
            if (parent == null) {
                throw new FsException(Kind.PERMISSION_DENIED, operation, path);
            }
            here = parent;
        }
    }

    /** Takes names off until there are none or a {@code ..} comes; returns the paths of all on the way, the start first. */
    private static List<FsPath> run(FsPath start, Deque<String> ahead, String operation, FsPath path)
            throws FsException {
        List<FsPath> run = new ArrayList<>();
        FsPath here = start;
        run.add(here);
        while (!ahead.isEmpty() && !"..".equals(ahead.peek())) {
            String name = ahead.pop();
            if (!name.isEmpty() && !name.equals(".")) {
                here = below(here, name, operation, path);
                run.add(here);
            }
        }
        return run;
    }

    /** Nothing is at a name that a symlink says and no path can have. */
    private static FsPath below(FsPath directory, String name, String operation, FsPath path) throws FsException {
        try {
            return directory.child(name);
        } catch (FsException e) {
            throw new FsException(Kind.NOT_FOUND, operation, path, e);
        }
    }

    private static void push(Deque<String> ahead, List<String> segments) {
        for (int i = segments.size() - 1; i >= 0; i--) {
            ahead.push(segments.get(i));
        }
    }

    /** The first symlink that has to be followed: the store has nothing in its place, and the path goes on behind it. */
    private @Nullable NodeRow firstLink(Map<FsPath, NodeRow> rows, List<FsPath> run, boolean last) throws FsException {
        for (FsPath path : last ? run.subList(0, run.size() - 1) : run) {
            NodeRow row = rows.get(path);
            if (row != null && row.isLink() && statOrNull(path) == null) {
                return row;
            }
        }
        return null;
    }

    private static Map<FsPath, NodeRow> find(NodeRows rows, List<FsPath> paths) throws SQLException {
        return rows.find(paths.stream().filter(NodeKey::fits).toList());
    }

    /** The row of a path that no symlink of the overlay leads through. */
    @Nullable
    NodeRow row(FsPath real, String operation) throws FsException {
        return NodeKey.fits(real)
                ? nodes.read(
                                operation,
                                real,
                                connection -> nodes.rows(connection).find(List.of(real)))
                        .get(real)
                : null;
    }

    /** What the store has at a path; {@code null} for nothing. A missing parent is nothing, too. */
    @Nullable
    Node statOrNull(FsPath path) throws FsException {
        try {
            return store.stat(path);
        } catch (FsException e) {
            if (e.kind() == Kind.NOT_FOUND || e.kind() == Kind.NOT_A_DIRECTORY) {
                return null;
            }
            throw e;
        }
    }

    boolean isDirectory(FsPath real) throws FsException {
        Node node = statOrNull(real);
        return node != null && node.isDirectory();
    }

    /**
     * Makes sure that the store has a directory for a symlink to be in.
     *
     * @throws FsException {@code NOT_FOUND}, {@code NOT_A_DIRECTORY}
     */
    void requireParent(Sight sight, String operation) throws FsException {
        FsPath parent = sight.real().parent();
        if (parent == null) {
            return;
        }
        boolean directory;
        try {
            directory = store.stat(parent).isDirectory();
        } catch (FsException e) {
            throw new FsException(e.kind(), operation, sight.path(), e);
        }
        if (!directory) {
            throw new FsException(Kind.NOT_A_DIRECTORY, operation, sight.path());
        }
    }

    /** Why nothing is at a path, in the store's own words. */
    FsException missing(Sight sight, String operation) {
        try {
            store.stat(sight.real());
            // It has just come.
            return new FsException(Kind.BUSY, operation, sight.path());
        } catch (FsException e) {
            return new FsException(e.kind(), operation, sight.path(), e);
        }
    }

    /** A node of the store with what its row adds, if the row is still true. */
    Node merge(Node node, @Nullable NodeRow row) {
        Capabilities below = store.capabilities();
        if (!below.has(Capability.WRITE) && row == null) {
            return node;
        }
        // What the store keeps by itself now counts more than what a row has kept for it before.
        AttributeChange kept = notKeptBy(below, NodeRow.keptOf(row, node));
        Mode mode = kept.mode();
        if (mode == null && !below.has(Capability.MODE) && below.has(Capability.WRITE)) {
            mode = node.isDirectory() ? options.directoryMode() : node.isFile() ? options.fileMode() : null;
        }
        Owner owner = kept.owner();
        if (owner == null && !below.has(Capability.OWNER) && below.has(Capability.WRITE)) {
            owner = options.owner();
        }
        Instant modified = kept.modified();
        return new Node(
                node.path(),
                node.type(),
                mode == null ? node.mode() : mode,
                node.size(),
                modified == null ? node.modified() : modified,
                owner == null ? node.owner() : owner,
                node.etag(),
                kept.mediaType() == null ? node.mediaType() : kept.mediaType(),
                node.changeTimestamp());
    }

    /** The part of a change that a store does not keep, as rows keep it. */
    static AttributeChange notKeptBy(Capabilities capabilities, AttributeChange change) {
        Instant modified = change.modified();
        return new AttributeChange(
                capabilities.has(Capability.MODE) ? null : change.mode(),
                modified == null || capabilities.has(Capability.MODIFIED) ? null : Version.kept(modified),
                capabilities.has(Capability.OWNER) ? null : change.owner(),
                capabilities.has(Capability.MEDIA_TYPE) ? null : change.mediaType());
    }

    /** Tells whether nobody expects a row to keep a time: the store does, or it is not wanted. */
    boolean needsNoTimes() {
        return store.capabilities().has(Capability.MODIFIED) || !options.keeps().contains(Capability.MODIFIED);
    }

    /** The part of what a row keeps that the store does not keep by itself. */
    AttributeChange stillNeeded(AttributeChange kept) {
        return notKeptBy(store.capabilities(), kept);
    }

    /** What the store itself can check: nothing that depends on a row. */
    static Preconditions forTheStore(Preconditions preconditions, @Nullable NodeRow row) {
        if (row == null || (preconditions.ifUnmodifiedSince() == null && !row.isLink())) {
            return preconditions;
        }
        return row.isLink()
                ? Preconditions.NONE
                : new Preconditions(
                        preconditions.ifMatch(), preconditions.ifNoneMatch(), null, preconditions.changeTimestamp());
    }

    /** What is at a path, as callers see it: the store's node, else the symlink of the row, else nothing. */
    @Nullable
    Node current(@Nullable Node node, @Nullable NodeRow row, FsPath as) {
        if (node != null) {
            return merge(node, row).at(as);
        }
        return row != null && row.isLink() ? link(row, as) : null;
    }

    /** The node of a symlink that is a row. */
    Node link(NodeRow row, FsPath as) {
        Owner owner = options.owner();
        return row.linkNode(
                as, owner == null ? Owner.ROOT : owner, store.capabilities().has(Capability.ETAGS));
    }
}
