package dev.packhorse.policy.overlay;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/** A migrated state database that counts who comes for a connection; what is in it ends when it is closed. */
public final class TestDatabase implements DataSource, AutoCloseable {

    /** Which of the two it is. */
    public enum Kind {
        H2,
        POSTGRESQL
    }

    private static final int CONNECTIONS = 20;

    private final AgroalDataSource pool;
    private final AtomicInteger taken = new AtomicInteger();
    private final @Nullable String schema;
    private volatile boolean down;

    public TestDatabase() {
        this(Kind.H2);
    }

    public TestDatabase(Kind kind) {
        schema = kind == Kind.H2 ? null : TestPostgres.take();
        String url =
                schema == null ? "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1" : TestPostgres.url(schema);
        try {
            pool = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .metricsEnabled(true)
                    .connectionPoolConfiguration(connections -> connections
                            .maxSize(CONNECTIONS)
                            .acquisitionTimeout(Duration.ofSeconds(10))
                            .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url))));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        if (schema == null) {
            Flyway.configure().dataSource(pool).load().migrate();
        }
    }

    /** How many connections have been asked for so far. */
    public int taken() {
        return taken.get();
    }

    /** How many connections are in use. */
    public int open() {
        return (int) pool.getMetrics().activeCount();
    }

    /** From now on nobody gets a connection, or again everybody. */
    public void down(boolean isDown) {
        down = isDown;
    }

    public boolean isDown() {
        return down;
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
    public PrintWriter getLogWriter() throws SQLException {
        return pool.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        pool.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        pool.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
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
        if (schema == null) {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("shutdown");
            }
            pool.close();
        } else {
            pool.close();
            TestPostgres.giveBack(schema);
        }
    }
}
