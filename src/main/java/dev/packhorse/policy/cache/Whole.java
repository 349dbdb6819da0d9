package dev.packhorse.policy.cache;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A listing that has been read to its end.
 *
 * @param asked when it was opened
 * @param nodes the children, in the order of their names
 * @param weight what they weigh, in bytes
 */
record Whole(Moment asked, List<Node> nodes, long weight) {

    Whole {
        nodes = List.copyOf(nodes);
    }

    static Whole of(Moment asked, List<Node> nodes) {
        return new Whole(asked, nodes, nodes.stream().mapToLong(Weights::of).sum());
    }

    /** Tells whether the order is kept: only then is what is not found not there. */
    boolean isOrdered() {
        for (int i = 1; i < nodes.size(); i++) {
            if (nodes.get(i - 1).path().compareTo(nodes.get(i).path()) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** The child at a path; {@code null} if there is none. */
    @Nullable
    Node child(FsPath path) {
        int low = 0;
        int high = nodes.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Node node = nodes.get(middle);
            int order = node.path().compareTo(path);
            if (order == 0) {
                return node;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }
}
