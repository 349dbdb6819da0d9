package dev.packhorse.store.replay;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.wire.replay.ReplayQuery;
import dev.packhorse.wire.replay.ReplayStatus;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Creates and replaces files, so that at every moment one whole copy is there.
 *
 * <p>A device cannot shorten a file, so its content always goes to a new one beside it: {@code create}, {@code writefile},
 * {@code fstat} to see that it is whole. Then, with the path locked, {@code rm} takes the old file away and {@code mv} gives the new
 * one its name. Who asks through this process in between waits; after a crash in between {@link Leftovers} ends it.
 *
 * <p>An ETag is a size and a creation time, so two files must not have both in common: where the clock of the device has not moved
 * since the last file of that size, the new one is created once more when it has.
 */
final class Writing {

    /** Pauses between attempts to be created at another time, doubling: some 4 s in all, which a clock of two seconds needs. */
    private static final int ATTEMPTS = 12;

    private final Tree tree;
    private final Wire wire;
    private final Device device;
    private final Path temp;

    Writing(Tree tree, Path temp) {
        this.tree = tree;
        this.wire = tree.wire();
        this.device = tree.device();
        this.temp = temp;
    }

    /** {@link dev.packhorse.fs.Store#write}, without attributes. */
    Node write(FsPath path, Body body, Preconditions preconditions) throws IOException {
        Stat old = tree.findNow("write", path);
        check(preconditions, old, path);
        if (body.length() != Body.UNKNOWN) {
            return known(path, body, preconditions, old);
        }
        try (Spool spool = spooled(path, body)) {
            return known(path, spool, preconditions, old);
        }
    }

    private Spool spooled(FsPath path, Body body) throws FsException {
        try {
            return Spool.of(body, temp);
        } catch (IOException e) {
            throw failedBody(path, e);
        }
    }

    private static FsException failedBody(FsPath path, IOException e) {
        return e instanceof FsException known ? known : new FsException(Kind.IO, "write", path, e);
    }

    private Node known(FsPath path, Body body, Preconditions preconditions, @Nullable Stat old) throws IOException {
        long length = body.length();
        Check check = now -> check(preconditions, now, path);
        try (Fresh fresh = fresh("write", path, length, /* copied= */ null, old, this::create)) {
            upload(path, fresh.at, body);
            return place("write", path, fresh, check);
        }
    }

    private void create(FsPath fresh) throws IOException {
        try {
            wire.change(Command.CREATE, ReplayQuery.of("name", fresh.toString()));
        } catch (StatusException e) {
            // Nobody else takes such a name, and a device may count what it has just done.
            if (!e.is(ReplayStatus.FILE_EXISTS)) {
                throw e;
            }
        }
    }

    /** Puts a copy that the device makes in place of what is there. */
    Node copy(FsPath source, Stat from, FsPath target, boolean overwrite) throws IOException {
        Stat old = tree.findNow("copy", target);
        Check check = now -> {
            if (now != null && !overwrite) {
                throw new FsException(Kind.ALREADY_EXISTS, "copy", target);
            }
            check(Preconditions.NONE, now, target);
        };
        check.see(old);
        FsPath at = tree.at(source);
        Maker copying = fresh ->
                wire.change(Command.CP, ReplayQuery.of("src", at.toString()).with("dest", fresh.toString()));
        try (Fresh fresh = fresh("copy", target, from.size(), from.etag(), old, copying)) {
            return place("copy", target, fresh, check);
        }
    }

    /** Refuses what is at a path in the moment before the replacement. */
    private interface Check {
        void see(@Nullable Stat now) throws IOException;
    }

