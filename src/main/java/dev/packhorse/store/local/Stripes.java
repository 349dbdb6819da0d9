package dev.packhorse.store.local;

import java.nio.file.Path;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * Locks by path: whoever checks what is at a path and then changes it holds its lock. One set for the whole process, because
 * roots may overlap. Taken inside {@link Confinement#LOCK}, never around it.
 */
final class Stripes {

    private static final ReentrantLock[] ALL =
            IntStream.range(0, 256).mapToObj(i -> new ReentrantLock()).toArray(ReentrantLock[]::new);

    private Stripes() {}

    static Lock of(Path path) {
        return ALL[index(path)];
    }

    /** Locks two paths, in an order that cannot deadlock; both locks are to be unlocked. */
    static void lockBoth(Path a, Path b) {
        int i = index(a);
        int j = index(b);
        ALL[Math.min(i, j)].lock();
        ALL[Math.max(i, j)].lock();
    }

    private static int index(Path path) {
        int hash = path.hashCode() * 0x9e3779b9;
        return hash >>> 24;
    }
}
