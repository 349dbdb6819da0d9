package dev.packhorse.front.openhands;

import dev.packhorse.front.http.ListingSource;
import dev.packhorse.front.http.WireBuffer;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;

/** The entries of a directory as a JSON array: paths from the root without a leading slash, those of directories with one at their end. */
final class JsonArray implements ListingSource.Line {

    private final String prefix;
    private boolean begun;

    JsonArray(FsPath directory) {
        this.prefix = directory.isRoot() ? "" : directory.toString().substring(1) + "/";
    }

    /** Symlinks are left out. */
    @Override
    public void append(WireBuffer array, Node node) {
        if (!node.isSymlink()) {
            array.wire(begun ? ",\"" : "[\"")
                    .text(escaped(prefix + node.path().name()))
                    .wire(node.isDirectory() ? "/\"" : "\"");
            begun = true;
        }
    }

    @Override
    public void end(WireBuffer array) {
        array.wire(begun ? "]" : "[]");
    }

    /** Names have no control characters, so these two are all that JSON escapes. */
    private static String escaped(String path) {
        return path.indexOf('"') < 0 && path.indexOf('\\') < 0
                ? path
                : path.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
