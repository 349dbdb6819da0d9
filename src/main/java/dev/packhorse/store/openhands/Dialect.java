package dev.packhorse.store.openhands;

import dev.packhorse.fs.FsPath;
import dev.packhorse.store.http.Percent;
import java.util.Set;

/** How a generation of the protocol asks for a list, and where it keeps its files (INTEROP section 1). */
public enum Dialect {
    /** {@code GET {base}/files/P/list}: the published one. A file called {@code list} cannot be read by it. */
    FILES_LIST("GET", "/files"),
    /** {@code OPTIONS {base}/files/P}. */
    FILES_OPTIONS("OPTIONS", "/files"),
    /** {@code OPTIONS {base}/P}. At the root, {@code files} and {@code health} are the server's own. */
    BARE_OPTIONS("OPTIONS", "");

    private static final Set<String> RESERVED = Set.of("files", "health");

    private final String listing;
    private final String files;

    Dialect(String listing, String files) {
        this.listing = listing;
        this.files = files;
    }

    /** The method that lists. */
    String listingMethod() {
        return listing;
    }

    /** Where a file is, behind the base. */
    String file(FsPath path) {
        StringBuilder out = new StringBuilder(files);
        for (String name : path.segments()) {
            out.append('/').append(Percent.encoded(name));
        }
        return out.toString();
    }

    /** Where a directory is asked for its list, behind the base; the root as {@code list('')} of the clients does. */
    String list(FsPath directory) {
        String at = directory.isRoot() ? files + "/" : file(directory);
        return this == FILES_LIST ? at + "/list" : at;
    }

    /** Whether a path means itself, and nothing of the server's own. */
    boolean reaches(FsPath path) {
        return this != BARE_OPTIONS
                || path.isRoot()
                || !RESERVED.contains(path.segments().get(0));
    }

    /** Whether a file at a path that is reached can be read. */
    boolean reads(FsPath path) {
        return this != FILES_LIST || !path.name().equals("list");
    }
}
