package dev.packhorse.policy.quota;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import java.io.Closeable;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What one export may hold, and what it holds as far as is known. It has a thread of its own that counts, until it is closed. What
 * changes in a directory in the moment in which a count reads that may be known wrongly until the next count.
 */
public final class Quota implements Closeable {

    /**
     * What an export may hold.
     *
     * @param bytes {@code quota}
     * @param entries {@code quota-entries}
     * @param recount {@code quota-recount}: how long after a count the next one begins
     */
    public record Limits(long bytes, long entries, Duration recount) {

        public Limits {
            if (bytes <= 0 || entries <= 0) {
                throw new IllegalArgumentException("a quota of nothing; read-only: true lets nobody write");
            }
            if (recount.isNegative() || recount.isZero()) {
                throw new IllegalArgumentException("quota-recount must be longer than nothing");
            }
        }
    }

    /** What is at a path at which changes are under way. */
    private static final class Known {
        private int changes;
        private @Nullable Usage usage;
    }

    private static final Logger LOG = Logger.getLogger(Quota.class);

    /** How soon after a count the next may begin that a failure asks for. */
    private static final Duration SOON = Duration.ofSeconds(30);

    private final String name;
    private final Limits limits;
    private final Store counted;
    private final Duration soon;
    private final Thread thread;
    private final Map<FsPath, Known> underWay = new HashMap<>();

    private Usage used = Usage.NOTHING;
    private Usage reserved = Usage.NOTHING;
    /** How far a count has come; {@code null} if there is none. */
    private @Nullable FsPath cursor;

    /** What has changed behind the cursor since the count began. */
    private Usage missed = Usage.NOTHING;

    private boolean wanted;
    private boolean closed;

    private Quota(String name, Limits limits, Store counted, Duration soon) {
        this.name = name;
        this.limits = limits;
        this.counted = counted;
        this.soon = soon;
        this.thread = new Thread(this::run, "quota " + name);
        thread.setDaemon(true);
    }

    /**
     * Starts to count.
     *
     * @param name of the export, for the log
     * @param counted the export, as it is walked; not closed here
     */
    public static Quota start(String name, Limits limits, Store counted) {
        return start(name, limits, counted, SOON);
    }

    static Quota start(String name, Limits limits, Store counted, Duration soon) {
        Quota quota = new Quota(name, limits, counted, soon);
        quota.thread.start();
        return quota;
    }

    Limits limits() {
        return limits;
    }

    /** What is held, with what is reserved, as far as is known. */
    synchronized Usage used() {
        return used.plus(reserved);
    }

    /**
     * Takes room.
     *
     * @param more what will be held beyond what is
     * @throws FsException {@code NO_SPACE} if there is too little left; nothing is taken then
     */
    synchronized void reserve(Usage more, String operation, FsPath path) throws FsException {
        Usage all = used.plus(reserved);
        if ((more.bytes() > 0 && more.bytes() > limits.bytes() - all.bytes())
                || (more.entries() > 0 && more.entries() > limits.entries() - all.entries())) {
            throw new FsException(Kind.NO_SPACE, operation, path);
        }
        reserved = reserved.plus(more);
    }

    /**
     * A path has come to hold more or less.
     *
     * @param taken room that was reserved for that, and is given back
     */
    synchronized void changed(FsPath path, Usage difference, Usage taken) {
        reserved = reserved.minus(taken);
        used = used.plus(difference);
        // What is ahead of the cursor is yet to be counted as it is now.
        if (cursor != null && path.compareTo(cursor) <= 0) {
            missed = missed.plus(difference);
        }
    }

    /**
     * Begins a change of a path; to be {@linkplain #ended ended}.
     *
     * @param store tells what is there, if no other change there is under way
     * @return what is there
     */
    Usage begun(FsPath path, Store store) throws FsException {
        Known known;
        synchronized (underWay) {
            known = underWay.computeIfAbsent(path, each -> new Known());
            known.changes++;
        }
        boolean looked = false;
        try {
            synchronized (known) {
                if (known.usage == null) {
                    known.usage = Usage.at(store, path);
                }
                looked = true;
                return known.usage;
            }
        } finally {
            if (!looked) {
                ended(path, null, Usage.NOTHING);
            }
        }
    }

    /**
     * Ends a change of a path.
     *
     * @param now what is there then; {@code null} for what was there before
     * @param taken room that was reserved for it, and is given back
     */
    void ended(FsPath path, @Nullable Usage now, Usage taken) {
        Known known;
        synchronized (underWay) {
            known = underWay.get(path);
            if (known == null) {
                throw new IllegalStateException("no change of " + path + " is under way");
            }
            if (--known.changes == 0) {
                underWay.remove(path);
            }
        }
        synchronized (known) {
            Usage before = known.usage;
            if (now == null || before == null) {
                changed(path, Usage.NOTHING, taken);
            } else {
                changed(path, now.minus(before), taken);
                known.usage = now;
            }
        }
    }

    /** Asks for a count before its time, since what has become of a tree is not known. */
    synchronized void countSoon() {
        wanted = true;
        notifyAll();
    }

    private void run() {
        try {
            boolean failed = false;
            do {
                try {
                    count();
                    failed = false;
                } catch (FsException e) {
                    if (!failed && !isClosed()) {
                        LOG.warnf("an export cannot be counted for its quota export=%s kind=%s", name, e.kind());
                    }
                    failed = true;
                } catch (RuntimeException e) {
                    LOG.errorf(e, "an export cannot be counted for its quota export=%s", name);
                    failed = true;
                }
            } while (rest(failed));
        } catch (InterruptedException e) {
            // Only close interrupts, and it is what this thread ends with.
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void count() throws FsException {
        Usage sum = Usage.NOTHING;
        synchronized (this) {
            wanted = false;
            cursor = FsPath.ROOT;
            missed = Usage.NOTHING;
        }
        boolean ended = false;
        try (Listing all = counted.walk(FsPath.ROOT)) {
            for (Node node = all.next(); node != null; node = all.next()) {
                sum = sum.plus(Usage.of(node));
                synchronized (this) {
                    cursor = node.path();
                    if (closed) {
                        return;
                    }
                }
            }
            ended = true;
        } finally {
            synchronized (this) {
                if (ended) {
                    used = sum.plus(missed);
                }
                cursor = null;
            }
        }
    }

    /** Waits until it is time to count; false when closed. */
    private synchronized boolean rest(boolean failed) throws InterruptedException {
        long start = System.nanoTime();
        while (!closed) {
            Duration pause = (failed || wanted) && soon.compareTo(limits.recount()) < 0 ? soon : limits.recount();
            long left = pause.toMillis() - (System.nanoTime() - start) / 1_000_000;
            if (left <= 0) {
                return true;
            }
            wait(left);
        }
        return false;
    }

    /** Ends counting. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        thread.interrupt();
    }
}
