package dev.packhorse.store.replay;

import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
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

    private static final Map<InetSocketAddress, Device> OPEN = new HashMap<>();

    /** Held to look at what is at a path, and to change it. */
    final Stripes locks = new Stripes();

    final Stats stats = new Stats();

    /** What others have left, perhaps. */
    final Watch watch = new Watch();

    /** Directories in which no crash has left anything. */
    final Set<FsPath> swept = Collections.synchronizedSet(Collections.newSetFromMap(Stats.latest()));

    /** What was opened and not closed, so that it can be told that its file was changed. */
    final Set<ReplayContent> contents = ConcurrentHashMap.newKeySet();

    private final Map<String, Boolean> tags = Collections.synchronizedMap(Stats.latest());
    private final InetSocketAddress address;
    private final Semaphore turns;
    private int users;

    private Device(InetSocketAddress address, int connections) {
        this.address = address;
        this.turns = new Semaphore(connections, /* fair= */ true);
    }

    /** The device of an address, whatever way has led there; {@link #release} it. */
    static Device at(InetSocketAddress address, int connections) {
        synchronized (OPEN) {
            Device device = OPEN.computeIfAbsent(address, each -> new Device(each, connections));
            device.users++;
            return device;
        }
    }

    void release() {
        synchronized (OPEN) {
            if (--users == 0) {
                OPEN.remove(address);
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
