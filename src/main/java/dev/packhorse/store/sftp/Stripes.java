package dev.packhorse.store.sftp;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * Locks by path on the server: whoever checks what is at a path and then changes it holds its lock. They hold off the other
 * writers of this process only.
 */
final class Stripes {

    private static final ReentrantLock[] ALL =
            IntStream.range(0, 256).mapToObj(i -> new ReentrantLock()).toArray(ReentrantLock[]::new);

    private Stripes() {}

    static Lock of(String at) {
        return ALL[index(at)];
    }

    /** Locks two paths, in an order that cannot deadlock; both locks are to be unlocked. */
    static void lockBoth(String a, String b) {
        int i = index(a);
        int j = index(b);
        ALL[Math.min(i, j)].lock();
        ALL[Math.max(i, j)].lock();
    }

    private static int index(String at) {
        int hash = at.hashCode() * 0x9e3779b9;
        return hash >>> 24;
    }
}
