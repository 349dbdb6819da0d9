package dev.packhorse.store.replay;

import dev.packhorse.fs.FsPath;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;

/** Locks for paths of a device, of which some share one: held to look at a path, and to check what is there and change it. */
final class Stripes {

    private final ReadWriteLock[] locks = new ReadWriteLock[64];

    Stripes() {
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new ReentrantReadWriteLock();
        }
    }

    /** Locks that are held until this is closed, by the same thread. */
    static final class Hold implements AutoCloseable {
        private final Deque<Lock> held = new ArrayDeque<>();

        private Hold(Stream<Lock> locks) {
            locks.forEach(lock -> {
                lock.lock();
                held.push(lock);
            });
        }

        @Override
        public void close() {
            while (!held.isEmpty()) {
                held.pop().unlock();
            }
        }
    }

    /** To look at a path. */
    Hold looking(FsPath at) {
        return new Hold(Stream.of(locks[index(at)].readLock()));
    }

    /** To put something else there; several at once in an order that cannot deadlock. */
    Hold changing(FsPath... at) {
        return new Hold(Stream.of(at).map(this::index).distinct().sorted().map(i -> locks[i].writeLock()));
    }

    private int index(FsPath at) {
        return Math.floorMod(at.hashCode(), locks.length);
    }
}
