package dev.packhorse.gateway;

import dev.packhorse.route.Location;
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
import java.util.Optional;
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
    static final int SCHEMA = 4;

    private static final String POSTGRESQL = "jdbc:postgresql:";

    /** Connections; each change that is being published holds one or two, {@link PeerChannel} one or two more. */
    private static final int CONNECTIONS = 22;

    /** What messages call the database: no secret is in it. */
    private final String name;

    private final boolean shared;
    private final AgroalDataSource pool;
    private final FutureTask<Boolean> migration;

    private StateDatabase(String name, boolean shared, AgroalDataSource pool) {
        this.name = name;
        this.shared = shared;
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
        // Without a delay a commit outlives the process, which is what the journal of the overlay needs. Nor may a hook
        // of H2's close the database while what is under way at the end of the process is still recorded.
        String url = "jdbc:h2:file:" + file + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
        return open(file.toString(), false, Driver.class, url, "packhorse", "");
    }

    /**
     * Begins to open the database that the configuration names, or the one in the state folder if it names none.
     *
     * @throws IOException for a URL that is not PostgreSQL's; no message holds the password
     */
    static StateDatabase open(Path folder, PackhorseConfig.Database config) throws IOException {
        Optional<String> url = config.url();
        return url.isEmpty()
                ? open(folder)
                : postgresql(
                        url.get(),
                        config.user().orElse("packhorse"),
                        config.password().orElse(""));
    }

    private static StateDatabase postgresql(String url, String user, String password) throws IOException {
        if (!url.startsWith(POSTGRESQL)) {
            throw new IOException("packhorse.database.url does not begin with " + POSTGRESQL);
        }
        // What follows the question mark may hold a password, and where another URL would have one it may stand by
        // mistake.
        String name = Location.masked(url.replaceFirst("[?].*", ""));
        try {
            Class<?> driver = Class.forName("org.postgresql.Driver");
            return open(name, true, driver, url, user, password);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static StateDatabase open(
            String name, boolean shared, Class<?> driver, String url, String user, String password) throws IOException {
        try {
            AgroalDataSource pool = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .metricsEnabled(false)
                    .connectionPoolConfiguration(connections -> connections
                            .maxSize(CONNECTIONS)
                            .acquisitionTimeout(Duration.ofSeconds(10))
                            .connectionFactoryConfiguration(factory -> factory.connectionProviderClass(driver)
                                    .jdbcUrl(url)
                                    .principal(new NamePrincipal(user))
                                    .credential(new SimplePassword(password)))));
            StateDatabase database = new StateDatabase(name, shared, pool);
            Thread opener = new Thread(database.migration, "state-database");
            opener.setDaemon(true);
            opener.start();
            return database;
        } catch (SQLException e) {
            throw new IOException(failure(name, shared), e);
        }
    }

    /** Whether other gateways may use the same database at the same time. */
    boolean isShared() {
        return shared;
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
                    .getTables(
                            null, connection.getSchema(), "flyway_schema_history", new String[] {"TABLE", "BASE TABLE"
                            })) {
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
                throw new StartException(failure(name, shared), cause);
            }
            throw new IllegalStateException(cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException(failure(name, shared), e);
        }
    }

    private static String failure(String name, boolean shared) {
        return "the state database " + name + " cannot be opened; "
                + (shared
                        ? "is it up, and are packhorse.database.user and .password right?"
                        : "does another Packhorse use its folder?");
    }

    DataSource source() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
    }
}
