package dev.packhorse.policy.overlay;

import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import dev.packhorse.policy.overlay.NodeView.Sight;
import org.jspecify.annotations.Nullable;

/**
 * Reads a store and its rows together, without a lock: the row first, then the node. Where the two do not go together and
 * somebody is just changing them, it waits for that and looks again.
 */
final class Looks {

    /** How often. */
    private static final int MOST = 3;

    private final Store store;
    private final StoreNodes nodes;
    private final NodeView view;
    private final OverlayStore.Options options;

    Looks(Store store, StoreNodes nodes, NodeView view, OverlayStore.Options options) {
        this.store = store;
        this.nodes = nodes;
        this.view = view;
        this.options = options;
    }

    Node stat(FsPath path) throws FsException {
        for (int look = 1; ; look++) {
            long since = nodes.commits();
            Sight sight = view.look(path, "stat");
            NodeRow row = sight.row();
            try {
                Node node = store.stat(sight.real());
                if (look == MOST || !isHalfDone(row, node, since)) {
                    return view.merge(node, row).at(path);
                }
            } catch (FsException e) {
                if (e.kind() != Kind.NOT_FOUND) {
                    throw sight.named(e);
                }
                if (row != null && row.isLink()) {
                    view.requireParent(sight, "stat");
                    return view.link(row, path);
                }
                if (look == MOST || !isHalfDone(sight.real(), since)) {
                    throw sight.named(e);
                }
            }
        }
    }

    Content read(FsPath path) throws FsException {
        for (int look = 1; ; look++) {
            long since = nodes.commits();
            Sight sight = view.look(path, "read");
            NodeRow row = sight.row();
            try {
                Content content = store.read(sight.real());
                if (look == MOST || !isHalfDone(row, content.node(), since)) {
                    Node node = view.merge(content.node(), row).at(path);
                    return node.equals(content.node()) ? content : new CompletedContent(content, node);
                }
                content.close();
            } catch (FsException e) {
                if (e.kind() != Kind.NOT_FOUND) {
                    throw sight.named(e);
                }
                if (row != null && row.isLink()) {
                    view.requireParent(sight, "read");
                    return new LinkContent(view.link(row, path), String.valueOf(row.target()));
                }
                if (look == MOST || !isHalfDone(sight.real(), since)) {
                    throw sight.named(e);
                }
            }
        }
    }

    /** Tells whether a row that does not go with its node is one of a change under way, not one that was left behind. */
    private boolean isHalfDone(@Nullable NodeRow row, Node node, long since) {
        return row != null && !row.belongsTo(node) && nodes.hasMoved(row.path(), since);
    }

    /** Tells whether what is not there may be a symlink that has just come. */
    private boolean isHalfDone(FsPath real, long since) throws FsException {
        return nodes.hasLinks("stat") && nodes.hasMoved(real, since);
    }

    /** Opens what is in a directory, or all below it. */
    Listing listing(FsPath directory, boolean deep) throws FsException {
        String operation = deep ? "walk" : "list";
        Sight sight = view.look(directory, operation);
        FsPath real = sight.real();
        Listing listing;
        try {
            listing = deep ? store.walk(real) : store.list(real);
        } catch (FsException e) {
            NodeRow row = sight.row();
            if (e.kind() == Kind.NOT_FOUND && row != null && row.isLink()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, operation, directory, e);
            }
            throw sight.named(e);
        }
        boolean rows = nodes.hasRows(operation);
        return rows || options.changesWhatStoresSay() || !real.equals(directory)
                ? new MergedListing(listing, view, nodes, sight, deep, rows)
                : listing;
    }
}
