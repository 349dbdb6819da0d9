package dev.packhorse.store.jsonfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is at a path: by the URL of that path, and else, once in a while, by looking at all that is in its directory for an entry
 * that is called so. Directories with more than {@value #SEARCHED} entries are looked through by listings only.
 */
final class Lookup {

    private static final int SEARCHED = 1_000;

    private final Entries entries;
    private final Known known;

    Lookup(Entries entries, Known known) {
        this.entries = entries;
        this.known = known;
    }

    /**
     * What is at a path.
     *
     * @param wire where the server has it
     */
    record Place(Node node, FsPath wire) {}

    /**
     * Finds what is there.
     *
     * @throws FsException {@code NOT_FOUND}; {@code NOT_A_DIRECTORY} below a file
     */
    Place existing(FsPath path, String operation) throws IOException {
        Place place = find(path, operation);
        if (place == null) {
            throw new FsException(Kind.NOT_FOUND, operation, path);
        }
        return place;
    }

    private @Nullable Place find(FsPath path, String operation) throws IOException {
        FsPath wire = known.wire(path);
        Place place = at(path, wire, operation);
        FsPath above = path.parent();
        if (place != null || above == null) {
            return place;
        }
        Place parent = find(above, operation);
        if (parent == null) {
            return null;
        }
        if (!parent.node.isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, operation, path);
        }
        known.notRenamed(path);
        FsPath plain = parent.wire.child(path.name());
        if (!plain.equals(wire)) {
            place = at(path, plain, operation);
        }
        if (place != null || known.wasSearched(above)) {
            return place;
        }
        entries.search(above, parent.wire, SEARCHED, operation);
        FsPath found = known.wire(path);
        return found.equals(plain) ? null : at(path, found, operation);
    }

    private @Nullable Place at(FsPath path, FsPath wire, String operation) throws IOException {
        Head head = entries.head(wire);
        if (!head.isUnderstood()) {
            throw Server.refused(head.status(), operation, path);
        }
        if (!head.isThere() || !(path.isRoot() || head.name().equals(path.name()))) {
            return null;
        }
        if (path.isRoot() && !head.isDirectory()) {
            throw new FsException(Kind.IO, operation, path, new IOException("no directory of httpfs is there"));
        }
        return new Place(entries.node(path, head), wire);
    }
}
