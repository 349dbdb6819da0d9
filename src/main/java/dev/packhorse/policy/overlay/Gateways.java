package dev.packhorse.policy.overlay;

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
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Which gateways on one database live: each says so every {@link #BEAT}, and one that has not for {@link #PATIENCE} is dead.
 * Should it wake up after that, its changes fail, because others have settled them.
 */
final class Gateways implements Closeable {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration BEAT = Duration.ofSeconds(5);

    private static final Logger LOG = System.getLogger(Gateways.class.getName());

    private final String instance = UUID.randomUUID().toString();
    private final DataSource database;
    private final InstantSource clock;
    private @Nullable ScheduledThreadPoolExecutor thread;
    private @Nullable Future<?> beats;

    Gateways(DataSource database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    String instance() {
        return instance;
    }

    /** Says that this one lives, from now on until {@link #close}. */
    synchronized void live() throws FsException {
        if (thread != null) {
            return;
        }
        try {
            beat();
        } catch (SQLException e) {
            throw OverlayErrors.map(e, "open", FsPath.ROOT);
        }
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "overlay-heartbeat");
            made.setDaemon(true);
            return made;
        });
        beats = executor.scheduleWithFixedDelay(
                this::beatOrWarn, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
        thread = executor;
    }

    private void beatOrWarn() {
        try {
            beat();
        } catch (SQLException e) {
            LOG.log(Level.WARNING, "the state database does not hear that this gateway lives", e);
        }
    }

    private void beat() throws SQLException {
        try (Connection connection = database.getConnection()) {
            if (update(connection, "update overlay_gateway set seen_at = ? where instance = ?") == 0) {
                update(connection, "insert into overlay_gateway (seen_at, instance) values (?, ?)");
            }
        }
    }

    private int update(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, clock.millis());
            statement.setString(2, instance);
            return statement.executeUpdate();
        }
    }

    boolean isAlive(String other) throws FsException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("select seen_at from overlay_gateway where instance = ?")) {
            statement.setString(1, other);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getLong(1) > clock.millis() - PATIENCE.toMillis();
            }
        } catch (SQLException e) {
            throw OverlayErrors.map(e, "settle", FsPath.ROOT);
        }
    }

    /** Leaves nothing for others to wait for. */
    @Override
    public synchronized void close() {
        if (thread == null || beats == null) {
            return;
        }
        beats.cancel(false);
        thread.shutdownNow();
        try (Connection connection = database.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("delete from overlay_gateway where instance = ?")) {
            statement.setString(1, instance);
            statement.executeUpdate();
        } catch (SQLException e) {
            LOG.log(Level.WARNING, "the state database does not hear that this gateway stops", e);
        }
    }
}
