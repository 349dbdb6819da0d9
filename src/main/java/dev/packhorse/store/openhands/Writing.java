package dev.packhorse.store.openhands;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ExactStream;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.WholeBody;
import dev.packhorse.store.http.Answer;
import dev.packhorse.store.http.Spool;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Creates, replaces and removes. The server replaces a file in one step when it has the whole of it; a body that fails, or has not
 * the length that it says, breaks off before its last byte.
 *
 * <p>Preconditions are checked here, before the body and again behind it: among the operations of this store they hold in one
 * step with the change, not among those of others.
 */
final class Writing {

    private final Server server;
    private final Lookup lookup;
    private final Known known;
    private final OpenHandsOptions options;
    private final Lock[] locks = new Lock[64];

    Writing(Server server, Lookup lookup, Known known, OpenHandsOptions options) {
        this.server = server;
        this.lookup = lookup;
        this.known = known;
        this.options = options;
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    Node write(FsPath path, Body body, Preconditions preconditions) throws IOException {
        requireReplaceable(path, preconditions);
        try (InputStream in = new WholeBody(body, "write", path)) {
            if (body.length() == Body.UNKNOWN || preconditions.needNode()) {
                try (Spool spool = Spool.of(in, options.temp(), options.spoolLimit(), "write", path)) {
                    return replace(path, spool, preconditions);
                }
            }
            return post(path, in, body.length());
        }
    }

    private Node replace(FsPath path, Spool spool, Preconditions preconditions) throws IOException {
        if (!preconditions.needNode()) {
            return post(path, spool.open(), spool.length());
        }
        Lock lock = lock(path);
        lock.lock();
        try {
            requireReplaceable(path, preconditions);
            return post(path, spool.open(), spool.length());
        } finally {
            lock.unlock();
        }
    }

    private Lock lock(FsPath path) {
        return locks[Math.floorMod(path.hashCode(), locks.length)];
    }

    /** The server makes missing parents by itself, and not all refuse to write onto a directory. */
    private void requireReplaceable(FsPath path, Preconditions preconditions) throws IOException {
        requireHeld(path);
        Node old = lookup.find(path, "write");
        preconditions.check(old, "write", path);
        if (old != null && old.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "write", path);
        }
        if (old == null) {
            requireRead(path);
            lookup.requireParent(path, "write");
        }
    }

    private void requireHeld(FsPath path) throws IOException {
        if (!server.dialect().reaches(path)) {
            throw new FsException(Kind.INVALID_NAME, "write", path);
        }
    }

    private void requireRead(FsPath path) throws IOException {
        if (!server.dialect().reads(path)) {
            throw new FsException(Kind.INVALID_NAME, "write", path);
        }
    }

    private Node post(FsPath path, InputStream in, long length) throws IOException {
        InputStream exact = new ExactStream(in, length) {
            @Override
            protected void passed(long count, long left) throws IOException {
                if (left == 0) {
                    // A body that goes on fails here, before the server has all that it waits for.
                    in.read();
                }
            }
        };
        if (length == 0) {
            // Nothing is asked of an empty body, which may go on as well.
            in.read();
        }
        boolean written = false;
        try (Answer answer = server.post(path, exact, length)) {
            int status = answer.status();
            if (status != 200 && status != 201 && status != 204) {
                throw Server.refused(answer, "write", path);
            }
            answer.drain(Server.REST);
            known.file(path, length);
            written = true;
            return lookup.file(path, length);
        } finally {
            if (!written) {
                known.forget(path);
            }
        }
    }

    Node makeDirectory(FsPath path, Preconditions preconditions) throws IOException {
        requireHeld(path);
        Lock lock = lock(path);
        lock.lock();
        try {
            return make(path, preconditions);
        } finally {
            lock.unlock();
        }
    }

    private Node make(FsPath path, Preconditions preconditions) throws IOException {
        Node there = lookup.find(path, "makeDirectory");
        if (there != null && !there.isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, "makeDirectory", path);
        }
        preconditions.check(there, "makeDirectory", path);
        if (there == null) {
            lookup.requireParent(path, "makeDirectory");
            if (!options.markers()) {
                throw new FsException(Kind.UNSUPPORTED, "makeDirectory", path);
            }
            post(path.child(OpenHandsStore.MARKER), InputStream.nullInputStream(), 0);
            known.directory(path);
        }
        return lookup.directory(path);
    }

    /** Under the lock of {@link #replace}. What is there no more when the server is asked is gone as well. */
    Node remove(FsPath path, Preconditions preconditions) throws IOException {
        Lock lock = lock(path);
        lock.lock();
        try {
            return delete(path, preconditions);
        } finally {
            lock.unlock();
        }
    }

    private Node delete(FsPath path, Preconditions preconditions) throws IOException {
        Node node = lookup.existing(path, "remove");
        preconditions.check(node, "remove", path);
        if (path.isRoot()) {
            throw new FsException(Kind.PERMISSION_DENIED, "remove", path);
        }
        try (Answer answer = server.delete(path)) {
            int status = answer.status();
            if (status != 200 && status != 202 && status != 204 && status != 404) {
                throw Server.refused(answer, "remove", path);
            }
            answer.drain(Server.REST);
            return node;
        } finally {
            known.forget(path);
        }
    }
}
