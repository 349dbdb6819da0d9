package dev.packhorse.policy.cache;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A listing that is too large to be kept: it is handed on, and each node is shown to the cache on the way. */
final class PassingListing implements Listing {

    /** Looks at the nodes of a listing. */
    interface Watcher {
        /** The next node. */
        void passed(Node node);

        /** There are no more. */
        void ended();

        /** Nobody reads on; called once, behind the end as well. */
        void closed();
    }

    private final Listing listing;
    private final Deque<Node> ahead;
    private final Watcher watcher;
    private boolean ended;
    private boolean closed;

    /**
     * The rest of a listing.
     *
     * @param ahead what has been read of it
     */
    PassingListing(List<Node> ahead, Listing listing, Watcher watcher) {
        this.listing = listing;
        this.ahead = new ArrayDeque<>(ahead);
        this.watcher = watcher;
    }

    @Override
    public @Nullable Node next() throws FsException {
        Node node = ahead.isEmpty() ? listing.next() : ahead.poll();
        if (node != null) {
            watcher.passed(node);
        } else if (!ended) {
            ended = true;
            watcher.ended();
        }
        return node;
    }

    @Override
    public void close() throws FsException {
        if (!closed) {
            closed = true;
            watcher.closed();
        }
        listing.close();
    }
}
