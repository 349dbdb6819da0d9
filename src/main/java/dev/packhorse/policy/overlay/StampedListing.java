package dev.packhorse.policy.overlay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A listing whose nodes carry their timestamps, looked up for many nodes at once. It reads {@value #BATCH} nodes ahead and
 * holds no connection in between, so a slow reader costs nobody else anything.
 */
final class StampedListing implements Listing {

    static final int BATCH = 512;

    private final Listing listing;
    private final StoreTimestamps timestamps;
    private final String operation;
    private final Deque<Node> ahead = new ArrayDeque<>();
    private @Nullable FsException failure;
    private boolean ended;

    StampedListing(Listing listing, StoreTimestamps timestamps, String operation) {
        this.listing = listing;
        this.timestamps = timestamps;
        this.operation = operation;
    }

    @Override
    public @Nullable Node next() throws FsException {
        if (ahead.isEmpty() && !ended) {
            readAhead();
        }
        Node node = ahead.poll();
        if (node == null && failure != null) {
            throw failure;
        }
        return node;
    }

    private void readAhead() throws FsException {
        List<Node> nodes = new ArrayList<>();
        List<FsPath> paths = new ArrayList<>();
        try {
            while (nodes.size() < BATCH && !ended) {
                Node node = listing.next();
                if (node == null) {
                    ended = true;
                } else {
                    nodes.add(node);
                    paths.add(node.path());
                }
            }
        } catch (FsException e) {
            // Due behind the nodes that came before it.
            failure = e;
            ended = true;
        }
        if (nodes.isEmpty()) {
            return;
        }
        Map<FsPath, Long> known = timestamps.knownAll(paths, operation);
        for (Node node : nodes) {
            Long micros = known.get(node.path());
            ahead.add(micros == null ? node : node.withChangeTimestamp(micros));
        }
    }

    @Override
    public void close() throws FsException {
        listing.close();
    }
}
