package dev.packhorse.policy.cache;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps the nodes of a walk, and when it ends the listing of each directory in it, if all of them together are not too large. */
final class Walked implements PassingListing.Watcher {

    private final Memory memory;
    private final Moment asked;
    private final Allowance.Share share;
    private @Nullable Map<FsPath, List<Node>> children;

    Walked(Memory memory, FsPath directory, Moment asked, Allowance.Share share) {
        this.memory = memory;
        this.asked = asked;
        this.share = share;
        Map<FsPath, List<Node>> gathered = new HashMap<>();
        gathered.put(directory, new ArrayList<>());
        this.children = gathered;
    }

    @Override
    public void passed(Node node) {
        memory.keep(node.path(), node, asked);
        Map<FsPath, List<Node>> gathered = children;
        FsPath parent = node.path().parent();
        if (gathered == null || parent == null) {
            return;
        }
        List<Node> siblings = gathered.get(parent);
        if (siblings == null || !share.take(node)) {
            drop();
            return;
        }
        siblings.add(node);
        if (node.isDirectory()) {
            gathered.put(node.path(), new ArrayList<>());
        }
    }

    @Override
    public void ended() {
        if (children != null) {
            children.forEach((directory, nodes) -> memory.keep(directory, Whole.of(asked, nodes)));
        }
    }

    @Override
    public void closed() {
        drop();
    }

    private void drop() {
        children = null;
        share.giveBack();
    }
}
