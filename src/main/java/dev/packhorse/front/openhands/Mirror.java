package dev.packhorse.front.openhands;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Permissions;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings what webhooks told of into a store, one change after the other, behind the answers.
 *
 * <p>It has a thread of its own from {@link #start} to {@link #close}, and the changes that wait are on the disk: those that a stopped
 * or killed process leaves are applied by the next mirror in that folder. What was half applied is applied again from its
 * beginning, which comes to the same.
 *
 * <p>A store that cannot be reached is tried again until it can, after growing pauses; the changes behind wait, so that
 * their order is kept. So is one that does not even let its root be listed, whatever it says: keys expire, and are changed on
 * one side first. A change that the store will not have is counted, logged and left out.
 *
 * <p>A store without room is tried for some minutes. Then what it will not take counts as failed, and the next is tried once each
 * until one is written: a removal behind it may be what makes room, and one file that is too large for the store must not hold up
 * all others (INTEROP, section 5: "One bad item does not fail the batch").
 */
public final class Mirror implements Closeable {

    /** How long to wait before a store is tried again: at first, and at most. */
    record Pauses(Duration first, Duration most) {}

    private static final Logger LOG = Logger.getLogger(Mirror.class);
    private static final Pauses PAUSES = new Pauses(Duration.ofSeconds(1), Duration.ofMinutes(1));

    /** How often a change is tried that fails for no known reason; once more if the store is not shut then. */
    private static final int TRIES = 5;

    /** How often a change is tried for which the store has no room: with the usual pauses that takes four minutes. */
    private static final int TRIES_FOR_MENDING = 10;

    /** How long a change may take to end when the mirror is closed, before and after it is interrupted. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String name;
    private final Spool spool;
    private final Function<String, Store> views;
    private final DirectoryDelete directoryDelete;
    private final Pauses pauses;
    private final Thread thread;
    private final LongAdder applied = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    /** The export as the sender of the delivery at hand has it. */
    private Store store;

    /** How often the change at hand, or the spool, has failed. */
    private int failures;

    /** Why a change was given up that somebody could have mended, if none was written since. */
    private @Nullable Kind unmended;

    private Mirror(
            String name, Spool spool, Function<String, Store> views, DirectoryDelete directoryDelete, Pauses pauses) {
        this.name = name;
        this.spool = spool;
        this.views = views;
        this.store = views.apply("");
        this.directoryDelete = directoryDelete;
        this.pauses = pauses;
        this.thread = new Thread(this::run, "webhook " + name);
        thread.setDaemon(true);
    }

    /**
     * Starts with what is left in a folder.
     *
     * @param name of the export, for the log
     * @param folder where changes wait; this mirror's alone, made if need be
     * @param views gets them: the export as a sender has it, by {@link dev.packhorse.fs.Permissions#caller}, or by an empty text for a
     *     delivery of which none is known; not closed here
     * @throws IOException if the folder cannot be used
     */
    public static Mirror start(String name, Path folder, Function<String, Store> views, WebhookOptions options)
            throws IOException {
        return start(name, folder, views, options, PAUSES);
    }

    static Mirror start(String name, Path folder, Function<String, Store> views, WebhookOptions options, Pauses pauses)
            throws IOException {
        Mirror mirror =
                new Mirror(name, Spool.open(folder, options.backlog()), views, options.directoryDelete(), pauses);
        mirror.thread.start();
        return mirror;
    }

    Spool spool() {
        return spool;
    }

    /** Counts items of a batch that make no sense. */
    void refuse(long items) {
        refused.add(items);
    }

    /** Changes that are in the store. */
    public long applied() {
        return applied.sum();
    }

    /** Changes that the store would not have. */
    public long failed() {
        return failed.sum();
    }

    /** Items of batches that made no sense. */
    public long refused() {
        return refused.sum();
    }

    /** Bytes of the spool in use. */
    public long backlog() {
        return spool.used();
    }

    private void run() {
        try {
            for (Spool.Waiting next = spool.first(); next != null; next = spool.first()) {
                try {
                    if (apply(next)) {
                        spool.remove(next);
                    }
                } catch (IOException e) {
                    if (failures == 0) {
                        LOG.errorf(e, "cannot read the spool of a webhook, its changes wait export=%s", name);
                    }
                    pause();
                }
            }
        } catch (InterruptedException e) {
            // Only close interrupts, and it is what this thread ends with.
            Thread.currentThread().interrupt();
        }
    }

    /** Whether all of a file is done with, applied or not. */
    private boolean apply(Spool.Waiting waiting) throws IOException, InterruptedException {
        try (Delivery delivery = Delivery.open(waiting.file())) {
            store = view(delivery, waiting);
            long from = delivery.position();
            for (Change change = delivery.next(); change != null; change = delivery.next()) {
                if (!apply(change, from, delivery)) {
                    return false;
                }
                from = delivery.position();
            }
            return true;
        } catch (NoSuchFileException e) {
            LOG.errorf("a spooled file of a webhook is gone export=%s file=%s", name, waiting.file());
            failed.increment();
            return true;
        } catch (Delivery.Broken e) {
            LOG.errorf(e, "a spooled file of a webhook is damaged and kept aside export=%s", name);
            failed.increment();
            spool.setAside(waiting);
            return false;
        }
    }

    private Store view(Delivery delivery, Spool.Waiting waiting) throws Delivery.Broken {
        try {
            return views.apply(delivery.caller());
        } catch (IllegalArgumentException e) {
            throw new Delivery.Broken(waiting.file(), e);
        }
    }

    /** Whether a change is done with; not so if this was closed before. */
    private boolean apply(Change change, long from, Delivery delivery) throws IOException, InterruptedException {
        // Whether the root could be listed when it was last looked at, behind the last attempt.
        boolean open = false;
        while (!spool.isClosed()) {
            FsException failure = attempt(change, from, delivery);
            if (spool.isClosed() && failure != null) {
                return false;
            }
            if (failure == null) {
                succeed(change);
                return true;
            }
            boolean ofOnePath = isOfOnePath(failure.kind());
            if (isForbidden(change) || !isWorthwhile(failure.kind()) || (ofOnePath && open)) {
                failures = 0;
                leaveOut(change, failure);
                return true;
            }
            // Where the root can be listed it is tried once more: the store may have come back since it failed.
            open = ofOnePath && !isShut();
            if (open) {
                continue;
            }
            if (failures == 0) {
                LOG.warnf(
                        "the store behind a webhook does not take changes, they wait export=%s path=%s kind=%s",
                        name, change.path(), failure.kind());
            }
            pause();
        }
        return false;
    }

    private void succeed(Change change) {
        boolean written = change.kind() != Change.Kind.REMOVED;
        if (failures > 0 || (unmended != null && written)) {
            LOG.infof("the store behind a webhook takes changes again export=%s", name);
        }
        failures = 0;
        if (written) {
            unmended = null;
        }
        applied.increment();
    }

    private void leaveOut(Change change, FsException failure) {
        failed.increment();
        boolean said = failure.kind() == unmended;
        if (failure.kind() == Kind.NO_SPACE) {
            unmended = failure.kind();
        }
        if (failure.kind() != Kind.NO_SPACE) {
            LOG.warnf(
                    "a change that a webhook told of cannot be applied export=%s operation=%s path=%s kind=%s",
                    name, failure.operation(), change.path(), failure.kind());
        } else if (!said) {
            LOG.errorf(
                    "the store behind a webhook has no room, changes are left out until it has export=%s path=%s",
                    name, change.path());
        }
    }

    private void pause() throws InterruptedException {
        Duration pause = pauses.first().multipliedBy(1L << Math.min(failures, 20));
        failures++;
        spool.rest(pause.compareTo(pauses.most()) < 0 ? pause : pauses.most());
    }

    /** Whether the same may do later, or else {@link #isOfOnePath} tells. */
    private boolean isWorthwhile(Kind kind) {
        return switch (kind) {
            case UNAVAILABLE, TIMEOUT, BUSY, PERMISSION_DENIED, IO -> true;
            case NO_SPACE -> isWaitedFor(kind);
            case NOT_FOUND,
                    ALREADY_EXISTS,
                    IS_A_DIRECTORY,
                    NOT_A_DIRECTORY,
                    NOT_EMPTY,
                    INVALID_NAME,
                    PRECONDITION_FAILED,
                    STALE,
                    UNSUPPORTED,
                    TOO_LARGE -> false;
        };
    }

    /**
     * Whether it is the fault of the path, unless the store is shut. A sender could hold up all others by a path that leads out
     * through a symlink.
     */
    private boolean isOfOnePath(Kind kind) {
        return kind == Kind.PERMISSION_DENIED || (kind == Kind.IO && failures + 1 >= TRIES);
    }

    private boolean isWaitedFor(Kind kind) {
        return kind != unmended && failures + 1 < TRIES_FOR_MENDING;
    }

    /** Whether the gateway lets the sender do it no more: that is no fault of the store, and waiting does not help. */
    private boolean isForbidden(Change change) {
        Permissions permissions = Permissions.of(store);
        return change.kind() == Change.Kind.REMOVED
                ? !permissions.mayRemove(change.path())
                : !permissions.mayWrite(change.path());
    }

    /** Whether nothing can be done with the store at all, as after its keys have expired: that says nothing of one change. */
    private boolean isShut() {
        try (Listing listing = views.apply("").list(FsPath.ROOT)) {
            listing.next();
            return false;
        } catch (FsException e) {
            return true;
        }
    }

    private @Nullable FsException attempt(Change change, long from, Delivery delivery) throws IOException {
        try {
            switch (change.kind()) {
                case REMOVED -> {
                    Files.removeAll(store, change.path());
                    if (directoryDelete == DirectoryDelete.KEEP_POSTED) {
                        again(change.path(), from, delivery);
                    }
                }
                case WRITTEN, WRITTEN_BASE64 -> write(change, delivery.channel());
            }
            return null;
        } catch (FsException e) {
            return e;
        } catch (RuntimeException e) {
            LOG.errorf(e, "a store failed unexpectedly export=%s path=%s", name, change.path());
            return new FsException(Kind.IO, "apply", change.path(), e);
        }
    }

    private void write(Change change, FileChannel file) throws FsException {
        try {
            store.write(change.path(), change.content(file), WriteOptions.DEFAULT);
        } catch (FsException e) {
            if (e.kind() != Kind.NOT_FOUND) {
                throw e;
            }
            Files.makeParents(store, change.path());
            store.write(change.path(), change.content(file), WriteOptions.DEFAULT);
        }
    }

    /**
     * Does again what a delivery did below a directory before a point, but for removing directories. What the store will not have is
     * left out, as it was the first time.
     */
    private void again(FsPath directory, long end, Delivery delivery) throws IOException {
        long here = delivery.position();
        delivery.rewind();
        try {
            while (delivery.position() < end) {
                Change change = delivery.next();
                if (change != null && change.path().isBelow(directory)) {
                    again(change, delivery);
                }
            }
        } finally {
            delivery.seek(here);
        }
    }

    private void again(Change change, Delivery delivery) throws FsException {
        try {
            switch (change.kind()) {
                case REMOVED -> removeFile(change.path());
                case WRITTEN, WRITTEN_BASE64 -> write(change, delivery.channel());
            }
        } catch (FsException e) {
            if (isWorthwhile(e.kind()) && !isOfOnePath(e.kind())) {
                throw e;
            }
            leaveOut(change, e);
        }
    }

    private void removeFile(FsPath path) throws FsException {
        try {
            if (!store.stat(path).isDirectory()) {
                store.remove(path, Preconditions.NONE);
            }
        } catch (FsException e) {
            if (e.kind() != Kind.NOT_FOUND && e.kind() != Kind.NOT_A_DIRECTORY) {
                throw e;
            }
        }
    }

    /** Ends the change at hand and keeps those that wait for the next start. From now on requests are {@code 503}. */
    @Override
    public void close() {
        spool.close();
        try {
            thread.join(PATIENCE.toMillis());
            if (thread.isAlive()) {
                thread.interrupt();
                thread.join(PATIENCE.toMillis());
            }
            if (!thread.isAlive()) {
                spool.release();
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debugf(e, "the spool of a webhook cannot be released export=%s", name);
        }
    }
}
