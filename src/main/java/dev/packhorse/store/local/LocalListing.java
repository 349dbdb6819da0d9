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
import java.nio.file.SecureDirectoryStream;
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
    /** The open directory, where entries can be looked at through it. */
    private final @Nullable SecureDirectoryStream<Path> open;

    private final Deque<Node> batch = new ArrayDeque<>(BATCH);

    private LocalListing(
            LocalTree tree,
            FsPath directory,
            Object key,
            SortedNames names,
            @Nullable SecureDirectoryStream<Path> open) {
        this.tree = tree;
        this.directory = directory;
        this.key = key;
        this.names = names;
        this.open = open;
    }

    /** Takes over the stream, and closes it at once where it cannot be used further. */
    static LocalListing open(LocalTree tree, FsPath directory, DirectoryStream<Path> entries, Object key)
            throws IOException {
        SortedNames names = new SortedNames();
        boolean kept = false;
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
            @Nullable
            SecureDirectoryStream<Path> secure =
                    UnixAttributes.AVAILABLE && entries instanceof SecureDirectoryStream<Path> directoryStream
                            ? directoryStream
                            : null;
            LocalListing listing = new LocalListing(tree, directory, key, names, secure);
            kept = secure != null;
            return listing;
        } catch (DirectoryIteratorException e) {
            names.close();
            throw e.getCause();
        } catch (IOException | RuntimeException e) {
            names.close();
            throw e;
        } finally {
            if (!kept) {
                entries.close();
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
                Node child = child(at, name);
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

    private @Nullable Node child(Path at, String name) throws IOException {
        try {
            Inode inode =
                    open == null ? Inode.read(Names.child(at, name)) : UnixAttributes.read(open, Names.alone(name));
            return inode.type() == null ? null : tree.node(directory.child(name), () -> Names.child(at, name), inode);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public void close() throws FsException {
        try (open) {
            names.close();
        } catch (IOException e) {
            throw tree.failure(e, "list", directory);
        }
    }
}
