package dev.packhorse.store.local;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Preconditions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the operations of one {@link LocalStore} share.
 *
 * @param confinement where the store is
 * @param durable how much is forced to the disk
 * @param capabilities what the store can do for the user that runs it
 * @param unlistable names met that no client can be told
 */
record LocalTree(Confinement confinement, Durability durable, Capabilities capabilities, LongAdder unlistable) {

    Path resolve(FsPath path, String operation) throws FsException {
        return confinement.resolve(path, operation);
    }

    /** The inode of a node. */
    Inode existing(Path at) throws IOException {
        Inode inode = Inode.read(at);
        if (inode.type() == null) {
            throw new NoSuchFileException(at.toString());
        }
        return inode;
    }

    Node node(FsPath path, Path at, Inode inode) throws IOException {
        return node(path, () -> at, inode);
    }

    /** As above; few have to be looked at again. */
    Node node(FsPath path, Supplier<Path> at, Inode inode) throws IOException {
        NodeType type = inode.type();
        if (type == null) {
            throw new IllegalArgumentException("no node");
        }
        if (type == NodeType.SYMLINK) {
            return symlink(path, inode, Names.target(at.get()));
        }
        boolean file = type == NodeType.FILE;
        return new Node(
                path,
                type,
                inode.permissions(),
                file ? inode.size() : 0,
                inode.modified(),
                inode.owner(),
                file ? Etags.ofFile(at, inode) : null,
                null,
                null);
    }

    Node symlink(FsPath path, Inode inode, String target) {
        return new Node(
                path,
                NodeType.SYMLINK,
                inode.permissions(),
                target.getBytes(StandardCharsets.UTF_8).length,
                inode.modified(),
                inode.owner(),
                Etags.ofTarget(target),
                null,
                null);
    }

    void check(Preconditions preconditions, FsPath path, Path at, @Nullable Inode inode, String operation)
            throws IOException {
        if (preconditions.needNode()) {
            boolean there = inode != null && inode.type() != null;
            preconditions.check(there && inode != null ? node(path, at, inode) : null, operation, path);
        }
    }

    /** Checks that a file or symlink may take a place. */
    void checkReplaceable(FsPath path, @Nullable Inode inode, boolean overwrite, String operation) throws FsException {
        if (inode == null) {
            return;
        }
        if (inode.type() == null) {
            throw new FsException(Kind.PERMISSION_DENIED, operation, path);
        }
        if (!overwrite) {
            throw new FsException(Kind.ALREADY_EXISTS, operation, path);
        }
        if (inode.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, operation, path);
        }
    }

    /** The directory that holds a path, opened so that its names can be forced later, or {@code null} if they need not be. */
    @Nullable
    FileChannel directoryToForce(Path at) throws IOException {
        Path directory = at.getParent();
        return durable == Durability.FULL && directory != null
                ? FileChannel.open(directory, StandardOpenOption.READ)
                : null;
    }

    static void force(@Nullable FileChannel directory) throws IOException {
        if (directory != null) {
            try (directory) {
                directory.force(true);
            }
        }
    }

    /** A failure as the caller sees it: where the root has gone, nothing is known to be missing. */
    FsException failure(Exception e, String operation, FsPath path) {
        FsException failure = LocalErrors.of(e, operation, path);
        if (failure.kind() == Kind.NOT_FOUND && !Files.isDirectory(confinement.root(), LinkOption.NOFOLLOW_LINKS)) {
            return new FsException(Kind.UNAVAILABLE, operation, path, e);
        }
        return failure;
    }

    /** An open directory, which the caller closes when it has released the lock. */
    @SuppressWarnings("StreamResourceLeak")
    static DirectoryStream<Path> entries(Path directory) throws IOException {
        return Files.newDirectoryStream(directory);
    }
}
