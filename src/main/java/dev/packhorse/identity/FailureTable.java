package dev.packhorse.identity;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import javax.sql.DataSource;

/** The table {@code login_failure}: a row for each address that has shown a wrong credential lately. */
final class FailureTable {

    /** Of the standard: a unique key is there already. */
    private static final String DUPLICATE = "23505";

    private static final String SELECT = "select failures, since_at, barred_until from login_failure where address = ?";

    /** One statement, so that no failure of two gateways at once is lost. Its three tests are {@link Failures#oneMore}. */
    private static final String UPDATE = "update login_failure set"
            + " barred_until = case when (case when since_at > ? then failures + 1 else 1 end) >= ? then ? else barred_until end,"
            + " failures = case when since_at > ? then failures + 1 else 1 end,"
            + " since_at = case when since_at > ? then since_at else ? end"
            + " where address = ?";

    private static final String INSERT =
            "insert into login_failure (address, failures, since_at, barred_until) values (?, 1, ?, ?)";

    private static final String SWEEP = "delete from login_failure where since_at <= ? and barred_until <= ?";

    private final DataSource database;
    private final LoginGuard.Limits limits;

    FailureTable(DataSource database, LoginGuard.Limits limits) {
        this.database = database;
        this.limits = limits;
    }

    /** What is counted of an address. */
    Failures of(String address) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return select(connection, address);
        }
    }

    /** Counts one more. */
    Failures add(String address, Instant now) throws SQLException {
        try (Connection connection = database.getConnection()) {
            if (!update(connection, address, now) && !insert(connection, address, now)) {
                // Another gateway was first.
                update(connection, address, now);
            }
            return select(connection, address);
        }
    }

    /** Removes what counts no more. */
    void sweep(Instant now) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(SWEEP)) {
            statement.setLong(1, windowAt(now));
            statement.setLong(2, now.toEpochMilli());
            statement.executeUpdate();
        }
    }

    private static Failures select(Connection connection, String address) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
            statement.setString(1, address);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? new Failures(
                                row.getInt(1),
                                Instant.ofEpochMilli(row.getLong(2)),
                                Instant.ofEpochMilli(row.getLong(3)))
                        : Failures.NONE;
            }
        }
    }

    private boolean update(Connection connection, String address, Instant now) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UPDATE)) {
            long window = windowAt(now);
            statement.setLong(1, window);
            statement.setInt(2, limits.barAfter());
            statement.setLong(3, now.plus(limits.bar()).toEpochMilli());
            statement.setLong(4, window);
            statement.setLong(5, window);
            statement.setLong(6, now.toEpochMilli());
            statement.setString(7, address);
            return statement.executeUpdate() > 0;
        }
    }

    private boolean insert(Connection connection, String address, Instant now) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.setString(1, address);
            statement.setLong(2, now.toEpochMilli());
            statement.setLong(3, limits.barAfter() <= 1 ? now.plus(limits.bar()).toEpochMilli() : 0);
            statement.executeUpdate();
            return true;
        } catch (SQLException e) {
            if (DUPLICATE.equals(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    /** Windows that began no later are over. */
    private long windowAt(Instant now) {
        return now.minus(limits.window()).toEpochMilli();
    }
}
