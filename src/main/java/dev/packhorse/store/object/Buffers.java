package dev.packhorse.store.object;

import java.lang.ref.SoftReference;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The memory in which parts of uploads wait to be sent, shared by all stores of the process: a third of the heap, at least 2 and
 * at most 64 buffers. Arrays that are not in use stay for the next upload until the heap needs their room.
 */
public final class Buffers {

    /** Bytes of one: a part of an upload. S3 wants 5 MiB at least; fewer and larger parts are faster. */
    public static final int SIZE = 8 << 20;

    /** Those of this process. */
    public static final Buffers SHARED =
            new Buffers((int) Math.max(2, Math.min(64, Runtime.getRuntime().maxMemory() / 3 / SIZE)));

    private final Semaphore free;
    private final ConcurrentLinkedDeque<SoftReference<byte[]>> idle = new ConcurrentLinkedDeque<>();

    /** So many buffers. */
    public Buffers(int count) {
        this.free = new Semaphore(count);
    }

    /** Takes the room of a buffer for who has an array of his own; {@code false} if there is none now. */
    public boolean reserve() {
        return free.tryAcquire();
    }

    /** Gives back what was reserved. */
    public void release() {
        free.release();
    }

    /** A buffer with anything in it; {@code null} if there is none within so long. */
    public byte @Nullable [] take(long millis) throws InterruptedException {
        if (!free.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            return null;
        }
        for (SoftReference<byte[]> next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
            byte[] array = next.get();
            if (array != null) {
                return array;
            }
        }
        boolean made = false;
        try {
            byte[] array = new byte[SIZE];
            made = true;
            return array;
        } finally {
            if (!made) {
                release();
            }
        }
    }

    /** Gives back what was taken. */
    public void give(byte[] buffer) {
        idle.addFirst(new SoftReference<>(buffer));
        release();
    }

    /** How many could be taken now. */
    public int available() {
        return free.availablePermits();
    }
}