    private void check(Preconditions preconditions, @Nullable Stat now, FsPath path) throws IOException {
        if (preconditions.needNode()) {
            preconditions.check(now == null ? null : tree.node(path, now), "write", path);
        }
        if (now != null && now.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "write", path);
        }
    }

    /** Makes a file under a name. */
    private interface Maker {
        void make(FsPath at) throws IOException;
    }

    /** A file beside its place; if it does not get there it is removed, unless it may be the only whole one. */
    private final class Fresh implements AutoCloseable {
        final FsPath at;
        final long size;
        final @Nullable String copied;
        boolean mayBeTheOnlyOne;
        boolean placed;

        Fresh(FsPath at, long size, @Nullable String copied) {
            this.at = at;
            this.size = size;
            this.copied = copied;
            device.uploads.add(at);
        }

        @Override
        public void close() {
            if (placed) {
                device.uploads.remove(at);
            } else {
                tree.leftovers().discard(at, mayBeTheOnlyOne);
            }
        }
    }

    /**
     * Makes a file with an ETag of its own.
     *
     * @param size that it will have
     * @param copied the ETag of what it is a copy of, which it may have as well; {@code null} if it is none
     */
    private Fresh fresh(
            String operation, FsPath path, long size, @Nullable String copied, @Nullable Stat old, Maker maker)
            throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Fresh fresh = new Fresh(Names.beside(tree.at(path), size), size, copied);
            boolean kept = false;
            try {
                maker.make(fresh.at);
                String etag = new Stat(false, size, stat(fresh.at).ctime(), true).etag();
                kept = etag.equals(copied) || (device.claim(etag) && !(old != null && etag.equals(old.etag())));
                if (kept) {
                    return fresh;
                }
            } finally {
                if (!kept) {
                    fresh.close();
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1L << attempt));
        }
        throw new FsException(Kind.BUSY, operation, path);
    }

    private Stat stat(FsPath at) throws IOException {
        Stat stat = tree.ask(at);
        if (stat == null || stat.isDirectory()) {
            throw new IOException("the device does not have the file that it was given");
        }
        return stat;
    }

    private Node place(String operation, FsPath path, Fresh fresh, Check check) throws IOException {
        FsPath at = tree.at(path);
        Stat stored = stat(fresh.at);
        if (stored.size() != fresh.size) {
            throw new IOException("the device has " + stored.size() + " bytes of " + fresh.size);
        }
        try (Stripes.Hold hold = device.locks.changing(at)) {
            Objects.requireNonNull(hold);
            Stat now = tree.held(at, /* fresh= */ true);
            check.see(now);
            if (now != null && now.etag().equals(stored.etag()) && !now.etag().equals(fresh.copied)) {
                throw new FsException(Kind.BUSY, operation, path);
            }
            fresh.mayBeTheOnlyOne = true;
            try {
                if (now != null) {
                    tree.leftovers().remove(at);
                }
            } catch (StatusException e) {
                fresh.mayBeTheOnlyOne = false;
                throw e;
            }
            try {
                tree.leftovers().rename(fresh.at, at);
            } catch (StatusException e) {
                fresh.mayBeTheOnlyOne = now != null;
                throw e;
            }
            fresh.placed = true;
            Stat put = stat(at);
            device.stats.came(Objects.requireNonNull(at.parent()), Instant.ofEpochMilli(put.ctime()));
            return tree.node(path, put);
        }
    }

    private void upload(FsPath path, FsPath fresh, Body body) throws IOException {
        long length = body.length();
        try (Source source = new Source(path, body)) {
            if (length > 0) {
                ReplayQuery query = new ReplayQuery(Map.of()).with("pos", 0).with("name", fresh.toString());
                wire.upload(query, length, connection -> send(connection, source, length));
            }
            source.requireEnd();
        }
    }

    private void send(Connection connection, Source source, long length) throws IOException {
        byte[] piece = new byte[ReplayContent.PIECE];
        for (long sent = 0; sent < length; ) {
            int count = source.read(piece, (int) Math.min(piece.length, length - sent));
            connection.write(piece, 0, count);
            sent += count;
            if (!wire.pace().isZero() && sent < length) {
                LockSupport.parkNanos(wire.pace().toNanos());
            }
        }
    }

    /** A body whose failures are its own, not the device's. */
    private static final class Source implements AutoCloseable {
        private final FsPath path;
        private final InputStream in;

        Source(FsPath path, Body body) throws FsException {
            this.path = path;
            try {
                in = body.open();
            } catch (IOException e) {
                throw failedBody(path, e);
            }
        }

        /** Fills the piece, or as much of it as is wanted. */
        int read(byte[] piece, int wanted) throws FsException {
            try {
                int count = in.readNBytes(piece, 0, wanted);
                if (count < wanted) {
                    throw new EOFException("the body is shorter than it says");
                }
                return count;
            } catch (IOException e) {
                throw failedBody(path, e);
            }
        }

        void requireEnd() throws FsException {
            try {
                if (in.read() >= 0) {
                    throw new IOException("the body is longer than it says");
                }
            } catch (IOException e) {
                throw failedBody(path, e);
            }
        }

        @Override
        public void close() throws FsException {
            try {
                in.close();
            } catch (IOException e) {
                throw failedBody(path, e);
            }
        }
    }
}
