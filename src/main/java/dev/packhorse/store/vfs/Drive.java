package dev.packhorse.store.vfs;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a provider can do by itself; {@link VfsStore} makes a store of it. For many threads at once.
 *
 * <p>Failures are whatever the back end throws; {@link VfsErrors} maps them.
 */
interface Drive extends Closeable {

    Capabilities capabilities();

    /** Looks whether the root is a directory; failures tell why nobody can know. */
    default boolean probe() throws IOException {
        Node root = find(FsPath.ROOT);
        if (root == null) {
            throw new FsException(FsException.Kind.NOT_FOUND, "open", FsPath.ROOT);
        }
        return root.isDirectory();
    }

    /** What is at the path, without following it; {@code null} if nothing is, also because a parent is no directory. */
    @Nullable
    Node find(FsPath path) throws IOException;

    /** The children of a directory that is there, in order, temporary files left out. */
    Listing list(FsPath directory) throws IOException;

    /** Opens a file or symlink that {@link #find} has just seen. */
    Content open(FsPath path, Node node) throws IOException;

    /** Makes a file under a name that nobody else uses. The stream throws if it is not as long as it should be. */
    void put(FsPath path, InputStream in, long length) throws IOException;

    /** Makes a directory where nothing is. */
    void makeDirectory(FsPath path) throws IOException;

    /** Copies a file or symlink to a name that nobody else uses, with its time where times can be set. */
    void copyFile(FsPath from, FsPath to) throws IOException;

    /** Renames a node, in place of a file or an empty directory. */
    void rename(FsPath from, Node node, FsPath to) throws IOException;

    /** Removes a node with all below it. */
    void remove(FsPath path, Node node) throws IOException;

    /** Sets the modification time. */
    void touch(FsPath path, Instant modified) throws IOException;
}
