package dev.packhorse.store.local;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The children of a directory. The names are read and sorted at once, the nodes when their turn comes, some at a time.
 *
 * <p>When the directory is not at its path any more, neither are its children: the listing ends.
 */
final class LocalListing implements Listing {

    /** So many nodes are read in one hold of the lock. */
    private static final int BATCH = 64;

    private final LocalTree tree;
    private final FsPath directory;
    private final Object key;
    private final SortedNames names;
    private final Deque<Node> batch = new ArrayDeque<>(BATCH);

    private LocalListing(LocalTree tree, FsPath directory, Object key, SortedNames names) {
        this.tree = tree;
        this.directory = directory;
        this.key = key;
        this.names = names;
    }

    static LocalListing open(LocalTree tree, FsPath directory, DirectoryStream<Path> entries, Object key)
            throws IOException {
        SortedNames names = new SortedNames();
        boolean opened = false;
        try {
            for (Path entry : entries) {
                String name = Names.of(entry);
                if (name == null || !FsPath.isName(name)) {
                    tree.unlistable().increment();
                } else if (!Names.isReserved(name)) {
                    names.add(name);
                }
            }
            names.sort();
            opened = true;
            return new LocalListing(tree, directory, key, names);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } finally {
            if (!opened) {
                names.close();
            }
        }
    }

    @Override
    public @Nullable Node next() throws FsException {
        Node node = batch.poll();
        if (node == null) {
            try {
                fill();
            } catch (IOException e) {
                throw tree.failure(e, "list", directory);
            }
            node = batch.poll();
        }
        return node;
    }

    private void fill() throws IOException {
        long stamp = Confinement.LOCK.readLock();
        try {
            Path at = tree.resolve(directory, "list");
            if (!Inode.read(at).key().equals(key)) {
                return;
            }
            while (batch.size() < BATCH) {
                String name = names.next();
                if (name == null) {
                    return;
                }
                Node child = child(directory.child(name), Names.child(at, name));
                if (child != null) {
                    batch.add(child);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return;
        } finally {
            Confinement.LOCK.unlockRead(stamp);
        }
    }

    private @Nullable Node child(FsPath path, Path at) throws IOException {
        try {
            Inode inode = Inode.read(at);
            return inode.type() == null ? null : tree.node(path, at, inode);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public void close() throws FsException {
        try {
            names.close();
        } catch (IOException e) {
            throw tree.failure(e, "list", directory);
        }
    }
}
