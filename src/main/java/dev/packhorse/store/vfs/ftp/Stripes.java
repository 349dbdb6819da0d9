package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Locks for paths, of which some share one: held for the few commands of a change, and to look at a path. Listings see
 * many paths and have one lock for all, which only a replacement in two steps waits for.
 */
final class Stripes {

    private final ReadWriteLock[] locks = new ReadWriteLock[64];
    private final ReadWriteLock listings = new ReentrantReadWriteLock();

    Stripes() {
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new ReentrantReadWriteLock();
        }
    }

    /** To look at a path. */
    Lock looking(FsPath path) {
        return lock(path).readLock();
    }

    /** To look at a path and change what is there. */
    Lock changing(FsPath path) {
        return lock(path).writeLock();
    }

    /** To move from one path to the other: both locks, in the same order for all: no two wait for each other. */
    List<Lock> moving(FsPath source, FsPath target) {
        int one = index(source);
        int other = index(target);
        return List.of(locks[Math.min(one, other)].writeLock(), locks[Math.max(one, other)].writeLock());
    }

    /** To list a directory. */
    Lock listing() {
        return listings.readLock();
    }

    /** To leave a path empty for a moment, with its own lock in hand. */
    Lock vacating() {
        return listings.writeLock();
    }

    /** What is at a path when nobody changes it, {@code null} for nothing: {@link Lookup#find}. */
    @Nullable
    Entry find(Connections.Lease lease, FsPath path, String operation) throws IOException {
        Lock lock = looking(path);
        lock.lock();
        try {
            return lease.look(connection -> Lookup.find(connection, path, operation));
        } finally {
            lock.unlock();
        }
    }

    /** As above, but something must be there. */
    Entry require(Connections.Lease lease, FsPath path, String operation) throws IOException {
        Entry entry = find(lease, path, operation);
        if (entry == null) {
            throw new FsException(Kind.NOT_FOUND, operation, path);
        }
        return entry;
    }

    private ReadWriteLock lock(FsPath path) {
        return locks[index(path)];
    }

    private int index(FsPath path) {
        return Math.floorMod(path.hashCode(), locks.length);
    }
}
