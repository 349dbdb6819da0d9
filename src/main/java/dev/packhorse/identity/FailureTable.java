package dev.packhorse.identity;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The table {@code login_failure}: a row for each address that has shown a wrong credential lately. */
final class FailureTable {

    /** Of the standard: a unique key is there already. */
    private static final String DUPLICATE = "23505";

    private static final String SELECT = "select failures, since_at, barred_until from login_failure where address = ?";

    /** What an update gives back: a look behind it would see what others have counted meanwhile, too. */
    private static final String[] MADE = {"failures", "since_at", "barred_until"};

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

    /** Counts one more, and says what came of that: of failures at once each has a count of its own. */
    Failures add(String address, Instant now) throws SQLException {
        try (Connection connection = database.getConnection()) {
            Failures made = update(connection, address, now);
            if (made == null) {
                made = insert(connection, address, now);
            }
            if (made == null) {
                // Another gateway was first.
                made = update(connection, address, now);
            }
            return made == null ? Failures.NONE : made;
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
                return row.next() ? failures(row) : Failures.NONE;
            }
        }
    }

    private static Failures failures(ResultSet row) throws SQLException {
        return new Failures(row.getInt(1), Instant.ofEpochMilli(row.getLong(2)), Instant.ofEpochMilli(row.getLong(3)));
    }

    /** {@code null} if the address has no row. */
    private @Nullable Failures update(Connection connection, String address, Instant now) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UPDATE, MADE)) {
            long window = windowAt(now);
            statement.setLong(1, window);
            statement.setInt(2, limits.barAfter());
            statement.setLong(3, now.plus(limits.bar()).toEpochMilli());
            statement.setLong(4, window);
            statement.setLong(5, window);
            statement.setLong(6, now.toEpochMilli());
            statement.setString(7, address);
            statement.executeUpdate();
            try (ResultSet row = statement.getGeneratedKeys()) {
                return row.next() ? failures(row) : null;
            }
        }
    }

    /** {@code null} if the address has a row already. */
    private @Nullable Failures insert(Connection connection, String address, Instant now) throws SQLException {
        Failures first = Failures.NONE.oneMore(now.truncatedTo(ChronoUnit.MILLIS), limits);
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.setString(1, address);
            statement.setLong(2, first.since().toEpochMilli());
            statement.setLong(3, first.barredUntil().toEpochMilli());
            statement.executeUpdate();
            return first;
        } catch (SQLException e) {
            if (DUPLICATE.equals(e.getSQLState())) {
                return null;
            }
            throw e;
        }
    }

    /** Windows that began no later are over. */
    private long windowAt(Instant now) {
        return now.minus(limits.window()).toEpochMilli();
    }
}
