package dev.packhorse.store.sftp;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.SortedNodes;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Copying and moving within one store. */
record Transfers(
        SftpStore store, Connections connections, Listings listings, Leftovers leftovers, SftpOptions options) {

    /** Source and target of a transfer that may begin. */
    private record Ends(
            Place from,
            Attributes source,
            Place to,
            @Nullable Attributes there) {}

    private static Ends check(
            Connection connection, String operation, FsPath source, FsPath target, TransferOptions options)
            throws IOException {
        Place from = Place.find(connection, source, operation);
        Attributes attributes = from.existing(source, operation);
        options.preconditions().check(attributes.node(source), operation, source);
        Place to = Place.find(connection, target, operation);
        if (source.isRoot() || target.isRoot() || from.at().equals(to.at())) {
            throw new FsException(Kind.INVALID_NAME, operation, target);
        }
        if (attributes.isDirectory() && to.at().startsWith(from.at() + "/")) {
            throw new FsException(Kind.BUSY, operation, target);
        }
        Attributes there = to.attributes();
        if (there != null) {
            if (!attributes.isDirectory() || !there.isDirectory()) {
                Upload.requireReplaceable(there, options.overwrite(), operation, target);
            } else if (!options.overwrite()) {
                throw new FsException(Kind.ALREADY_EXISTS, operation, target);
            }
            if (attributes.isDirectory() && !there.isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, operation, target);
            }
        }
        return new Ends(from, attributes, to, there);
    }

    Node copy(String operation, FsPath source, FsPath target, TransferOptions how) throws FsException {
        Optional<Node> node = connections.run(
                operation, source, Connections.CROWDED, lease -> copyOne(lease, operation, source, target, how));
        return node.isEmpty() ? copyTree(operation, source, target, how) : node.get();
    }

    /** Copies a file or a symlink; nothing for a directory. */
    private Optional<Node> copyOne(
            Connections.Lease lease, String operation, FsPath source, FsPath target, TransferOptions how)
            throws IOException {
        Connection connection = lease.connection();
        for (int attempt = 1; ; attempt++) {
            Ends ends = check(connection, operation, source, target, how);
            if (ends.source().isDirectory()) {
                return Optional.empty();
            }
            if (ends.source().isSymlink()) {
                String text =
                        connection.readLink(ends.from().at(), ends.source().size());
                return Optional.of(store.putLink(
                        lease, operation, target, text, WriteOptions.of(kept(ends.source())), how.overwrite()));
            }
            byte[] handle = connection.openToRead(ends.from().at());
            try {
                Attributes opened = connection.await(connection.stat(handle)).attributes();
                if (!opened.isFile()) {
                    throw new FsException(Kind.BUSY, operation, source);
                }
                // What SftpStore.open says of a change of the content.
                if (!opened.isSameContentAs(ends.source()) && attempt < SftpStore.ATTEMPTS) {
                    continue;
                }
                how.preconditions().check(opened.node(source), operation, source);
                return Optional.of(new Upload(
                                lease,
                                leftovers,
                                options,
                                operation,
                                target,
                                kept(opened),
                                how.overwrite(),
                                Preconditions.NONE)
                        .run(sink -> sink.copy(handle, opened.size())));
            } finally {
                connection.release(handle);
            }
        }
    }

    private AttributeChange kept(Attributes attributes) {
        Node node = attributes.node(FsPath.ROOT);
        return new AttributeChange(
                node.mode(), node.modified(), store.capabilities().has(Capability.OWNER) ? node.owner() : null, null);
    }

    private Node copyTree(String operation, FsPath source, FsPath target, TransferOptions how) throws FsException {
        Node directory = store.stat(source);
        // Read before the target is made: a target below the source is refused, but symlinks have more ways.
        try (Listing children = listings.read(source, operation, SortedNodes.RUN)) {
            store.makeDirectory(target, WriteOptions.DEFAULT);
            TransferOptions below = new TransferOptions(how.overwrite(), Preconditions.NONE);
            for (Node child = children.next(); child != null; child = children.next()) {
                copy(operation, child.path(), target.child(child.path().name()), below);
            }
        }
        AttributeChange attributes = new AttributeChange(
                directory.mode(),
                directory.modified(),
                store.capabilities().has(Capability.OWNER) ? directory.owner() : null,
                null);
        return store.change(target, attributes, Preconditions.NONE);
    }

    Node move(FsPath source, FsPath target, TransferOptions how) throws FsException {
        Optional<Node> node = connections.run("move", source, lease -> rename(lease, source, target, how));
        if (node.isPresent()) {
            return node.get();
        }
        return copyAndRemove(source, target, how);
    }

    /**
     * Moves to another file system below the root. A source that changes meanwhile, as far as size and time tell,
     * stays, and so does the copy. What is put into a directory of it between the last look and the removal is removed
     * with it.
     */
    private Node copyAndRemove(FsPath source, FsPath target, TransferOptions how) throws FsException {
        Node seen = store.stat(source);
        byte[] tree = Trees.digest(store, source);
        Node copy = copy("move", source, target, how);
        if (!Arrays.equals(Trees.digest(store, source), tree)) {
            throw new FsException(Kind.BUSY, "move", source);
        }
        store.removeMoved(seen);
        return copy;
    }

    /** Renames; nothing if the server does not, for no reason that can be found. */
    private Optional<Node> rename(Connections.Lease lease, FsPath source, FsPath target, TransferOptions how)
            throws IOException {
        Connection connection = lease.connection();
        Ends first = check(connection, "move", source, target, how);
        Stripes.lockBoth(first.from().at(), first.to().at());
        try {
            Ends ends = check(connection, "move", source, target, how);
            String from = ends.from().at();
            String to = ends.to().at();
            if (!from.equals(first.from().at()) || !to.equals(first.to().at())) {
                throw new FsException(Kind.BUSY, "move", source);
            }
            lease.changing();
            try {
                if (ends.there() != null && ends.there().isDirectory() && !connection.hasPosixRename()) {
                    connection.call(new Request(Request.RMDIR).raw(to)).done();
                }
                Renames.onto(connection, leftovers, from, to, how.overwrite());
            } catch (StatusException e) {
                explain(connection, source, target, how, e);
                return Optional.empty();
            }
            return Optional.of(ends.source().node(target));
        } finally {
            Stripes.of(first.from().at()).unlock();
            Stripes.of(first.to().at()).unlock();
        }
    }

    /** Finds out why a rename failed; returns if it may have been for a border between file systems. */
    private static void explain(
            Connection connection, FsPath source, FsPath target, TransferOptions how, StatusException failure)
            throws IOException {
        Ends ends = check(connection, "move", source, target, how);
        if (ends.there() != null && ends.there().isDirectory()) {
            byte[] handle =
                    connection.await(Directory.open(connection, ends.to().at())).handle();
            try (Directory entries = new Directory(connection, handle)) {
                if (entries.next() != null) {
                    throw new FsException(Kind.NOT_EMPTY, "move", target, failure);
                }
            }
        }
        if (failure.code() != StatusException.FAILURE) {
            throw failure;
        }
    }
}
