package dev.packhorse.policy.overlay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import org.jspecify.annotations.Nullable;

/** A listing of a store together with its rows, both in bytewise order: a node gets what its row keeps, symlinks come between. */
final class MergedListing implements Listing {

    private final Listing listing;
    private final NodeView view;
    private final NodeView.Sight directory;
    private final @Nullable RowCursor rows;
    private final boolean deep;
    private @Nullable Node node;
    private @Nullable NodeRow row;
    private boolean begun;
    private @Nullable FsPath parent;
    private boolean hasParent;

    /**
     * A listing.
     *
     * @param directory what is listed, as the store and as the caller know it
     * @param deep whether it is a walk
     * @param hasRows whether there are rows to merge at all
     */
    MergedListing(
            Listing listing, NodeView view, StoreNodes nodes, NodeView.Sight directory, boolean deep, boolean hasRows) {
        this.listing = listing;
        this.view = view;
        this.directory = directory;
        this.deep = deep;
        this.rows = hasRows ? new RowCursor(nodes, directory.real(), deep) : null;
    }

    @Override
    public @Nullable Node next() throws FsException {
        if (!begun) {
            begun = true;
            node = listing.next();
            row = nextRow();
        }
        while (true) {
            Node ahead = node;
            NodeRow kept = row;
            int order = order(ahead, kept);
            if (order < 0 && kept != null) {
                row = nextRow();
                if (kept.isLink() && isInDirectory(kept)) {
                    return view.link(kept, shown(kept.path()));
                }
            } else if (ahead == null) {
                return null;
            } else {
                node = listing.next();
                if (order == 0) {
                    row = nextRow();
                }
                return merged(ahead, order == 0 ? kept : null);
            }
        }
    }

    /** Below zero if the row comes first. */
    private static int order(@Nullable Node node, @Nullable NodeRow row) {
        if (row == null) {
            return 1;
        }
        return node == null ? -1 : row.path().compareTo(node.path());
    }

    private Node merged(Node ahead, @Nullable NodeRow kept) throws FsException {
        NodeRow still = kept;
        RowCursor cursor = rows;
        if (kept != null && !kept.belongsTo(ahead) && cursor != null && cursor.isOld()) {
            // Fetched before the file was replaced, perhaps.
            still = view.row(kept.path(), deep ? "walk" : "list");
        }
        return view.merge(ahead, still).at(shown(ahead.path()));
    }

    /** A walk goes over directories that may be gone with their symlinks left behind. */
    private boolean isInDirectory(NodeRow link) throws FsException {
        FsPath above = link.path().parent();
        if (!deep || above == null || above.equals(directory.real())) {
            return true;
        }
        if (!above.equals(parent)) {
            parent = above;
            hasParent = view.isDirectory(above);
        }
        return hasParent;
    }

    private FsPath shown(FsPath real) {
        return directory.path().equals(directory.real())
                ? real
                : real.from(directory.real()).under(directory.path());
    }

    private @Nullable NodeRow nextRow() throws FsException {
        return rows == null ? null : rows.next();
    }

    @Override
    public void close() throws FsException {
        listing.close();
    }
}
