package dev.packhorse.store.replay;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.wire.replay.ReplayQuery;
import dev.packhorse.wire.replay.ReplayStatus;
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
 * <p>The device is asked for room as soon as it is known how much is needed: for a body that tells its length, before anybody sends
 * it. The body is then read to its end, onto the local disk: the end may wait for another change, or for a slow client, and no
 * connection to the device is held meanwhile. A device cannot shorten a file, so its content always goes to a new one beside it:
 * {@code create}, {@code writefile}, {@code fstat} to see that it is whole. Then, with the path locked, {@code mv} gives it its name
 * ({@link Leftovers#replace} where an old file has it). Who asks through this process in between waits.
 *
 * <p>An ETag is a size and a creation time, so two files must not have both in common: where the clock of the device has not moved
 * since the last file of that size, the new one is created once more when it has. Where it tells no time there is no
 * ETag.
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
        Check check = now -> check(preconditions, now, path);
        check.see(tree.findNow("write", path));
        boolean announced = body.length() != Body.UNKNOWN;
        if (announced) {
            requireRoom(path, body.length());
        }
        try (Spool spool = spooled(path, body)) {
            if (!announced) {
                requireRoom(path, spool.length());
            }
            Stat old = tree.findNow("write", path);
            check.see(old);
            try (Fresh fresh = fresh("write", path, spool.length(), /* copied= */ null, old, this::create)) {
                upload(fresh.at, spool);
                return place("write", path, fresh, check);
            } catch (StatusException e) {
                throw e.status() == null && hasNoRoom(path, spool.length())
                        ? new FsException(Kind.NO_SPACE, "write", path, e)
                        : e;
            }
        }
    }

    private Spool spooled(FsPath path, Body body) throws FsException {
        try {
            return Spool.of(body, temp);
        } catch (FsException e) {
            throw e;
        } catch (IOException e) {
            throw new FsException(Kind.IO, "write", path, e);
        }
    }

    /**
     * Refuses what the device has no room for beside what is there, which stays until the new one is whole.
     *
     * @param needed bytes
     * @throws FsException {@code NO_SPACE}
     */
    private void requireRoom(FsPath path, long needed) throws IOException {
        if (needed > 0 && hasNoRoom(path, needed)) {
            throw new FsException(Kind.NO_SPACE, "write", path);
        }
    }

    /**
     * Whether a device tells of less room than is needed; also asked when it has run out of what it took for enough, since the code for
     * a full disk is not known.
     */
    private boolean hasNoRoom(FsPath path, long needed) throws IOException {
        Space room = tree.room(FsPath.ROOT.child(Exports.export(tree.at(path))));
        return room != null && room.free() < needed;
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

    /**
     * Puts a copy that the device makes in place of what is there.
     *
     * @param old what was there a moment ago
     */
    Node copy(FsPath source, Stat from, FsPath target, @Nullable Stat old, boolean overwrite) throws IOException {
        Check check = now -> {
            if (now != null && !overwrite) {
                throw new FsException(Kind.ALREADY_EXISTS, "copy", target);
            }
            check(Preconditions.NONE, now, target);
        };
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

    /** A file beside its place; if it does not get there it is removed. */
    private final class Fresh implements AutoCloseable {
        final FsPath at;
        final long size;
        final @Nullable String copied;
        boolean placed;

        Fresh(FsPath at, long size, @Nullable String copied) {
            this.at = at;
            this.size = size;
            this.copied = copied;
        }

        @Override
        public void close() {
            if (placed) {
                tree.leftovers().placed(at);
            } else {
                tree.leftovers().discard(at);
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
            Fresh fresh = new Fresh(tree.leftovers().fresh(tree.at(path)), size, copied);
            boolean kept = false;
            try {
                maker.make(fresh.at);
                Stat made = new Stat(false, size, stat(fresh.at).ctime(), true);
                String etag = made.etag();
                kept = !made.isDated()
                        || etag.equals(copied)
                        || (device.claim(etag) && !(old != null && etag.equals(old.etag())));
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
            if (now != null
                    && stored.isDated()
                    && now.etag().equals(stored.etag())
                    && !now.etag().equals(fresh.copied)) {
                throw new FsException(Kind.BUSY, operation, path);
            }
            if (now == null) {
                tree.leftovers().rename(fresh.at, at);
            } else {
                tree.leftovers().replace(fresh.at, at);
            }
            fresh.placed = true;
            Stat put = stat(at);
            device.stats.came(Objects.requireNonNull(at.parent()), Instant.ofEpochMilli(put.ctime()));
            return tree.node(path, put);
        }
    }

    private void upload(FsPath fresh, Spool spool) throws IOException {
        if (spool.length() > 0) {
            ReplayQuery query = new ReplayQuery(Map.of()).with("pos", 0).with("name", fresh.toString());
            wire.upload(query, spool.length(), connection -> send(connection, spool));
        }
    }

    private void send(Connection connection, Spool spool) throws IOException {
        byte[] piece = new byte[ReplayContent.PIECE];
        try (InputStream in = spool.open()) {
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                connection.write(piece, 0, count);
                LockSupport.parkNanos(wire.pace().toNanos());
            }
        }
    }
}
