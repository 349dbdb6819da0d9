package dev.packhorse.store.object;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is at a path through which no symlink leads.
 *
 * @param node the node, at that path
 * @param stored what the service says of the object or marker; {@code null} for a directory without one
 */
public record Found(Node node, @Nullable Stored stored) {

    /** A file or symlink. */
    public static Found object(FsPath path, Stored stored) {
        return new Found(
                Metadata.node(
                        path, stored.metadata(), stored.size(), stored.etag(), stored.modified(), stored.contentType()),
                stored);
    }

    /** A directory, with its marker if it has one. */
    public static Found directory(FsPath path, @Nullable Stored marker) {
        return new Found(Metadata.directory(path, marker == null ? Map.of() : marker.metadata()), marker);
    }

    /** Where it is. */
    public FsPath path() {
        return node.path();
    }

    /** Tells whether it is a directory. */
    public boolean isDirectory() {
        return node.isDirectory();
    }

    /** The user metadata of the object or marker. */
    Map<String, String> metadata() {
        return stored == null ? Map.of() : stored.metadata();
    }

    /** What the service says of a file or symlink. */
    public Stored object() throws FsException {
        if (stored == null) {
            throw new FsException(FsException.Kind.IS_A_DIRECTORY, "copy", path());
        }
        return stored;
    }
}
