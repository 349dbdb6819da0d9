package dev.packhorse.policy.cache;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts questions to the store, each once at a time, and keeps the answers. */
final class Asking {

    /** What the children of a directory are, or that they are too many to be gathered. */
    private record Gathered(@Nullable Whole whole) {

        private static final Gathered TOO_MANY = new Gathered(null);
    }

    private final Store store;
    private final Changes changes;
    private final Memory memory;
    private final Allowance allowance;
    private final Background background;
    private final Flights<Node> stats;
    private final Flights<Gathered> lists;

    Asking(Store store, Changes changes, Memory memory, Allowance allowance, Background background) {
        this.store = store;
        this.changes = changes;
        this.memory = memory;
        this.allowance = allowance;
        this.background = background;
        this.stats = new Flights<>(changes, "stat", changes::nodeHolds);
        this.lists = new Flights<>(changes, "list", changes::listingHolds);
    }

    /** Asks for a node, and keeps it or its absence. */
    Node node(FsPath path) throws FsException {
        return stats.join(path, asked -> {
            try {
                Node node = store.stat(path);
                keep(path, node, asked);
                return node;
            } catch (FsException e) {
                if (e.kind() == Kind.NOT_FOUND) {
                    keep(path, null, asked);
                }
                throw e;
            }
        });
    }

    /** Lists a directory, in one go unless it is too large; then it is the caller's own listing that passes. */
    Listing listing(FsPath directory) throws FsException {
        List<Listing> passing = new ArrayList<>(1);
        Gathered gathered = lists.join(directory, asked -> {
            try {
                return gather(directory, asked, passing);
            } catch (FsException e) {
                if (e.kind() == Kind.NOT_FOUND) {
                    keep(directory, null, asked);
                }
                throw e;
            }
        });
        if (gathered.whole() != null) {
            return new KeptListing(gathered.whole().nodes());
        }
        if (!passing.isEmpty()) {
            return passing.get(0);
        }
        Moment asked = changes.moment();
        return passing(List.of(), store.list(directory), asked, allowance.share());
    }

    private Gathered gather(FsPath directory, Moment asked, List<Listing> passing) throws FsException {
        Listing listing = store.list(directory);
        Allowance.Share share = allowance.share();
        List<Node> nodes = new ArrayList<>();
        boolean over = false;
        try {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                nodes.add(node);
                if (!share.take(node)) {
                    over = true;
                    passing.add(passing(nodes, listing, asked, share));
                    return Gathered.TOO_MANY;
                }
            }
        } finally {
            if (!over) {
                share.giveBack();
                listing.close();
            }
        }
        Whole whole = Whole.of(asked, nodes);
        if (!memory.keep(directory, whole)) {
            settle(directory, () -> memory.keep(directory, whole));
        }
        return new Gathered(whole);
    }

    private Listing passing(List<Node> ahead, Listing listing, Moment asked, Allowance.Share share) {
        return new PassingListing(ahead, listing, new PassingListing.Watcher() {
            @Override
            public void passed(Node node) {
                memory.keep(node.path(), node, asked);
            }

            @Override
            public void ended() {}

            @Override
            public void closed() {
                share.giveBack();
            }
        });
    }

    /** Keeps what the store has said, now or once it is known what is above. */
    void keep(FsPath path, @Nullable Node node, Moment asked) {
        if (!memory.keep(path, node, asked)) {
            settle(path, () -> memory.keep(path, node, asked));
        }
    }

    /** Asks in the background for what is above a path. */
    void settle(FsPath path) {
        if (!memory.isSettled(path)) {
            settle(path, () -> {});
        }
    }

    /** Asks in the background for what is above a path, and does something then. */
    private void settle(FsPath path, Runnable then) {
        background.submit(new Background.Due("settle", path), () -> {
            if (learn(path.parent()) == Place.DIRECTORY) {
                then.run();
            }
        });
    }

    /** What a path is good for that is to have others below it. */
    enum Place {
        DIRECTORY,
        SYMLINK,
        /** Nothing is there, or something that has nothing below it. */
        END
    }

    /**
     * Finds out whether a path, with all above it, is a directory, asking for what is not known.
     *
     * @param path {@code null} for what is above the root
     */
    Place learn(@Nullable FsPath path) throws FsException {
        if (path == null || memory.isDirectory(path)) {
            return Place.DIRECTORY;
        }
        Place above = learn(path.parent());
        if (above != Place.DIRECTORY) {
            return above;
        }
        try {
            Known known = memory.find(path);
            Node node = known == null ? node(path) : known.node();
            if (node == null || node.isFile()) {
                return Place.END;
            }
            return node.isSymlink() ? Place.SYMLINK : Place.DIRECTORY;
        } catch (FsException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return Place.END;
            }
            throw e;
        }
    }
}
