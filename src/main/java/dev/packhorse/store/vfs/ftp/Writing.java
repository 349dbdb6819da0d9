package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.WholeBody;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Replaces files and sets attributes.
 *
 * <p>A body goes to a temporary name beside the file, and counts only when the server has said {@code 226} and tells its size;
 * then it gets its attributes and is renamed. Most servers rename over a file in one step. One that refuses is helped: the old
 * file is put aside, the new one renamed, the old one removed; if the second rename fails the first is undone. Others of
 * this process wait meanwhile ({@link Stripes}), those elsewhere may see no file for the time of two commands, and after a
 * crash just then the old content is beside its name as {@code .packhorse-*.old}.
 */
final class Writing {

    /** Bytes handed to the socket at once. */
    private static final int BUFFER = 128 * 1024;

    private static final Logger LOG = System.getLogger(Writing.class.getName());

    private final Stripes stripes;

    Writing(Stripes stripes) {
        this.stripes = stripes;
    }

    /** {@link dev.packhorse.fs.Store#write}, with a lease that nobody else uses. */
    Node write(Connections.Lease lease, FsPath path, Body body, WriteOptions options) throws IOException {
        Preconditions preconditions = options.preconditions();
        Entry old = stripes.find(lease, path, "write");
        check(preconditions, old, path);
        FsPath fresh = Names.beside(path, ".tmp");
        boolean renamed = false;
        try {
            lease.run(connection -> {
                upload(connection, path, fresh, body);
                Mode mode = options.attributes().mode();
                if (mode == null) {
                    mode = old != null && old.mode() != null && !isSymlink(old) ? old.mode() : Mode.FILE_DEFAULT;
                }
                apply(connection, fresh, options.attributes(), mode);
            });
            Lock lock = stripes.changing(path);
            lock.lock();
            try {
                if (preconditions.needNode()) {
                    check(preconditions, lease.look(connection -> Lookup.find(connection, path, "write")), path);
                }
                lease.run(connection -> {
                    replace(connection, fresh, path, "write");
                });
                renamed = true;
                return lease.repeat(connection -> Lookup.require(connection, path, "write"))
                        .node(path);
            } finally {
                lock.unlock();
            }
        } finally {
            if (!renamed) {
                forget(lease, fresh);
            }
        }
    }

    private static boolean isSymlink(Entry entry) {
        return entry.type() == NodeType.SYMLINK;
    }

    private static void check(Preconditions preconditions, @Nullable Entry current, FsPath path) throws FsException {
        if (preconditions.needNode()) {
            preconditions.check(current == null ? null : current.node(path), "write", path);
        }
        if (current != null && current.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "write", path);
        }
    }

    private static void upload(Connection connection, FsPath path, FsPath fresh, Body body) throws IOException {
        Transfer transfer = connection.transfer("STOR", connection.at(fresh), 0);
        long count;
        try (WholeBody in = new WholeBody(body, "write", path);
                Transfer.WatchedOutput out = transfer.out()) {
            count = copy(in, out);
            transfer.finish();
        } finally {
            transfer.abort();
        }
        Long size = size(connection, fresh);
        if (size == null) {
            throw new FsException(Kind.INVALID_NAME, "write", path);
        }
        if (size != count) {
            throw new IOException("the server has " + size + " bytes of " + count);
        }
    }

    /** How much the server has, {@code null} if it has nothing under that very name. */
    private static @Nullable Long size(Connection connection, FsPath fresh) throws IOException {
        if (!fresh.name().endsWith(" ")) {
            Reply reply = connection.send("SIZE", connection.at(fresh));
            if (reply.code() == 213) {
                return Facts.trailingNumber(reply.text());
            }
        }
        Entry stored = Lookup.find(connection, fresh, "write");
        return stored == null ? null : stored.size();
    }

    private static long copy(WholeBody in, Transfer.WatchedOutput out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            out.write(buffer, 0, count);
        }
        return in.count();
    }

    /** Renames onto a file or symlink, or onto nothing, with the lock of that path in hand. */
    void replace(Connection connection, FsPath from, FsPath to, String operation) throws IOException {
        String source = connection.at(from);
        String target = connection.at(to);
        RefusedException refused;
        try {
            connection.rename(source, target);
            return;
        } catch (RefusedException e) {
            refused = e;
        }
        Entry there = Lookup.find(connection, to, operation);
        if (there == null) {
            throw refused;
        }
        if (there.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, operation, to, refused);
        }
        String aside = connection.at(Names.beside(to, ".old"));
        Lock lock = stripes.vacating();
        lock.lock();
        try {
            connection.rename(target, aside);
            rename(connection, source, target, aside);
        } finally {
            lock.unlock();
        }
        forget(connection, aside);
    }

    /** Removes the old content. The change has happened: a failure only leaves a name that is not shown. */
    private static void forget(Connection connection, String aside) {
        try {
            connection.run("DELE", aside);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "what was replaced stays on the server as " + aside + ": " + e.getMessage());
        }
    }

    private static void rename(Connection connection, String source, String target, String aside) throws IOException {
        try {
            connection.rename(source, target);
        } catch (IOException e) {
            restore(connection, aside, target, e);
            throw e;
        }
    }

    private static void restore(Connection connection, String aside, String target, IOException failure) {
        try {
            connection.rename(aside, target);
        } catch (IOException e) {
            // What is left is beside the name; the first failure says why.
            failure.addSuppressed(e);
        }
    }

    /** Removes what a failed write has left, over a new connection if need be. */
    private static void forget(Connections.Lease lease, FsPath fresh) {
        try {
            lease.run(connection -> connection.send("DELE", connection.at(fresh)));
        } catch (IOException e) {
            // It stays, hidden; the failure of the write is what counts.
            return;
        }
    }

    /**
     * Sets attributes that the capabilities allow.
     *
     * @param mode what the node shall have in the end; not touched if it has that, or the server cannot
     * @throws FsException {@code UNSUPPORTED} if the server does it for other kinds of node only
     */
    static void apply(Connection connection, FsPath path, AttributeChange change, @Nullable Mode mode)
            throws IOException {
        if (mode != null && connection.features().setsModes()) {
            Entry entry = Lookup.require(connection, path, "change");
            if (!mode.equals(entry.mode())) {
                connection.run(
                        "SITE", "CHMOD " + String.format("%04o", mode.permissions()) + " " + connection.at(path));
            }
        }
        if (change.modified() != null) {
            connection.run("MFMT", Facts.text(change.modified()) + " " + connection.at(path));
        }
    }
}
