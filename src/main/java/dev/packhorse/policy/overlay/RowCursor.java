package dev.packhorse.policy.overlay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The rows in a directory, or of all below it, in bytewise order, fetched {@value NodeRows#BATCH} at a time. No connection is
 * held in between, so a slow reader costs nobody else anything.
 */
final class RowCursor {

    private final StoreNodes nodes;
    private final FsPath directory;
    private final boolean deep;
    private final Deque<NodeRow> ahead = new ArrayDeque<>();
    private @Nullable FsPath last;
    private boolean ended;
    private long fetched;

    RowCursor(StoreNodes nodes, FsPath directory, boolean deep) {
        this.nodes = nodes;
        this.directory = directory;
        this.deep = deep;
    }

    /** The next row, or {@code null} behind the last. */
    @Nullable
    NodeRow next() throws FsException {
        if (ahead.isEmpty() && !ended) {
            fetched = nodes.commits();
            ahead.addAll(nodes.read(deep ? "walk" : "list", directory, connection -> {
                NodeRows rows = nodes.rows(connection);
                return deep ? rows.descendants(directory, last) : rows.children(directory, last);
            }));
            ended = ahead.size() < NodeRows.BATCH;
            NodeRow end = ahead.peekLast();
            last = end == null ? last : end.path();
        }
        return ahead.poll();
    }

    /** Tells whether rows may have changed since the last was fetched. */
    boolean isOld() {
        return fetched != nodes.commits() || nodes.table().isShared();
    }
}
