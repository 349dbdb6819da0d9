package dev.packhorse.store.local;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Preconditions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.locks.Lock;

/** Removes nodes: a directory first vanishes in one step, under a hidden name, and then bit by bit. */
final class Removal {

    private final LocalTree tree;

    Removal(LocalTree tree) {
        this.tree = tree;
    }

    /** Removes what is at a path, and all below it. */
    void remove(FsPath path, Preconditions preconditions) throws IOException {
        FileChannel directory = null;
        boolean isDirectory;
        long stamp = Confinement.LOCK.readLock();
        try {
            Path at = tree.resolve(path, "remove");
            Lock stripe = Stripes.of(at);
            stripe.lock();
            try {
                isDirectory = checkRemovable(path, at, preconditions).isDirectory();
                if (!isDirectory) {
                    directory = tree.directoryToForce(at);
                    Files.delete(at);
                }
            } finally {
                stripe.unlock();
            }
        } finally {
            Confinement.LOCK.unlockRead(stamp);
        }
        LocalTree.force(directory);
        if (isDirectory) {
            removeDirectory(path, preconditions);
        }
    }

    private Inode checkRemovable(FsPath path, Path at, Preconditions preconditions) throws IOException {
        Inode inode = tree.existing(at);
        tree.check(preconditions, path, at, inode, "remove");
        if (at.equals(tree.confinement().root())) {
            throw new FsException(Kind.PERMISSION_DENIED, "remove", path);
        }
        return inode;
    }

    /** Takes the directory out of sight in one step, then removes it. */
    @SuppressWarnings("StreamResourceLeak") // opened in one block under the lock, closed by the next
    private void removeDirectory(FsPath path, Preconditions preconditions) throws IOException {
        Path at;
        Path hidden;
        FileChannel forced;
        DirectoryStream<Path> parent;
        long stamp = Confinement.LOCK.writeLock();
        try {
            at = tree.resolve(path, "remove");
            if (!checkRemovable(path, at, preconditions).isDirectory()) {
                throw new FsException(Kind.BUSY, "remove", path);
            }
            hidden = at.resolveSibling(Temp.freshName(Temp.DIRECTORY));
            parent = LocalTree.entries(above(at));
            try {
                Files.move(at, hidden, StandardCopyOption.ATOMIC_MOVE);
                Temp.directoryMoved(at, hidden);
                forced = tree.directoryToForce(at);
            } catch (IOException e) {
                parent.close();
                throw e;
            }
        } finally {
            Confinement.LOCK.unlockWrite(stamp);
        }
        try (parent) {
            if (parent instanceof SecureDirectoryStream<Path> secure) {
                TreeRemoval.remove(secure, hidden.getFileName());
            } else {
                TreeRemoval.remove(hidden);
            }
        } catch (IOException e) {
            putBack(path, hidden, e);
            throw e;
        }
        LocalTree.force(forced);
    }

    /** What could not be removed gets its name again, unless somebody else has taken that. */
    private void putBack(FsPath path, Path hidden, IOException failure) {
        long stamp = Confinement.LOCK.writeLock();
        try {
            Path at = tree.resolve(path, "remove");
            if (hidden.equals(at.resolveSibling(hidden.getFileName())) && Inode.readIfThere(at) == null) {
                Files.move(hidden, at, StandardCopyOption.ATOMIC_MOVE);
                Temp.directoryMoved(hidden, at);
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        } finally {
            Confinement.LOCK.unlockWrite(stamp);
        }
    }

    private static Path above(Path at) throws IOException {
        Path parent = at.getParent();
        if (parent == null) {
            throw new NoSuchFileException(at.toString());
        }
        return parent;
    }
}
