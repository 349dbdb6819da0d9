package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** Copies, moves and removes, trees included. A copy goes through here, over two connections: FTP has no copy of its own. */
final class Moving {

    private final Connections connections;
    private final Reading reading;
    private final Writing writing;
    private final Stripes stripes;

    Moving(Connections connections, Reading reading, Writing writing, Stripes stripes) {
        this.connections = connections;
        this.reading = reading;
        this.writing = writing;
        this.stripes = stripes;
    }

    /** What is at both ends of a transfer that may begin. */
    private record Ends(Entry source, @Nullable Entry target) {}

    private Ends ends(Connections.Lease lease, String operation, FsPath source, FsPath target, TransferOptions options)
            throws IOException {
        Entry from = stripes.require(lease, source, operation);
        if (options.preconditions().needNode()) {
            options.preconditions().check(from.node(source), operation, source);
        }
        if (source.isRoot() || target.isRoot() || source.equals(target)) {
            throw new FsException(Kind.INVALID_NAME, operation, target);
        }
        if (from.isDirectory() && target.isBelow(source)) {
            throw new FsException(Kind.BUSY, operation, target);
        }
        Entry to = stripes.find(lease, target, operation);
        if (to != null && !options.overwrite()) {
            throw new FsException(Kind.ALREADY_EXISTS, operation, target);
        }
        if (to != null && from.isDirectory() != to.isDirectory()) {
            throw new FsException(to.isDirectory() ? Kind.IS_A_DIRECTORY : Kind.NOT_A_DIRECTORY, operation, target);
        }
        return new Ends(from, to);
    }

    Node move(FsPath source, FsPath target, TransferOptions options) throws IOException {
        try (Connections.Lease lease = connections.lease()) {
            List<Lock> locks = stripes.moving(source, target);
            locks.forEach(Lock::lock);
            try {
                Ends ends = ends(lease, "move", source, target, options);
                lease.run(connection -> {
                    if (ends.source().isDirectory()) {
                        moveDirectory(connection, source, target, ends.target() != null);
                    } else {
                        writing.replace(connection, source, target, "move");
                    }
                });
                Entry moved = stripes.find(lease, target, "move");
                if (moved == null) {
                    // The server did not take the name as it is.
                    lease.run(connection -> {
                        connection.rename(connection.at(target), connection.at(source));
                    });
                    throw new FsException(Kind.INVALID_NAME, "move", target);
                }
                return moved.node(target);
            } finally {
                locks.forEach(Lock::unlock);
            }
        }
    }

    private void moveDirectory(Connection connection, FsPath source, FsPath target, boolean isThere)
            throws IOException {
        if (!isThere) {
            connection.rename(connection.at(source), connection.at(target));
            return;
        }
        try (Listing children = children(connection, target, "move")) {
            if (children.next() != null) {
                throw new FsException(Kind.NOT_EMPTY, "move", target);
            }
        }
        Lock lock = stripes.vacating();
        lock.lock();
        try {
            connection.run("RMD", connection.at(target));
            rename(connection, source, target);
        } finally {
            lock.unlock();
        }
    }

    private static void rename(Connection connection, FsPath source, FsPath target) throws IOException {
        try {
            connection.rename(connection.at(source), connection.at(target));
        } catch (RefusedException e) {
            connection.send("MKD", connection.at(target));
            throw e;
        }
    }

    Node copy(FsPath source, FsPath target, TransferOptions options) throws IOException {
        Entry from;
        try (Connections.Lease lease = connections.lease()) {
            from = ends(lease, "copy", source, target, options).source();
        }
        return copy(from.node(source), target, options.overwrite());
    }

    private Node copy(Node source, FsPath target, boolean overwrite) throws IOException {
        AttributeChange kept = new AttributeChange(source.mode(), source.modified(), null, null);
        if (source.isDirectory()) {
            return copyDirectory(source, target, kept);
        }
        if (source.isSymlink()) {
            throw new FsException(Kind.UNSUPPORTED, "copy", source.path());
        }
        Preconditions free = overwrite ? Preconditions.NONE : Preconditions.MUST_NOT_EXIST;
        Connections.Lease[] both = connections.two();
        try (Connections.Lease from = both[0];
                Connections.Lease to = both[1];
                Content content = reading.open(from, source.path())) {
            return writing.write(to, target, content.body(), new WriteOptions(allowed(to, kept), free));
        }
    }

