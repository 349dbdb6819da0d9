package dev.packhorse.store.sftp;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.WholeBody;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Puts a new file at a path, whole or not at all: a temporary file beside it, then a rename.
 *
 * @param lease the connection, for all of it
 * @param operation what is being done, for failures
 * @param attributes what the file gets; what is missing is kept from a file that is replaced
 * @param overwrite whether something may be there
 * @param preconditions what must hold for what is there
 */
record Upload(
        Connections.Lease lease,
        Leftovers leftovers,
        SftpOptions options,
        String operation,
        FsPath path,
        AttributeChange attributes,
        boolean overwrite,
        Preconditions preconditions) {

    /** Where the bytes come from. */
    @FunctionalInterface
    interface Source {
        void fill(Sink sink) throws IOException;
    }

    Node run(Source source) throws IOException {
        Connection connection = lease.connection();
        if (path.isRoot()) {
            throw new FsException(Kind.IS_A_DIRECTORY, operation, path);
        }
        Place target = Place.find(connection, path, operation);
        Settings wanted = wanted(check(target));
        String temp = Leftovers.fresh(target);
        byte[] handle = null;
        boolean placed = false;
        try {
            handle = connection.openNew(temp, permissions(wanted));
            // The body can be read only once.
            lease.changing();
            fill(source, handle);
            Node node = place(target, temp, handle, wanted);
            placed = true;
            return node;
        } finally {
            if (handle != null && !placed) {
                discard(temp, handle);
            }
            Leftovers.release(temp);
        }
    }

    private static int permissions(Settings wanted) {
        return wanted.mode() == null
                ? Mode.FILE_DEFAULT.permissions()
                : wanted.mode().permissions() & 0777;
    }

    /** Checks whether what is there may be replaced; returns what that is. */
    @Nullable
    Attributes check(Place target) throws FsException {
        Attributes old = target.attributes();
        preconditions.check(target.node() == null || old == null ? null : old.node(path), operation, path);
        requireReplaceable(old, overwrite, operation, path);
        return old;
    }

    static void requireReplaceable(@Nullable Attributes there, boolean overwrite, String operation, FsPath path)
            throws FsException {
        if (there == null) {
            return;
        }
        if (there.type() == null) {
            throw new FsException(Kind.PERMISSION_DENIED, operation, path);
        }
        if (!overwrite) {
            throw new FsException(Kind.ALREADY_EXISTS, operation, path);
        }
        if (there.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, operation, path);
        }
    }

    private Settings wanted(@Nullable Attributes old) {
        boolean kept = old != null && old.isFile();
        Mode mode = kept && old != null ? old.mode() : Mode.FILE_DEFAULT;
        Owner owner = kept && old != null && options.owners() ? old.owner() : null;
        return Settings.of(attributes, mode, owner);
    }

    private void fill(Source source, byte[] handle) throws IOException {
        Sink sink = new Sink(lease.connection(), handle);
        try {
            source.fill(sink);
            sink.finish();
        } catch (StatusException e) {
            // OpenSSH has one answer to all that goes wrong with a disk.
            if (e.code() == StatusException.FAILURE && isFull()) {
                throw new FsException(Kind.NO_SPACE, operation, path, e);
            }
            throw e;
        }
    }

    private boolean isFull() throws IOException {
        return lease.connection().hasSpace()
                && FileSystemSpace.read(lease.connection().space()).free() == 0;
    }

    private Node place(Place target, String temp, byte[] handle, Settings wanted) throws IOException {
        Connection connection = lease.connection();
        CompletableFuture<Reply> owner = null;
        if (wanted.owner() != null) {
            Request request = new Request(Request.FSETSTAT).bytes(handle);
            Settings.putOwner(request, wanted.owner());
            owner = connection.send(request);
        }
        Request others = new Request(Request.FSETSTAT).bytes(handle);
        wanted.put(others, null);
        CompletableFuture<Reply> set = connection.send(others);
        CompletableFuture<Reply> forced = options.durable() == Durability.FILE && connection.hasFsync()
                ? connection.fsync(handle)
                : CompletableFuture.completedFuture(null);
        CompletableFuture<Reply> stat = connection.stat(handle);
        CompletableFuture<Reply> closing = connection.closeHandle(handle);
        if (owner != null) {
            connection.awaitLong(owner).done();
        }
        connection.awaitLong(set).done();
        if (options.durable() == Durability.FILE && connection.hasFsync()) {
            connection.awaitLong(forced).done();
        }
        Attributes finished = connection.awaitLong(stat).attributes();
        connection.await(closing).done();
        return rename(target, temp, wanted, finished);
    }

    private Node rename(Place target, String temp, Settings wanted, Attributes finished) throws IOException {
        Connection connection = lease.connection();
        Lock stripe = Stripes.of(target.at());
        stripe.lock();
        try {
            Place now = Place.find(connection, path, operation);
            if (!now.at().equals(target.at())) {
                throw new FsException(Kind.BUSY, operation, path);
            }
            Attributes old = check(now);
            Attributes node = finished;
            Settings again = wanted(old);
            if (!again.equals(wanted)) {
                connection.set(temp, again, finished, false);
                node = connection.call(Connection.lstat(temp)).attributes();
            }
            onto(temp, now.at());
            return node.node(path);
        } finally {
            stripe.unlock();
        }
    }

    /** Renames a temporary file or symlink onto what has been checked, whose lock the caller holds. */
    void onto(String temp, String at) throws IOException {
        Connection connection = lease.connection();
        boolean mustNotExist = preconditions.ifNoneMatch() != null
                && preconditions.ifNoneMatch().any();
        try {
            Renames.onto(connection, leftovers, temp, at, overwrite && !mustNotExist);
        } catch (StatusException e) {
            // Somebody else, or a mere failure?
            check(new Place(at, connection.look(at)));
            throw e;
        }
    }

    private void discard(String temp, byte[] handle) {
        lease.connection().release(handle);
        leftovers.discard(lease.connection(), temp);
    }

    /** The bytes of a body, all of them and no more. */
    static Source body(Body body, String operation, FsPath path) {
        return sink -> {
            long declared = body.length();
            int size = declared == Body.UNKNOWN ? sink.most() : (int) Math.min(sink.most(), declared + 1);
            byte[] buffer = new byte[size];
            try (InputStream in = new WholeBody(body, operation, path)) {
                for (int n = in.readNBytes(buffer, 0, size); n > 0; n = in.readNBytes(buffer, 0, size)) {
                    sink.write(buffer, n);
                    if (n < size) {
                        break;
                    }
                }
            }
        };
    }
}
