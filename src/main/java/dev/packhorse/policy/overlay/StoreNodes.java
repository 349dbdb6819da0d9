package dev.packhorse.policy.overlay;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What one process knows of the rows of one store's nodes: whether there are any, and who changes which.
 *
 * <p>The facts "there are rows" and "there are symlinks" stand in the row of the store. What this process adds it knows at
 * once; what another gateway adds to a store that had none it sees when it is told, or after {@link StoreTimestamps#FRESH}.
 */
final class StoreNodes {

    /** How long a change waits for others of the same paths. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** How long a reader waits for a change that it has seen half done. */
    private static final Duration GLANCE = Duration.ofMillis(200);

    private static final Duration BACK_OFF = Duration.ofMillis(1);

    private static final Logger LOG = System.getLogger(StoreNodes.class.getName());

    private final OverlayTable table;
    private final int store;
    private final Ticker ticker;
    private final PathLocks locks = new PathLocks();
    private final AtomicLong commits = new AtomicLong();
    private final AtomicBoolean checking = new AtomicBoolean();
    private final Runnable news;
    /** Transactions after which there are rows where there were none, or symlinks (true). */
    private final Map<Connection, Boolean> firsts = new ConcurrentHashMap<>();

    /** How often others have said that there are rows now. */
    private int told;

    private volatile @Nullable Facts facts;

    /** What is believed until a moment of the ticker. */
    private record Facts(boolean rows, boolean links, long until) {}

    /** Something to do in one transaction. Tried again from the start after a conflict. */
    interface Step<T> {
        T run(Connection connection) throws SQLException, FsException;
    }

    /** The same where nothing comes out. */
    interface Deed {
        void run(Connection connection) throws SQLException, FsException;
    }

    /**
     * The nodes of a store.
     *
     * @param news called when a change has given the store its first row or its first symlink
     */
    StoreNodes(OverlayTable table, int store, Ticker ticker, Runnable news) {
        this.table = table;
        this.store = store;
        this.ticker = ticker;
        this.news = news;
    }

    OverlayTable table() {
        return table;
    }

    PathLocks locks() {
        return locks;
    }

    NodeRows rows(Connection connection) {
        return new NodeRows(connection, store);
    }

    IntentRows intents(Connection connection) {
        return new IntentRows(connection, store);
    }

    /**
     * Tells whether any node of the store has a row. Looks into the database once in {@link StoreTimestamps#FRESH}.
     *
     * @throws FsException {@code UNAVAILABLE} if nothing is known yet
     */
    boolean hasRows(String operation) throws FsException {
        return believed(operation).rows();
    }

    /** Tells whether the store has symlinks that are rows. */
    boolean hasLinks(String operation) throws FsException {
        return believed(operation).links();
    }

    private Facts believed(String operation) throws FsException {
        Facts last = facts;
        if (last != null && (ticker.read() - last.until() < 0 || !checking.compareAndSet(false, true))) {
            return last;
        }
        try {
            return look(last);
        } catch (SQLException e) {
            if (last == null) {
                throw OverlayErrors.map(e, operation, FsPath.ROOT);
            }
            LOG.log(Level.WARNING, "the state database does not say whether a store has metadata", e);
            Facts again = new Facts(last.rows(), last.links(), until());
            facts = again;
            return again;
        } finally {
            if (last != null) {
                checking.set(false);
            }
        }
    }

    private Facts look(@Nullable Facts last) throws SQLException {
        boolean[] found;
        int heard = told();
        try (Connection connection = table.connect()) {
            found = intents(connection).facts();
        }
        boolean rows = found != null && found[0];
        boolean links = found != null && found[1];
        synchronized (this) {
            // Rows are never denied again, so what a change has said meanwhile stays.
            Facts now = facts;
            Facts next = new Facts(
                    rows || (now != null && !now.equals(last) && now.rows()),
                    links || (now != null && !now.equals(last) && now.links()),
                    heard == told ? until() : ticker.read());
            facts = next;
            return next;
        }
    }

    /** The store has rows when the transaction ends: tells everybody, if it is news. */
    void appear(Connection connection, boolean links) throws SQLException {
        if (intents(connection).appeared(links)) {
            firsts.put(connection, links);
        }
        appeared(links);
    }

    /** Another process has given the store rows: what is believed is looked up before it is believed again. */
    synchronized void lookAgain() {
        told++;
        Facts now = facts;
        if (now != null) {
            facts = new Facts(now.rows(), now.links(), ticker.read());
        }
    }

    private synchronized int told() {
        return told;
    }

    private synchronized void appeared(boolean links) {
        Facts now = facts;
        if (now == null || !now.rows() || (links && !now.links())) {
            facts = new Facts(true, links || (now != null && now.links()), until());
        }
    }

    private long until() {
        return ticker.read() + StoreTimestamps.FRESH.toNanos();
    }

    /** A number that grows with each change of rows in this process. */
    long commits() {
        return commits.get();
    }

    /** Tells whether a reader that began at a value of {@link #commits} should look again, having waited for who is at it. */
    boolean hasMoved(FsPath path, long since) {
        return locks.passed(path, GLANCE) || commits.get() != since;
    }

    /**
     * Reads in a connection of its own.
     *
     * @throws FsException {@code UNAVAILABLE}
     */
    <T> T read(String operation, FsPath path, Step<T> step) throws FsException {
        try (Connection connection = table.connect()) {
            return step.run(connection);
        } catch (SQLException e) {
            throw OverlayErrors.map(e, operation, path);
        }
    }

    /**
     * Changes rows in a transaction of its own.
     *
     * @throws FsException {@code BUSY}; {@code UNAVAILABLE}: nothing is changed unless the commit itself has failed
     */
    <T> T change(String operation, FsPath path, Step<T> step) throws FsException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (Connection connection = table.connect()) {
                return committed(connection, step);
            } catch (SQLException e) {
                if (!OverlayErrors.isConflict(e) || System.nanoTime() - deadline >= 0) {
                    throw OverlayErrors.map(e, operation, path);
                }
            }
            LockSupport.parkNanos(BACK_OFF.toNanos());
        }
    }

    /** As {@link #change}, where nothing comes out. */
    void apply(String operation, FsPath path, Deed deed) throws FsException {
        boolean unused = change(operation, path, connection -> {
            deed.run(connection);
            return true;
        });
    }

    private <T> T committed(Connection connection, Step<T> step) throws SQLException, FsException {
        connection.setAutoCommit(false);
        boolean done = false;
        try {
            T result = step.run(connection);
            connection.commit();
            done = true;
            commits.incrementAndGet();
            Boolean links = firsts.get(connection);
            if (links != null) {
                // Whoever has looked before the commit has found nothing.
                appeared(links);
                news.run();
            }
            return result;
        } finally {
            firsts.remove(connection);
            try {
                if (!done) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            } catch (SQLException e) {
                // A connection that cannot roll back is broken, and the database drops its transaction by itself.
                LOG.log(Level.WARNING, "a connection of the overlay could not be given back", e);
            }
        }
    }

    /** All intents of the store. */
    List<Intent> intents(String operation) throws FsException {
        return read(operation, FsPath.ROOT, connection -> intents(connection).all());
    }
}
