package dev.packhorse.store.object;

import dev.packhorse.fs.FsPath;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/** Locks by path: who checks what is there and then changes it holds its lock, against others of this process. */
final class Stripes {

    private static final ReentrantLock[] ALL =
            IntStream.range(0, 256).mapToObj(i -> new ReentrantLock()).toArray(ReentrantLock[]::new);

    private Stripes() {}

    static Lock of(FsPath path) {
        return ALL[(path.hashCode() * 0x9e3779b9) >>> 24];
    }
}
