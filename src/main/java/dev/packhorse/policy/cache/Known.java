package dev.packhorse.policy.cache;

import dev.packhorse.fs.Node;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one path.
 *
 * @param asked since when
 * @param node the node; {@code null} if nothing is there
 * @param listed how many nodes the listing has that says so; 0 if the path was asked for itself
 */
record Known(Moment asked, @Nullable Node node, int listed) {

    boolean absent() {
        return node == null;
    }
}
