package dev.packhorse.policy.overlay;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.Closeable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The overlay's table in the state database, shared by all stores of a process.
 *
 * <p>One of these belongs to one database: stores with the same key must come from the same table to be coherent. The
 * database must have the schema of {@code db/migration}, and give connections at {@code READ COMMITTED}, its default in H2
 * and PostgreSQL. Each ordered change holds one connection from the end of its body until it is published, so the pool
 * bounds how many publish at once.
 */
public final class OverlayTable implements Closeable {

    /** How long a deleted path keeps its timestamp unless configured otherwise. */
    public static final Duration DEFAULT_RETENTION = Duration.ofHours(1);

    /** Longest key of a store, in characters. */
    public static final int MAX_KEY = 512;

    /** Less than half of the smallest pool that serves, twenty connections. */
    private static final int MAX_CHANGES = 8;

    private static final Logger LOG = System.getLogger(OverlayTable.class.getName());

    private final DataSource database;
    private final InstantSource clock;
    private final Duration retention;
    private final Ticker ticker;
    private final boolean shared;
    private final Map<String, StoreTimestamps> stores = new ConcurrentHashMap<>();
    private final Map<String, StoreNodes> nodes = new ConcurrentHashMap<>();
    private final Gateways gateways;
    private final Rounds rounds = new Rounds();
    private final Semaphore changes = new Semaphore(MAX_CHANGES);
    private final AtomicLong nextPurge;
    private volatile Consumer<String> announcer = key -> {};

    /**
     * A table with a migrated schema.
     *
     * @param clock what tombstones are dated by; gateways on one database should agree within seconds
     * @param retention how long a deleted path keeps its timestamp; zero forgets at once
     */
    public OverlayTable(DataSource database, InstantSource clock, Duration retention) {
        this(database, clock, retention, false);
    }

    /**
     * A table with a migrated schema, in a database that other gateways may use as well.
     *
     * @param shared whether they may; if not, whatever another one has begun is known to have been interrupted
     */
    public OverlayTable(DataSource database, InstantSource clock, Duration retention, boolean shared) {
        this(database, clock, retention, shared, Ticker.systemTicker());
    }

    OverlayTable(DataSource database, InstantSource clock, Duration retention, Ticker ticker) {
        this(database, clock, retention, false, ticker);
    }

    OverlayTable(DataSource database, InstantSource clock, Duration retention, boolean shared, Ticker ticker) {
        if (retention.isNegative()) {
            throw new IllegalArgumentException("negative retention");
        }
        this.database = database;
        this.clock = clock;
        this.retention = retention;
        this.ticker = ticker;
        this.shared = shared;
        this.gateways = new Gateways(database, clock);
        this.nextPurge = new AtomicLong(clock.millis() + retention.toMillis());
    }

    /**
     * Deletes the tombstones that are due, of all stores. Meant for a timer; besides, a removal calls it once a retention.
     * Correctness does not depend on it: due tombstones count as absent.
     *
     * @return how many were deleted
     * @throws FsException {@code UNAVAILABLE}, {@code BUSY}
     */
    public int purge() throws FsException {
        nextPurge.set(clock.millis() + retention.toMillis());
        try (Connection connection = database.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("delete from overlay where removed_at <= ?")) {
            statement.setLong(1, due(clock.millis()));
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw OverlayErrors.map(e, "purge", FsPath.ROOT);
        }
    }

    /**
     * Deletes all that is kept of a store that has started empty, such as one in memory. To be called before its
     * {@link OverlayStore} is made.
     *
     * @param key the store's key
     * @throws FsException {@code UNAVAILABLE}, {@code BUSY}
     */
    public void clear(String key) throws FsException {
        try (Connection connection = database.getConnection()) {
            Integer store = find(connection, key);
            if (store != null) {
                clear(connection, "delete from overlay where store_id = ?", store);
                clear(connection, "delete from overlay_intent where store_id = ?", store);
                new NodeRows(connection, store).deleteTree(FsPath.ROOT);
            }
        } catch (SQLException e) {
            throw OverlayErrors.map(e, "clear", FsPath.ROOT);
        }
    }

