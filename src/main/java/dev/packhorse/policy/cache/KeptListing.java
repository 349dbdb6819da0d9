package dev.packhorse.policy.cache;

import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A listing from memory. */
final class KeptListing implements Listing {

    private final Iterator<Node> nodes;

    KeptListing(List<Node> nodes) {
        this.nodes = nodes.iterator();
    }

    @Override
    public @Nullable Node next() {
        return nodes.hasNext() ? nodes.next() : null;
    }

    @Override
    public void close() {}
}
