package dev.packhorse.policy.overlay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who changes what in one store, within this process. Two changes exclude each other if a path of one is a path of the other,
 * or above or below it. First come, first served. A turn belongs to no thread.
 */
final class PathLocks {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();

    /** In the order of arrival; as many as there are changes under way, so looking through is cheap. */
    private final List<Turn> line = new ArrayList<>();

    /** The right to change some paths, from the moment that nobody before it holds or awaits any of them. */
    static final class Turn {
        private final List<FsPath> paths;

        private Turn(List<FsPath> paths) {
            this.paths = paths;
        }

        private boolean excludes(Turn other) {
            return PathLocks.excludes(paths, other.paths);
        }
    }

    /** Tells whether changes of these and of those paths must not happen at the same time. */
    static boolean excludes(List<FsPath> some, List<FsPath> others) {
        for (FsPath one : some) {
            for (FsPath other : others) {
                if (one.equals(other) || one.isBelow(other) || other.isBelow(one)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Waits for a turn; {@link #end} ends it.
     *
     * @throws FsException {@code BUSY} if it does not come in time
     */
    Turn await(List<FsPath> paths, Duration patience, String operation) throws FsException {
        Turn turn = new Turn(paths);
        long left = patience.toNanos();
        lock.lock();
        try {
            line.add(turn);
            while (mustWait(turn)) {
                if (left <= 0) {
                    leave(turn);
                    throw new FsException(FsException.Kind.BUSY, operation, paths.get(0));
                }
                left = ended.awaitNanos(left);
            }
            return turn;
        } catch (InterruptedException e) {
            leave(turn);
            Thread.currentThread().interrupt();
            throw new FsException(FsException.Kind.BUSY, operation, paths.get(0), e);
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether nobody changes any of these at the moment. */
    boolean isFree(List<FsPath> paths) {
        lock.lock();
        try {
            return !mustWait(new Turn(paths));
        } finally {
            lock.unlock();
        }
    }

    /** A turn if nobody is before it; {@code null} otherwise. */
    @Nullable
    Turn now(FsPath path) {
        Turn turn = new Turn(List.of(path));
        lock.lock();
        try {
            if (mustWait(turn)) {
                return null;
            }
            line.add(turn);
            return turn;
        } finally {
            lock.unlock();
        }
    }

    void end(Turn turn) {
        lock.lock();
        try {
            leave(turn);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until nobody changes a path, without a claim on it.
     *
     * @return whether anybody did
     */
    boolean passed(FsPath path, Duration patience) {
        Turn looker = new Turn(List.of(path));
        long deadline = System.nanoTime() + patience.toNanos();
        boolean any = false;
        lock.lock();
        try {
            while (mustWait(looker)) {
                any = true;
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                boolean signalled = ended.await(left, TimeUnit.NANOSECONDS);
                if (!signalled) {
                    break;
                }
            }
            return any;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return any;
        } finally {
            lock.unlock();
        }
    }

    /** Whether one that is in the line, or would be its last, has an adversary before it. */
    private boolean mustWait(Turn turn) {
        for (Turn other : line) {
            if (other == turn) {
                return false;
            }
            if (other.excludes(turn)) {
                return true;
            }
        }
        return false;
    }

    private void leave(Turn turn) {
        line.remove(turn);
        ended.signalAll();
    }
}
