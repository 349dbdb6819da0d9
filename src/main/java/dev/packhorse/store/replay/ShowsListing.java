package dev.packhorse.store.replay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Nodes of which the paths are known, looked up one after the other while they are read; those that are gone are left out. */
final class ShowsListing implements Listing {

    /** Looks at a path. */
    @FunctionalInterface
    interface Look {
        /** The node; {@code null} if nothing is there. */
        @Nullable
        Node at(FsPath path) throws FsException;
    }

    private final Iterator<FsPath> paths;
    private final Look look;

    ShowsListing(List<FsPath> paths, Look look) {
        this.paths = paths.iterator();
        this.look = look;
    }

    /** The children of a directory, by their names in bytewise order. */
    static Listing of(FsPath directory, Collection<String> names, Look look) throws FsException {
        List<FsPath> paths = new ArrayList<>(names.size());
        for (String name : names) {
            paths.add(directory.child(name));
        }
        return new ShowsListing(paths, look);
    }

    /** A directory, and then what is below it. */
    static Listing under(Node directory, Listing below) {
        return new Listing() {
            private boolean begun;

            @Override
            public @Nullable Node next() throws FsException {
                if (!begun) {
                    begun = true;
                    return directory;
                }
                return below.next();
            }

            @Override
            public void close() throws FsException {
                below.close();
            }
        };
    }

    @Override
    public @Nullable Node next() throws FsException {
        while (paths.hasNext()) {
            Node node = look.at(paths.next());
            if (node != null) {
                return node;
            }
        }
        return null;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
