package dev.packhorse.store.replay;

import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What all stores over one device have in common, in this process: the number of its connections, who changes which path, and what is
 * known about it. Paths are those of the device.
 */
final class Device {

    private static final Map<String, Device> OPEN = new HashMap<>();

    /** Held to look at what is at a path, and to change it. */
    final Stripes locks = new Stripes();

    final Stats stats = new Stats();

    /** Temporary names in use: what is not here and has such a name was left by a crash. */
    final Set<FsPath> uploads = ConcurrentHashMap.newKeySet();

    /** Directories in which no crash has left anything. */
    final Set<FsPath> swept = Collections.synchronizedSet(Collections.newSetFromMap(Stats.latest()));

    /** What was opened and not closed, so that it can be told that its file was changed. */
    final Set<ReplayContent> contents = ConcurrentHashMap.newKeySet();

    private final Map<String, Boolean> tags = Collections.synchronizedMap(Stats.latest());
    private final String name;
    private final Semaphore turns;
    private int users;

    private Device(String name, int connections) {
        this.name = name;
        this.turns = new Semaphore(connections, /* fair= */ true);
    }

    /** The device that is to be found so; {@link #release} it. */
    static Device of(Whereabouts where, int connections) {
        synchronized (OPEN) {
            Device device = OPEN.computeIfAbsent(where.key(), name -> new Device(name, connections));
            device.users++;
            return device;
        }
    }

    void release() {
        synchronized (OPEN) {
            if (--users == 0) {
                OPEN.remove(name);
            }
        }
    }

    /**
     * Waits for the right to open a connection, in order of arrival.
     *
     * @return gives it back; to be run once
     * @throws BusyException if none comes free in time
     */
    Runnable turn(Duration patience) throws IOException {
        try {
            if (!turns.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new BusyException();
            }
            return turns::release;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    /** Takes an ETag for new content; tells whether none of the latest had it. */
    boolean claim(String etag) {
        return tags.putIfAbsent(etag, true) == null;
    }

    /** A path has been changed, and what is below it if it was a directory: what was known or opened is of before. */
    void changed(FsPath at, boolean isDirectory) {
        if (isDirectory) {
            stats.forgetTree(at);
            swept.removeIf(each -> each.equals(at) || each.isBelow(at));
        } else {
            stats.forget(at);
        }
        for (ReplayContent content : contents) {
            content.changed(at);
        }
    }
}
