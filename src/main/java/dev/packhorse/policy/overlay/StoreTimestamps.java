package dev.packhorse.policy.overlay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What one process knows of one store's timestamps: whether there are any, and those lately asked for.
 *
 * <p>Coherent within the process. A change first commits, then forgets; the cache holds one lock for loading and forgetting
 * a path, so a value loaded before the commit does not outlive it. Another process's commit is seen after
 * {@link #FRESH} at the latest. Only readers look here; comparing is the database's, and who compares takes turns
 * with the others of this process.
 */
final class StoreTimestamps {

    /** How long another process's change may go unseen. */
    static final Duration FRESH = Duration.ofSeconds(5);

    /** A path of usual length and its value take some 250 bytes, so this is about 5 MB. */
    private static final int CACHED = 20_000;

    private static final Logger LOG = System.getLogger(StoreTimestamps.class.getName());

    private final OverlayTable table;
    private final int store;
    private final Ticker ticker;
    private final Runnable news;
    private final Cache<FsPath, Known> cache;
    private final AtomicLong generation = new AtomicLong();
    private final AtomicReference<Presence> presence;
    private final AtomicBoolean checking = new AtomicBoolean();
    private final PathLocks locks = new PathLocks();

    /** A loaded value, and the generation in which its loading began: it is void in any other. */
    private record Known(long generation, @Nullable Long micros) {}

    /** Whether the store has rows, believed until a moment of the ticker. Compared by identity. */
    private record Presence(boolean rows, long until) {}

    /**
     * The timestamps of a store.
     *
     * @param news called when a change of this process has given it rows that it did not have, as far as the process knows
     */
    StoreTimestamps(OverlayTable table, int store, Ticker ticker, Runnable news) throws FsException {
        this.table = table;
        this.store = store;
        this.ticker = ticker;
        this.news = news;
        this.cache = Caffeine.newBuilder()
                .maximumSize(CACHED)
                .expireAfterWrite(FRESH)
                .ticker(ticker)
                .build();
        try {
            this.presence = new AtomicReference<>(presence(hasRows()));
        } catch (SQLException e) {
            throw OverlayErrors.map(e, "open", FsPath.ROOT);
        }
    }

    OverlayTable table() {
        return table;
    }

    int store() {
        return store;
    }

    /** Who changes which path at the moment, in this process. */
    PathLocks locks() {
        return locks;
    }

    /** Tells whether any path has a value. Looks into the database once in {@link #FRESH}, for one of its callers. */
    boolean present() {
        Presence believed = believed();
        if (ticker.read() - believed.until() < 0 || !checking.compareAndSet(false, true)) {
            return believed.rows();
        }
        try {
            boolean rows = hasRows();
            // Loses against a change that has committed meanwhile.
            presence.compareAndSet(believed, presence(rows));
        } catch (SQLException e) {
            LOG.log(Level.WARNING, "the state database does not say whether a store has change timestamps", e);
            presence.compareAndSet(believed, presence(believed.rows()));
        } finally {
            checking.set(false);
        }
        return believed().rows();
    }

    /**
     * The stored value as readers see it; {@code null} for none.
     *
     * @throws FsException {@code UNAVAILABLE}
     */
    @Nullable
    Long known(FsPath path, String operation) throws FsException {
        if (!present()) {
            return null;
        }
        try {
            while (true) {
                Known known = cache.get(path, this::load);
                if (known.generation() == generation.get()) {
                    return known.micros();
                }
                cache.asMap().remove(path, known);
            }
        } catch (LoadFailure e) {
            throw OverlayErrors.map(e.failure, operation, path);
        }
    }

    /** The stored values of some paths, past the cache: a long listing would only sweep it. */
    Map<FsPath, Long> knownAll(List<FsPath> paths, String operation) throws FsException {
        try (Connection connection = table.connect()) {
            return table.rows(connection, store).findAll(paths);
        } catch (SQLException e) {
            throw OverlayErrors.map(e, operation, paths.get(0));
        }
    }

    /**
     * Refuses what is older than the stored value, without changing anything.
     *
     * @throws FsException {@code STALE}; {@code UNAVAILABLE}
     */
    void refuseOlder(FsPath path, long micros, String operation) throws FsException {
        try (Connection connection = table.connect()) {
            Long stored = table.rows(connection, store).find(path);
            if (stored != null && stored > micros) {
                throw new FsException(FsException.Kind.STALE, operation, path);
            }
        } catch (SQLException e) {
            throw OverlayErrors.map(e, operation, path);
        }
    }

    /** The store has rows now. Called after the commit. */
    void appeared() {
        Presence before = presence.getAndSet(presence(true));
        if (before != null && !before.rows()) {
            news.run();
        }
    }

    /** Another process has given the store rows: nothing that is believed counts any more. */
    void lookAgain() {
        // A new one in any case, so that who is looking right now does not keep what was there before.
        presence.updateAndGet(before -> new Presence(before.rows(), ticker.read()));
        forgetAll();
    }

    /** A path's value may have changed. Called after the commit. */
    void forget(FsPath path) {
        cache.invalidate(path);
    }

    /** Any path's value may have changed. Called after the commit. */
    void forgetAll() {
        generation.incrementAndGet();
    }

    private Presence believed() {
        return Objects.requireNonNull(presence.get());
    }

    private Presence presence(boolean rows) {
        return new Presence(rows, ticker.read() + FRESH.toNanos());
    }

    private boolean hasRows() throws SQLException {
        try (Connection connection = table.connect()) {
            return !table.rows(connection, store).isEmpty();
        }
    }

    private Known load(FsPath path) {
        long begun = generation.get();
        try (Connection connection = table.connect()) {
            return new Known(begun, table.rows(connection, store).find(path));
        } catch (SQLException e) {
            throw new LoadFailure(e);
        }
    }

    /** Carries a failure through the cache. */
    private static final class LoadFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final SQLException failure;

        LoadFailure(SQLException failure) {
            super(failure);
            this.failure = failure;
        }
    }
}
