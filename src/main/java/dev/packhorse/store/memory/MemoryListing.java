package dev.packhorse.store.memory;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The children of a directory, seen while others change it. */
final class MemoryListing implements Listing {

    private final FsPath directory;
    private final Map<String, Entry> children;
    private final Iterator<String> names;

    MemoryListing(FsPath directory, Entry entry) {
        this.directory = directory;
        this.children = entry.children();
        this.names = children.keySet().iterator();
    }

    @Override
    public @Nullable Node next() throws FsException {
        while (names.hasNext()) {
            String name = names.next();
            // The iterator has looked one name ahead, which may be gone by now.
            Entry child = children.get(name);
            if (child != null) {
                return child.node(directory.child(name));
            }
        }
        return null;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