    private static void clear(Connection connection, String sql, int store) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, store);
            statement.executeUpdate();
        }
    }

    /**
     * Drops what this process remembers of a path, because somebody else has changed it in the database.
     *
     * @param key the store's key, as its {@link OverlayStore} was given it; an unknown one is ignored
     */
    public void forget(String key, FsPath path) {
        StoreTimestamps store = stores.get(key);
        if (store != null) {
            store.appeared();
            store.forget(path);
        }
    }

    /**
     * Who is told when a store gets its first row by a change of this process, so that others may {@link #lookAgain} at once
     * instead of within {@link StoreTimestamps#FRESH}.
     *
     * @param announcer takes the store's key, by the thread that made the change: it neither waits nor fails
     */
    public void announceTo(Consumer<String> announcer) {
        this.announcer = announcer;
    }

    /**
     * Drops what this process believes of a store, because another one has given it its first row.
     *
     * @param key the store's key; an unknown one is ignored
     */
    public void lookAgain(String key) {
        StoreTimestamps timestamps = stores.get(key);
        if (timestamps != null) {
            timestamps.lookAgain();
        }
        StoreNodes known = nodes.get(key);
        if (known != null) {
            known.lookAgain();
        }
    }

    /** Drops what this process believes of all stores, because it may not have been told something. */
    public void lookAgain() {
        stores.keySet().forEach(this::lookAgain);
    }

    /** The timestamps of one store; the same object for the same key. */
    StoreTimestamps store(String key) throws FsException {
        if (key.isEmpty() || key.length() > MAX_KEY) {
            throw new IllegalArgumentException("a store's key has 1 to " + MAX_KEY + " characters");
        }
        StoreTimestamps store = stores.get(key);
        if (store == null) {
            StoreTimestamps opened = new StoreTimestamps(this, number(key), ticker, () -> announcer.accept(key));
            store = stores.putIfAbsent(key, opened);
            if (store == null) {
                store = opened;
            }
        }
        return store;
    }

    /** The nodes of one store; the same object for the same key. */
    StoreNodes nodes(String key) throws FsException {
        int number = store(key).store();
        return nodes.computeIfAbsent(key, k -> new StoreNodes(this, number, ticker, () -> announcer.accept(key)));
    }

    /** This process, among those that use the database. */
    String instance() {
        return gateways.instance();
    }

    boolean isShared() {
        return shared;
    }

    /** Lets others know that this process lives, before it writes its first intent. */
    void live() throws FsException {
        if (shared) {
            gateways.live();
        }
    }

    /** Tells whether another process may still be at what it has begun. */
    boolean isAlive(String instance) throws FsException {
        return shared && gateways.isAlive(instance);
    }

    void schedule(Runnable round) {
        rounds.add(round);
    }

    void cancel(Runnable round) {
        rounds.remove(round);
    }

    /** Bounds the changes that hold a connection while they need another: together they must not hold all of a pool. */
    Semaphore changes() {
        return changes;
    }

    /** Ends what goes on in the background. To be called when the stores are closed, before the database is. */
    @Override
    public void close() {
        rounds.close();
        gateways.close();
    }

    Connection connect() throws SQLException {
        return database.getConnection();
    }

    TimestampRows rows(Connection connection, int store) {
        long now = clock.millis();
        return new TimestampRows(connection, store, now, due(now));
    }

    /** Purges if nobody has for a retention. A failure is not the caller's, whose change is done. */
    void purgeIfDue() {
        long due = nextPurge.get();
        long now = clock.millis();
        if (now >= due && nextPurge.compareAndSet(due, now + retention.toMillis())) {
            try {
                purge();
            } catch (FsException e) {
                LOG.log(Level.WARNING, "timestamps of deleted paths could not be purged", e);
            }
        }
    }

    private long due(long now) {
        return now - retention.toMillis();
    }

    private int number(String key) throws FsException {
        try (Connection connection = connect()) {
            Integer found = find(connection, key);
            if (found == null) {
                insert(connection, key);
                found = find(connection, key);
            }
            if (found == null) {
                throw new SQLException("the store vanished between insert and select");
            }
            return found;
        } catch (SQLException e) {
            throw OverlayErrors.map(e, "open", FsPath.ROOT);
        }
    }

    private static @Nullable Integer find(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select id from overlay_store where location = ?")) {
            statement.setString(1, key);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? (Integer) rows.getInt(1) : null;
            }
        }
    }

    private static void insert(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("insert into overlay_store (location) values (?)")) {
            statement.setString(1, key);
            statement.executeUpdate();
        } catch (SQLException e) {
            if (!OverlayErrors.isDuplicate(e)) {
                throw e;
            }
        }
    }
}
