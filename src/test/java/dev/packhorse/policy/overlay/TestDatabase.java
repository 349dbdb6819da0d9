package dev.packhorse.policy.overlay;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcConnectionPool;

/** A state database in memory, migrated, that counts who comes for a connection; it ends when it is closed. */
final class TestDatabase implements DataSource, AutoCloseable {

    private final JdbcConnectionPool pool;
    private final AtomicInteger taken = new AtomicInteger();
    private volatile boolean down;

    TestDatabase() {
        pool = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
        pool.setMaxConnections(20);
        Flyway.configure().dataSource(pool).load().migrate();
    }

    /** How many connections have been asked for so far. */
    int taken() {
        return taken.get();
    }

    /** How many connections are in use. */
    int open() {
        return pool.getActiveConnections();
    }

    /** From now on nobody gets a connection, or again everybody. */
    void down(boolean isDown) {
        down = isDown;
    }

    @Override
    public Connection getConnection() throws SQLException {
        taken.incrementAndGet();
        if (down) {
            throw new SQLException("down", "08006");
        }
        return pool.getConnection();
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public PrintWriter getLogWriter() {
        return pool.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        pool.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) {
        pool.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() {
        return pool.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }

    @Override
    public void close() throws SQLException {
        try (Connection connection = pool.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("shutdown");
        }
        pool.dispose();
    }
}
