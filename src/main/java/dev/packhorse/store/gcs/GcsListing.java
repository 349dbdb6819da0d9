package dev.packhorse.store.gcs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.store.object.Ordered;
import org.jspecify.annotations.Nullable;

/** Nodes as the service lists them, shown where the caller asked. */
final class GcsListing implements Listing {

    private final Ordered nodes;
    private final FsPath asked;
    private final FsPath real;
    private boolean closed;

    /**
     * Reads on from what has been begun.
     *
     * @param asked the directory as the caller named it, where the nodes are shown
     * @param real where it is
     */
    GcsListing(Ordered nodes, FsPath asked, FsPath real) {
        this.nodes = nodes;
        this.asked = asked;
        this.real = real;
    }

    @Override
    public @Nullable Node next() throws FsException {
        Node node = closed ? null : nodes.next();
        return node == null || asked.equals(real)
                ? node
                : node.at(node.path().from(real).under(asked));
    }

    @Override
    public void close() {
        closed = true;
    }
}
