package dev.packhorse.policy.overlay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.Closeable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One change of a store together with its rows: {@link #begin} compares, records and locks, then the store is changed, then
 * {@link #commit}. Closed without a commit, the rows are as they were.
 *
 * <p>{@code begin} may come from another thread than the rest: from whoever reads the body.
 */
final class OrderedChange implements Closeable {

    /** What to do to the rows before the store is changed. May be run more than once, each time from the start. */
    interface Steps {
        /**
         * Compares and records.
         *
         * @throws FsException {@code STALE}
         */
        Outcome run(TimestampRows rows) throws SQLException, FsException;
    }

    /**
     * What the steps have done.
     *
     * @param micros the value on record for the node that the change makes; {@code null} for none
     * @param wide whether rows below the paths of the change were touched
     */
    record Outcome(@Nullable Long micros, boolean wide) {}

    /** How long a change waits for others on the same rows; longer than most stores take to publish a file. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration BACK_OFF = Duration.ofMillis(1);

    private static final Logger LOG = System.getLogger(OrderedChange.class.getName());

    private final StoreTimestamps timestamps;
    private final String operation;
    private final FsPath[] paths;
    private final Steps steps;
    private final @Nullable Semaphore permits;
    private PathLocks.@Nullable Turn turn;
    private boolean permitted;

    private @Nullable Connection connection;
    private @Nullable FsException failure;
    private @Nullable Outcome outcome;
    private boolean closed;

    /**
     * A change that has not begun.
     *
     * @param permits how many may hold a connection while the store behind needs more of them; {@code null} if it needs none
     * @param steps what is to be done to the rows
     * @param paths whose rows change; failures name the first
     */
    OrderedChange(
            StoreTimestamps timestamps, @Nullable Semaphore permits, String operation, Steps steps, FsPath... paths) {
        this.timestamps = timestamps;
        this.permits = permits;
        this.operation = operation;
        this.steps = steps;
        this.paths = paths;
    }

    /**
     * Takes the steps, waiting for other changes of the same rows. A second call does nothing.
     *
     * @throws FsException {@code STALE}; {@code BUSY} after {@link #PATIENCE}; {@code UNAVAILABLE}
     */
    synchronized void begin() throws FsException {
        if (failure != null) {
            throw failure;
        }
        if (connection != null) {
            return;
        }
        if (closed) {
            throw failed(new FsException(FsException.Kind.IO, operation, paths[0]));
        }
        awaitTurn();
        awaitPermit();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!attempted(deadline)) {
            // Of two that collided one must let the other go first.
            LockSupport.parkNanos(BACK_OFF.toNanos());
        }
    }

    /**
     * Lets changes of the same paths by this process go first. The database orders them as well; but H2 (2.4) now and then lets
     * an update through to a row whose condition no longer holds, so that of two at the same moment the older one wins.
     */
    private void awaitTurn() throws FsException {
        try {
            turn = timestamps.locks().await(List.of(paths), PATIENCE, operation);
        } catch (FsException e) {
            throw failed(e);
        }
    }

    private void awaitPermit() throws FsException {
        if (permits == null || permitted) {
            return;
        }
        try {
            permitted = permits.tryAcquire(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!permitted) {
            throw failed(new FsException(FsException.Kind.BUSY, operation, paths[0]));
        }
    }

    private boolean attempted(long deadline) throws FsException {
        try {
            Connection opened = timestamps.table().connect();
            connection = opened;
            opened.setAutoCommit(false);
            outcome = steps.run(timestamps.table().rows(opened, timestamps.store()));
            return true;
        } catch (SQLException e) {
            rollBack();
            if (OverlayErrors.isConflict(e) && System.nanoTime() - deadline < 0) {
                return false;
            }
            throw failed(OverlayErrors.map(e, operation, paths[0]));
        } catch (FsException e) {
            rollBack();
            throw failed(e);
        }
    }

    /** Tells whether the rows are compared, recorded and locked. */
    synchronized boolean begun() {
        return connection != null;
    }

    /** Why {@link #begin} failed; {@code null} if it has not. */
    synchronized @Nullable FsException failure() {
        return failure;
    }

    /**
     * Makes the rows durable, after the store has been changed.
     *
     * @return the value on record for the node that the change has made; {@code null} for none
     * @throws FsException {@code UNAVAILABLE}: the store is changed, and nobody knows about the rows. The same change with
     *     the same timestamp can be repeated
     */
    synchronized @Nullable Long commit() throws FsException {
        Connection begun = connection;
        Outcome done = outcome;
        if (begun == null || done == null) {
            throw new IllegalStateException("not begun");
        }
        try {
            begun.commit();
        } catch (SQLException e) {
            throw OverlayErrors.map(e, operation, paths[0]);
        }
        // Given back before readers wait for it: one of them may hold the lock of a path while it waits for a
        // connection.
        giveBack(begun);
        if (done.micros() != null) {
            timestamps.appeared();
        }
        return done.micros();
    }

    @Override
    public synchronized void close() {
        closed = true;
        rollBack();
        if (permits != null && permitted) {
            permitted = false;
            permits.release();
        }
        for (FsPath path : paths) {
            timestamps.forget(path);
        }
        if (outcome != null && outcome.wide()) {
            timestamps.forgetAll();
        }
        PathLocks.Turn held = turn;
        turn = null;
        if (held != null) {
            timestamps.locks().end(held);
        }
    }

    private FsException failed(FsException e) {
        failure = e;
        return e;
    }

    private void rollBack() {
        Connection begun = connection;
        if (begun == null) {
            return;
        }
        try {
            begun.rollback();
        } catch (SQLException e) {
            // A connection that cannot roll back is broken, and the database drops its transaction by itself.
            LOG.log(Level.WARNING, "a change of the overlay could not be rolled back", e);
        }
        giveBack(begun);
    }

    private void giveBack(Connection begun) {
        connection = null;
        try (begun) {
            begun.setAutoCommit(true);
        } catch (SQLException e) {
            LOG.log(Level.WARNING, "a connection of the overlay could not be given back", e);
        }
    }
}
