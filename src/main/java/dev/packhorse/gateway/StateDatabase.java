package dev.packhorse.gateway;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.h2.Driver;

/**
 * The state database: a pool of connections to a schema that is up to date. Losing it loses no file content.
 *
 * <p>Opening it and loading its classes takes a third of the time to the first answer, so it happens beside the start of
 * everything else; {@link #awaitReady} is the point where the two meet.
 */
final class StateDatabase implements Closeable {

    /** The version of the last script in {@code db/migration}. */
    static final int SCHEMA = 1;

    private final Path file;
    private final AgroalDataSource pool;
    private final FutureTask<Boolean> migration;

    private StateDatabase(Path file, AgroalDataSource pool) {
        this.file = file;
        this.pool = pool;
        this.migration = new FutureTask<>(() -> migrate(pool));
    }

    /**
     * Begins to open the database in the state folder, which is made if it is missing. Whoever uses {@link #source} calls
     * {@link #awaitReady} first.
     */
    static StateDatabase open(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.toAbsolutePath().normalize().resolve("state");
        try {
            AgroalDataSource pool = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .metricsEnabled(false)
                    .connectionPoolConfiguration(connections -> connections
                            .maxSize(20)
                            .acquisitionTimeout(Duration.ofSeconds(10))
                            .connectionFactoryConfiguration(factory -> factory.connectionProviderClass(Driver.class)
                                    .jdbcUrl("jdbc:h2:file:" + file)
                                    .principal(new NamePrincipal("packhorse"))
                                    .credential(new SimplePassword("")))));
            StateDatabase database = new StateDatabase(file, pool);
            Thread opener = new Thread(database.migration, "state-database");
            opener.setDaemon(true);
            opener.start();
            return database;
        } catch (SQLException e) {
            throw new IOException(failure(file), e);
        }
    }

    /** @return whether there was something to migrate */
    private static boolean migrate(DataSource source) throws SQLException {
        if (version(source) >= SCHEMA) {
            return false;
        }
        Flyway.configure()
                .dataSource(source)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        return true;
    }

    /**
     * The schema that the database has, 0 for none. Looked up without Flyway, which needs 900 classes to see that there is
     * nothing to do.
     */
    private static int version(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection()) {
            try (ResultSet history = connection
                    .getMetaData()
                    .getTables(null, null, "flyway_schema_history", new String[] {"BASE TABLE"})) {
                if (!history.next()) {
                    return 0;
                }
            }
            try (Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery(
                            "select min(case when \"success\" then 1 else 0 end), max(cast(\"version\" as integer))"
                                    + " from \"flyway_schema_history\"")) {
                return result.next() && result.getInt(1) == 1 ? result.getInt(2) : 0;
            }
        }
    }

    /**
     * Waits until the schema is up to date.
     *
     * @return whether it had to be migrated
     */
    boolean awaitReady() throws StartException {
        try {
            return migration.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof SQLException || cause instanceof FlywayException) {
                throw new StartException(failure(file), cause);
            }
            throw new IllegalStateException(cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException(failure(file), e);
        }
    }

    private static String failure(Path file) {
        return "the state database " + file + " cannot be opened; does another Packhorse use its folder?";
    }

    DataSource source() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
    }
}
