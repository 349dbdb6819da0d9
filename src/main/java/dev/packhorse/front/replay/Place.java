package dev.packhorse.front.replay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;

/**
 * Where a name of a client leads.
 *
 * @param path within the store of the export
 */
record Place(ReplayExport export, FsPath path) {

    Store store() {
        return export.store();
    }

    /**
     * What is there.
     *
     * @throws RefusedException if nothing is, or a symlink, which devices do not have
     */
    Node node() throws FsException, RefusedException {
        Node node = store().stat(path);
        if (node.isSymlink()) {
            throw RefusedException.noSuchFile();
        }
        return node;
    }

    /** Refuses a change where there may be none. */
    Place writable() throws RefusedException {
        if (!export.writable()) {
            throw RefusedException.notAllowed();
        }
        return this;
    }

    /** Refuses what would make or replace something where something is, of whatever kind. */
    Place vacant() throws FsException, RefusedException {
        try {
            store().stat(path);
        } catch (FsException e) {
            if (e.kind() == FsException.Kind.NOT_FOUND) {
                return this;
            }
            throw e;
        }
        throw RefusedException.exists();
    }

    /** Refuses to move or remove the export itself. */
    Place below() throws RefusedException {
        if (path.isRoot()) {
            throw RefusedException.notAllowed();
        }
        return this;
    }
}
