package dev.packhorse.policy.overlay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Goes round the rows of one store, a few at a time: deletes those whose files are gone or replaced, and lets rows of copies
 * and moves know the version of their file. Settles what interrupted changes have left, too. A path that is being changed is
 * left alone.
 */
final class Collector implements Runnable {

    /** Rows in a round; each is one stat of the store. */
    static final int ROUND = 200;

    private static final Logger LOG = System.getLogger(Collector.class.getName());

    private final NodeView view;
    private final Journal journal;
    private final StoreNodes nodes;
    private final ReentrantLock running = new ReentrantLock();
    private @Nullable FsPath last;
    private volatile boolean stopped;

    Collector(NodeView view, Journal journal) {
        this.view = view;
        this.journal = journal;
        this.nodes = journal.nodes();
    }

    @Override
    public void run() {
        try {
            round();
        } catch (FsException e) {
            if (!stopped) {
                LOG.log(Level.WARNING, "rows of vanished files are collected later: " + e.getMessage());
            }
        }
    }

    /**
     * Settles interrupted changes, then looks at the next {@value #ROUND} rows.
     *
     * @return how many rows were deleted
     */
    int round() throws FsException {
        running.lock();
        try {
            if (stopped) {
                return 0;
            }
            journal.settleAll();
            if (!nodes.hasRows("collect")) {
                return 0;
            }
            List<NodeRow> rows = nodes.read(
                    "collect", FsPath.ROOT, connection -> nodes.rows(connection).next(last, ROUND));
            last = rows.size() < ROUND ? null : rows.get(rows.size() - 1).path();
            int deleted = 0;
            for (NodeRow row : rows) {
                if (stopped) {
                    break;
                }
                deleted += looked(row) ? 1 : 0;
            }
            return deleted;
        } finally {
            running.unlock();
        }
    }

    /** Looks after one row; tells whether it is gone. */
    private boolean looked(NodeRow seen) throws FsException {
        PathLocks.Turn turn = nodes.locks().now(seen.path());
        if (turn == null) {
            return false;
        }
        try {
            Node node = view.statOrNull(seen.path());
            boolean isTrue = seen.isLink() ? isSeen(seen, node) : node != null && seen.belongsTo(node);
            if (isTrue && (node == null || node.isDirectory() || seen.seen().isComplete(node))) {
                return false;
            }
            return nodes.change("collect", seen.path(), connection -> {
                NodeRows rows = nodes.rows(connection);
                IntentRows intents = nodes.intents(connection);
                intents.lockStore();
                for (Intent intent : intents.all()) {
                    if (PathLocks.excludes(intent.paths(), List.of(seen.path()))) {
                        return false;
                    }
                }
                if (!seen.equals(rows.find(seen.path()))) {
                    return false;
                }
                if (seen.isLink() && isSeen(seen, view.statOrNull(seen.path()))) {
                    // Another gateway was just about to put it there.
                    return false;
                }
                if (isTrue && node != null) {
                    rows.put(NodeRow.of(seen.path(), node, seen.kept()));
                    return false;
                }
                rows.delete(List.of(seen.path()));
                return true;
            });
        } finally {
            nodes.locks().end(turn);
        }
    }

    /** Whether a symlink is to be seen where the store has that node. */
    private boolean isSeen(NodeRow link, @Nullable Node node) throws FsException {
        FsPath parent = link.path().parent();
        return node == null && (parent == null || view.isDirectory(parent));
    }

    /** Ends the round that runs, if one does; there is none after it. */
    void stop() {
        stopped = true;
        nodes.table().cancel(this);
        running.lock();
        try {
            last = null;
        } finally {
            running.unlock();
        }
    }
}
