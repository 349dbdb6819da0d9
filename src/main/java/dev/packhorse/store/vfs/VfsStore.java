package dev.packhorse.store.vfs;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WholeBody;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** A file system of Commons VFS, and the archives in it. */
public final class VfsStore implements Store {

    private final Drive drive;
    private final VfsErrors errors;
    /**
     * Held while something gets its name, loses it or is removed, and shared while it is looked up or listed: so
     * nobody who comes through this store sees the moment in which a server has removed the old and not yet named the
     * new. Never held while the bytes of a file stream.
     */
    private final ReentrantReadWriteLock names = new ReentrantReadWriteLock(true);

    private final Transfers transfers;
    private volatile boolean closed;

    VfsStore(Drive drive, VfsErrors errors) {
        this.drive = drive;
        this.errors = errors;
        this.transfers = new Transfers(this, drive, names.writeLock());
    }

    /**
     * Opens a file system, or an archive in one.
     *
     * @param uri as Commons VFS writes it: {@code zip:http://host/a.zip}, {@code webdav4s://user:password@host/folder};
     *     percent-encoded UTF-8
     * @throws IllegalArgumentException if the operator has to mend something (a URI that makes no sense, a folder that is
     *     not there, a broken archive, a wrong password), with one line that says what, without secrets
     * @throws FsException {@code UNAVAILABLE} or {@code TIMEOUT} if a server cannot be reached; not if opened lazily
     */
    public static Store open(String uri, VfsOptions options) throws FsException {
        return Opening.open(uri, options);
    }

