package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import java.util.ArrayList;
import java.util.List;

/** What has to be looked at before the rows of a tree are copied: which are still true, and which meet something else. */
final class TreeCheck {

    private final Store store;
    private final NodeView view;
    private final StoreNodes nodes;

    TreeCheck(Store store, NodeView view, StoreNodes nodes) {
        this.store = store;
        this.view = view;
        this.nodes = nodes;
    }

    /** Something to do with the rows below a directory. */
    private interface Visitor {
        void visit(NodeRow row) throws FsException;
    }

    private void each(FsPath directory, Visitor visitor) throws FsException {
        RowCursor rows = new RowCursor(nodes, directory, true);
        for (NodeRow row = rows.next(); row != null; row = rows.next()) {
            visitor.visit(row);
        }
    }

    /** Deletes rows below a directory whose files are gone or replaced: a copy would not know them from the true ones. */
    void dropStale(FsPath directory) throws FsException {
        RowCursor rows = new RowCursor(nodes, directory, true);
        NodeRow row = rows.next();
        if (row == null) {
            return;
        }
        List<FsPath> stale = new ArrayList<>();
        try (Listing walk = store.walk(directory)) {
            Node node = walk.next();
            while (row != null) {
                int order = node == null ? -1 : row.path().compareTo(node.path());
                if (order > 0) {
                    node = walk.next();
                    continue;
                }
                if (!row.isLink() && (order < 0 || node == null || !row.belongsTo(node))) {
                    stale.add(row.path());
                }
                if (stale.size() == NodeRows.BATCH) {
                    delete(stale);
                }
                row = rows.next();
            }
        }
        delete(stale);
    }

    private void delete(List<FsPath> stale) throws FsException {
        if (!stale.isEmpty()) {
            nodes.apply(
                    "copy", stale.get(0), connection -> nodes.rows(connection).delete(stale));
            stale.clear();
        }
    }

    /**
     * Refuses a copy that would put a symlink where a directory is, or a directory where a symlink is.
     *
     * @throws FsException {@code IS_A_DIRECTORY}, {@code NOT_A_DIRECTORY}
     */
    void requireMergeable(FsPath source, FsPath target) throws FsException {
        if (!nodes.hasLinks("copy")) {
            return;
        }
        each(source, row -> {
            FsPath there = row.path().from(source).under(target);
            if (row.isLink() && view.isDirectory(there)) {
                throw new FsException(Kind.IS_A_DIRECTORY, "copy", there);
            }
        });
        each(target, row -> {
            if (row.isLink()
                    && view.isDirectory(row.path().from(target).under(source))
                    && view.statOrNull(row.path()) == null) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "copy", row.path());
            }
        });
    }

    /** Writes rows for copies that are younger than what they were copied from, and are no copy of a row. */
    void keepTimes(FsPath source, FsPath target) throws FsException {
        RowCursor rows = new RowCursor(nodes, source, true);
        NodeRow row = rows.next();
        List<NodeRow> kept = new ArrayList<>();
        try (Listing from = store.walk(source);
                Listing to = store.walk(target)) {
            Node copy = to.next();
            for (Node node = from.next(); node != null; node = from.next()) {
                FsPath there = node.path().from(source).under(target);
                while (copy != null && copy.path().compareTo(there) < 0) {
                    copy = to.next();
                }
                while (row != null && row.path().compareTo(node.path()) < 0) {
                    row = rows.next();
                }
                boolean hasRow = row != null && row.path().equals(node.path());
                if (!hasRow
                        && copy != null
                        && copy.path().equals(there)
                        && !Version.of(node).hasTimeOf(copy)) {
                    AttributeChange time = new AttributeChange(null, Version.kept(node.modified()), null, null);
                    kept.add(NodeRow.of(there, copy, time));
                }
                if (kept.size() == NodeRows.BATCH) {
                    put(kept);
                }
            }
        }
        put(kept);
    }

    private void put(List<NodeRow> kept) throws FsException {
        if (!kept.isEmpty()) {
            nodes.apply(
                    "copy",
                    kept.get(0).path(),
                    connection -> nodes.rows(connection).keepAll(kept));
            kept.clear();
        }
    }

    /** Removes the files that symlinks of a copied tree replace. */
    void clearForLinks(FsPath source, FsPath target) throws FsException {
        each(source, row -> {
            FsPath there = row.path().from(source).under(target);
            // A symlink that a file of the source hides is none.
            if (row.isLink() && view.statOrNull(row.path()) == null && view.statOrNull(there) != null) {
                store.remove(there, Preconditions.NONE);
            }
        });
    }
}
