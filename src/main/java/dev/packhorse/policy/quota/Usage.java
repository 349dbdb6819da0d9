package dev.packhorse.policy.quota;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;

/**
 * What something takes, or how much more or less it takes.
 *
 * @param bytes of files, and of the targets of symlinks
 * @param entries files, directories and symlinks
 */
record Usage(long bytes, long entries) {

    static final Usage NOTHING = new Usage(0, 0);

    static Usage of(Node node) {
        return new Usage(node.isDirectory() ? 0 : node.size(), 1);
    }

    /** What is at a path, without what is below it; nothing if nothing is there. */
    static Usage at(Store store, FsPath path) throws FsException {
        try {
            return of(store.stat(path));
        } catch (FsException e) {
            if (e.kind() == FsException.Kind.NOT_FOUND || e.kind() == FsException.Kind.NOT_A_DIRECTORY) {
                return NOTHING;
            }
            throw e;
        }
    }

    /** What is below a directory. */
    static Usage below(Store store, FsPath directory) throws FsException {
        Usage sum = NOTHING;
        try (Listing all = store.walk(directory)) {
            for (Node node = all.next(); node != null; node = all.next()) {
                sum = sum.plus(of(node));
            }
        }
        return sum;
    }

    Usage plus(Usage other) {
        return new Usage(bytes + other.bytes, entries + other.entries);
    }

    Usage minus(Usage other) {
        return new Usage(bytes - other.bytes, entries - other.entries);
    }

    /** Less is none. */
    Usage growth() {
        return new Usage(Math.max(0, bytes), Math.max(0, entries));
    }
}