    private static AttributeChange allowed(Connections.Lease lease, AttributeChange change) throws IOException {
        return lease.repeat(connection -> new AttributeChange(
                connection.features().setsModes() ? change.mode() : null,
                connection.features().setsTimes() ? change.modified() : null,
                null,
                null));
    }

    private Node copyDirectory(Node source, FsPath target, AttributeChange kept) throws IOException {
        try (Listing children = prepare(source.path(), target)) {
            for (Node child = children.next(); child != null; child = children.next()) {
                // What is not shown is not copied.
                if (!Names.isReserved(child.path().name()) && !(child.isSymlink() && child.size() == 0)) {
                    copyChild(child, target.child(child.path().name()));
                }
            }
        }
        try (Connections.Lease lease = connections.lease()) {
            AttributeChange allowed = allowed(lease, kept);
            return lease.once(connection -> {
                try {
                    Writing.apply(connection, target, allowed, allowed.mode());
                } catch (RefusedException e) {
                    // Servers that set times of files only: a copy would rather lose the time of a directory than fail.
                    if (e.reply().code() / 100 != 5) {
                        throw e;
                    }
                }
                return Lookup.require(connection, target, "copy").node(target);
            });
        }
    }

    /** Makes the target, and lists the source without keeping a connection. */
    private Listing prepare(FsPath source, FsPath target) throws IOException {
        try (Connections.Lease lease = connections.lease()) {
            lease.repeat(connection -> make(connection, target, "copy"));
            Lock lock = stripes.listing();
            lock.lock();
            try {
                return lease.repeat(connection -> children(connection, source, "copy"));
            } finally {
                lock.unlock();
            }
        }
    }

    private void copyChild(Node child, FsPath target) throws IOException {
        Entry there;
        try (Connections.Lease lease = connections.lease()) {
            there = stripes.find(lease, target, "copy");
        }
        if (there != null && there.isDirectory() != child.isDirectory()) {
            throw new FsException(there.isDirectory() ? Kind.IS_A_DIRECTORY : Kind.NOT_A_DIRECTORY, "copy", target);
        }
        copy(child, target, true);
    }

    /**
     * Makes a directory unless it is there.
     *
     * @return whether it was made
     */
    static boolean make(Connection connection, FsPath path, String operation) throws IOException {
        Entry there = Lookup.find(connection, path, operation);
        if (there == null) {
            Reply reply = connection.send("MKD", connection.at(path));
            there = Lookup.find(connection, path, operation);
            if (!reply.isDone() && there == null) {
                throw new RefusedException(reply);
            }
            if (reply.isDone() && there == null) {
                connection.send("RMD", connection.at(path));
                throw new FsException(Kind.INVALID_NAME, operation, path);
            }
            if (reply.isDone()) {
                return true;
            }
        }
        if (there != null && !there.isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, operation, path);
        }
        return false;
    }

    void remove(FsPath path, Preconditions preconditions) throws IOException {
        try (Connections.Lease lease = connections.lease()) {
            Lock lock = stripes.changing(path);
            lock.lock();
            try {
                Entry entry = lease.repeat(connection -> Lookup.require(connection, path, "remove"));
                if (preconditions.needNode()) {
                    preconditions.check(entry.node(path), "remove", path);
                }
                if (path.isRoot()) {
                    throw new FsException(Kind.PERMISSION_DENIED, "remove", path);
                }
                if (!entry.isDirectory()) {
                    lease.run(connection -> {
                        remove(connection, path, entry.type());
                    });
                    return;
                }
            } finally {
                lock.unlock();
            }
            // A tree takes its time, and nothing is put in the place of a directory.
            lease.run(connection -> {
                remove(connection, path, NodeType.DIRECTORY);
            });
        }
    }

    private static void remove(Connection connection, FsPath path, NodeType type) throws IOException {
        if (type == NodeType.DIRECTORY) {
            try (Listing children = children(connection, path, "remove")) {
                for (Node child = children.next(); child != null; child = children.next()) {
                    remove(connection, child.path(), child.type());
                }
            }
        }
        Reply reply = connection.send(type == NodeType.DIRECTORY ? "RMD" : "DELE", connection.at(path));
        // Gone already is what is wanted.
        if (!reply.isDone() && Lookup.find(connection, path, "remove") != null) {
            throw new RefusedException(reply);
        }
    }

    /** All that is in a directory, our own names and symlinks without a target included. */
    private static Listing children(Connection connection, FsPath directory, String operation) throws IOException {
        return Lister.sorted(connection, directory, operation, node -> true, Lister.FEW);
    }
}