    /** Looks whether the root is there. */
    void probe() throws IOException {
        if (!drive.probe()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, "open", FsPath.ROOT);
        }
    }

    @Override
    public Capabilities capabilities() {
        return drive.capabilities();
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        requireOpen("stat", path);
        return existing(path, "stat");
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        requireOpen("list", directory);
        if (!existing(directory, "list").isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, "list", directory);
        }
        try {
            return children(directory);
        } catch (IOException | RuntimeException e) {
            throw failure(e, "list", directory);
        }
    }

    /** What is in a directory. The listing is whole when it comes back, and read without the lock. */
    Listing children(FsPath directory) throws IOException {
        Lock lock = names.readLock();
        lock.lock();
        try {
            return drive.list(directory);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return Trees.walk(this, directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        requireOpen("read", path);
        Lock lock = names.readLock();
        lock.lock();
        try {
            Node node = existing(path, "read");
            if (node.isDirectory()) {
                throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
            }
            return drive.open(path, node);
        } catch (IOException | RuntimeException e) {
            throw failure(e, "read", path);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        begin("write", path, options.attributes(), options.preconditions());
        // Refused early, before a body is read for nothing.
        replaceable(path, options.preconditions());
        FsPath temp = Temporary.beside(path);
        boolean placed = false;
        try {
            try (InputStream in = new WholeBody(body, "write", path)) {
                drive.put(temp, in, body.length());
                // Whoever knows the length stops there; a longer body throws now.
                in.read();
            }
            Instant modified = options.attributes().modified();
            if (modified != null) {
                drive.touch(temp, modified);
            }
            Node written = existing(temp, "write");
            Lock lock = names.writeLock();
            lock.lock();
            try {
                requireOpen("write", path);
                replaceable(path, options.preconditions());
                drive.rename(temp, written, path);
                placed = true;
                return existing(path, "write");
            } finally {
                lock.unlock();
            }
        } catch (IOException | RuntimeException e) {
            throw failure(e, "write", path);
        } finally {
            if (!placed) {
                discard(temp);
            }
        }
    }

    /** What a file at this path would replace, {@code null} for nothing. */
    private @Nullable Node replaceable(FsPath path, Preconditions preconditions) throws FsException {
        Node old = find(path, "write");
        preconditions.check(old, "write", path);
        if (old != null && old.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "write", path);
        }
        if (old == null) {
            requireParent(path, "write");
        }
        return old;
    }

    /** Removes what has not got its name; if that fails, it stays hidden. */
    void discard(FsPath temp) {
        try {
            Node left = drive.find(temp);
            if (left != null) {
                drive.remove(temp, left);
            }
        } catch (IOException | RuntimeException e) {
            // The failure that led here is the one to tell.
            return;
        }
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        begin("makeDirectory", path, options.attributes(), options.preconditions());
        Lock lock = names.writeLock();
        lock.lock();
        try {
            Node there = find(path, "makeDirectory");
            if (there != null && !there.isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "makeDirectory", path);
            }
            options.preconditions().check(there, "makeDirectory", path);
            if (there == null) {
                requireParent(path, "makeDirectory");
                drive.makeDirectory(path);
            }
            Instant modified = options.attributes().modified();
            if (modified != null) {
                drive.touch(path, modified);
            }
            return existing(path, "makeDirectory");
        } catch (IOException | RuntimeException e) {
            throw failure(e, "makeDirectory", path);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        throw new FsException(Kind.UNSUPPORTED, "link", path);
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        change.require(capabilities(), "change", path);
        refuseTimestamp("change", path, preconditions);
        requireOpen("change", path);
        Lock lock = names.writeLock();
        lock.lock();
        try {
            Node node = existing(path, "change");
            preconditions.check(node, "change", path);
            Instant modified = change.modified();
            if (modified == null) {
                return node;
            }
            drive.touch(path, modified);
            return existing(path, "change");
        } catch (IOException | RuntimeException e) {
            throw failure(e, "change", path);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        begin("copy", source, AttributeChange.NONE, options.preconditions());
        try {
            return transfers.copy(source, target, options);
        } catch (IOException | RuntimeException e) {
            throw failure(e, "copy", source);
        }
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        begin("move", source, AttributeChange.NONE, options.preconditions());
        try {
            return transfers.move(source, target, options);
        } catch (IOException | RuntimeException e) {
            throw failure(e, "move", source);
        }
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        begin("remove", path, AttributeChange.NONE, preconditions);
        Lock lock = names.writeLock();
        FsPath aside;
        Node node;
        lock.lock();
        try {
            node = existing(path, "remove");
            preconditions.check(node, "remove", path);
            if (path.isRoot()) {
                throw new FsException(Kind.PERMISSION_DENIED, "remove", path);
            }
            if (!node.isDirectory()) {
                drive.remove(path, node);
                return;
            }
            // Gone in one step for everybody; emptied afterwards, without the lock.
            aside = Temporary.beside(path);
            drive.rename(path, node, aside);
        } catch (IOException | RuntimeException e) {
            throw failure(e, "remove", path);
        } finally {
            lock.unlock();
        }
        try {
            drive.remove(aside, node);
        } catch (IOException | RuntimeException e) {
            throw failure(e, "remove", path);
        }
    }

    @Override
    public Space space() throws FsException {
        throw new FsException(Kind.UNSUPPORTED, "space", FsPath.ROOT);
    }

    @Override
    public void close() throws FsException {
        closed = true;
        try {
            drive.close();
        } catch (IOException e) {
            throw failure(e, "close", FsPath.ROOT);
        }
    }

    /** What is at a path, {@code null} for nothing. Also in the hands of a thread that holds the lock for itself. */
    @Nullable
    Node find(FsPath path, String operation) throws FsException {
        Lock lock = names.readLock();
        lock.lock();
        try {
            return drive.find(path);
        } catch (IOException | RuntimeException e) {
            throw failure(e, operation, path);
        } finally {
            lock.unlock();
        }
    }

    Node existing(FsPath path, String operation) throws FsException {
        Node node = find(path, operation);
        if (node == null) {
            throw missing(path, operation);
        }
        return node;
    }

    /** Nothing is at a path: because nothing is there, or because a parent is a file. */
    private FsException missing(FsPath path, String operation) throws FsException {
        FsPath above = path.parent();
        while (above != null) {
            Node node = find(above, operation);
            if (node != null) {
                return new FsException(node.isFile() ? Kind.NOT_A_DIRECTORY : Kind.NOT_FOUND, operation, path);
            }
            above = above.parent();
        }
        return new FsException(Kind.NOT_FOUND, operation, path);
    }

    void requireParent(FsPath path, String operation) throws FsException {
        FsPath parent = path.parent();
        Node above = parent == null ? null : find(parent, operation);
        if (above == null || above.isFile()) {
            throw missing(path, operation);
        }
    }

    private void begin(String operation, FsPath path, AttributeChange attributes, Preconditions preconditions)
            throws FsException {
        capabilities().require(Capability.WRITE, operation, path);
        attributes.require(capabilities(), operation, path);
        refuseTimestamp(operation, path, preconditions);
        requireOpen(operation, path);
    }

    private static void refuseTimestamp(String operation, FsPath path, Preconditions preconditions) throws FsException {
        if (preconditions.changeTimestamp() != null) {
            throw new FsException(Kind.UNSUPPORTED, operation, path);
        }
    }

    private void requireOpen(String operation, FsPath path) throws FsException {
        if (closed) {
            throw new FsException(Kind.UNAVAILABLE, operation, path);
        }
        for (String name : path.segments()) {
            if (Temporary.isTemporary(name)) {
                throw new FsException(Kind.INVALID_NAME, operation, path);
            }
        }
    }

    /** Whether a path means nothing to the caller. */
    private static boolean isInternal(FsPath path) {
        return path.segments().stream().anyMatch(Temporary::isTemporary);
    }

    private FsException failure(Exception e, String operation, FsPath path) {
        return e instanceof FsException known && known.operation().equals(operation) && !isInternal(known.path())
                ? known
                : errors.of(e, operation, path);
    }
}
