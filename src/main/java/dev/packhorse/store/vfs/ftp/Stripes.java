package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.FsPath;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Locks for paths, of which some share one: held for the few commands of a change, and to look at a path. */
final class Stripes {

    private final ReadWriteLock[] locks = new ReadWriteLock[64];

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

    private ReadWriteLock lock(FsPath path) {
        return locks[Math.floorMod(path.hashCode(), locks.length)];
    }
}
