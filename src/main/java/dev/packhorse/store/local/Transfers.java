package dev.packhorse.store.local;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Copying and moving within one store. */
record Transfers(LocalTree tree, LocalStore store) {

    Node copy(FsPath source, FsPath target, TransferOptions options) throws IOException {
        Inode inode;
        long stamp = Confinement.LOCK.readLock();
        try {
            inode = check("copy", source, target, options).inode();
        } finally {
            Confinement.LOCK.unlockRead(stamp);
        }
        return copy("copy", source, target, inode, options, false);
    }

    /** Source and target of a transfer that may begin. */
    private record Ends(
            Path from, Inode inode, Path to, @Nullable Inode there) {}

    private Ends check(String operation, FsPath source, FsPath target, TransferOptions options) throws IOException {
        Path from = tree.resolve(source, operation);
        Inode inode = tree.existing(from);
        tree.check(options.preconditions(), source, from, inode, operation);
        Path to = tree.resolve(target, operation);
        Path root = tree.confinement().root();
        if (from.equals(root) || to.equals(root) || from.equals(to)) {
            throw new FsException(Kind.INVALID_NAME, operation, target);
        }
        if (inode.isDirectory() && to.startsWith(from)) {
            throw new FsException(Kind.BUSY, operation, target);
        }
        Inode there = Inode.readIfThere(to);
        if (there != null) {
            if (!inode.isDirectory() || !there.isDirectory()) {
                tree.checkReplaceable(target, there, options.overwrite(), operation);
            } else if (!options.overwrite()) {
                throw new FsException(Kind.ALREADY_EXISTS, operation, target);
            }
            if (inode.isDirectory() && !there.isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, operation, target);
            }
        }
        return new Ends(from, inode, to, there);
    }

    /** Copies what has been checked; with {@code moving}, the tags travel along. */
    private Node copy(
            String operation, FsPath source, FsPath target, Inode inode, TransferOptions options, boolean moving)
            throws IOException {
        AttributeChange attributes = new AttributeChange(inode.permissions(), inode.modified(), inode.owner(), null);
        if (inode.isSymlink()) {
            try (Content content = store.open(source, operation)) {
                options.preconditions().check(content.node(), operation, source);
                if (!(content instanceof SymlinkContent symlink)) {
                    throw new FsException(Kind.BUSY, operation, source);
                }
                return store.putLink(
                        operation,
                        target,
                        symlink.text(),
                        new WriteOptions(attributes, Preconditions.NONE),
                        options.overwrite());
            }
        }
        if (inode.isDirectory()) {
            return copyTree(operation, source, target, attributes, options, moving);
        }
        try (Content content = store.open(source, operation)) {
            Node node = content.node();
            options.preconditions().check(node, operation, source);
            if (!(content instanceof LocalContent file)) {
                throw new FsException(Kind.BUSY, operation, source);
            }
            return new Replacement(
                            tree,
                            operation,
                            target,
                            new AttributeChange(node.mode(), node.modified(), node.owner(), null),
                            options.overwrite(),
                            Preconditions.NONE,
                            moving ? node.etag() : null)
                    .run(Replacement.file(file.channel(), node.size()));
        }
    }

    private Node copyTree(
            String operation,
            FsPath source,
            FsPath target,
            AttributeChange attributes,
            TransferOptions options,
            boolean moving)
            throws IOException {
        // Opened before the target is made: a target below the source is refused, but symlinks have more ways.
        try (Listing children = store.list(source)) {
            store.makeDirectory(target, WriteOptions.DEFAULT);
            TransferOptions below = new TransferOptions(options.overwrite(), Preconditions.NONE);
            for (Node child = children.next(); child != null; child = children.next()) {
                FsPath from = child.path();
                FsPath to = target.child(from.name());
                Inode inode;
                long stamp = Confinement.LOCK.readLock();
                try {
                    Ends ends = check(operation, from, to, below);
                    inode = ends.inode();
                } finally {
                    Confinement.LOCK.unlockRead(stamp);
                }
                copy(operation, from, to, inode, below, moving);
            }
        }
        return store.change(target, attributes, Preconditions.NONE);
    }

    Node move(FsPath source, FsPath target, TransferOptions options) throws IOException {
        Inode inode = look(source);
        boolean exclusive = !inode.isFile();
        FileChannel fromDirectory = null;
        FileChannel toDirectory;
        Node node;
        long stamp = exclusive ? Confinement.LOCK.writeLock() : Confinement.LOCK.readLock();
        try {
            Path from = tree.resolve(source, "move");
            Path to = tree.resolve(target, "move");
            Stripes.lockBoth(from, to);
            try {
                Ends ends = check("move", source, target, options);
                if (!exclusive && !ends.inode().isFile()) {
                    throw new FsException(Kind.BUSY, "move", source);
                }
                rename(ends);
                toDirectory = tree.directoryToForce(to);
                fromDirectory = tree.directoryToForce(from);
                node = tree.node(target, to, Inode.read(to));
            } finally {
                Stripes.of(from).unlock();
                Stripes.of(to).unlock();
            }
        } catch (AtomicMoveNotSupportedException e) {
            // Another file system below the root.
            toDirectory = null;
            node = null;
        } finally {
            Confinement.LOCK.unlock(stamp);
        }
        LocalTree.force(toDirectory);
        LocalTree.force(fromDirectory);
        return node == null ? copyAndRemove(source, target, inode, options) : node;
    }

    Inode look(FsPath source) throws IOException {
        long stamp = Confinement.LOCK.readLock();
        try {
            return tree.existing(tree.resolve(source, "move"));
        } finally {
            Confinement.LOCK.unlockRead(stamp);
        }
    }

    private static void rename(Ends ends) throws IOException {
        Inode inode = ends.inode();
        if (inode.isFile() && WriteClock.isGiven(inode.modified())) {
            // The rename changes the time that stands in for a tag that is not kept.
            Etags.keep(ends.from(), Etags.ofFile(ends::from, inode), inode.size(), inode.modified());
        }
        if (ends.there() != null && ends.there().key().equals(inode.key())) {
            // Two names of one file: rename(2) would leave both.
            Files.delete(ends.from());
            return;
        }
        Files.move(ends.from(), ends.to(), StandardCopyOption.ATOMIC_MOVE);
        if (inode.isDirectory()) {
            Temp.directoryMoved(ends.from(), ends.to());
        }
    }

    /**
     * Moves to another file system below the root. A source that changes meanwhile stays, and so does the copy. What is
     * put into a directory of it between the last look and the removal is removed with it.
     */
    Node copyAndRemove(FsPath source, FsPath target, Inode inode, TransferOptions options) throws IOException {
        if (inode.isDirectory()) {
            try (Listing there = store.list(target)) {
                if (there.next() != null) {
                    throw new FsException(Kind.NOT_EMPTY, "move", target);
                }
            } catch (FsException e) {
                if (e.kind() != Kind.NOT_FOUND) {
                    throw e;
                }
            }
        }
        Node seen = store.stat(source);
        byte[] tree = Trees.digest(store, source);
        Node node = copy("move", source, target, inode, options, true);
        if (!Arrays.equals(Trees.digest(store, source), tree)) {
            throw new FsException(Kind.BUSY, "move", source);
        }
        EtagMatch same = seen.etag() == null ? null : new EtagMatch(false, List.of(seen.etag()));
        try {
            store.remove(source, new Preconditions(same, null, null, null));
        } catch (FsException e) {
            throw e.kind() == Kind.PRECONDITION_FAILED ? new FsException(Kind.BUSY, "move", source, e) : e;
        }
        return node;
    }
}
