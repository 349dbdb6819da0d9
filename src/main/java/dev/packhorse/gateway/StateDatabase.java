package dev.packhorse.gateway;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The state database: a pool of connections to a schema that is up to date. Losing it loses no file content. */
final class StateDatabase implements Closeable {

    private final AgroalDataSource pool;

    private StateDatabase(AgroalDataSource pool) {
        this.pool = pool;
    }

    /** Opens the database in the state folder, which is made if it is missing. */
    static StateDatabase open(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.toAbsolutePath().normalize().resolve("state");
        try {
            AgroalDataSource pool = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .metricsEnabled(false)
                    .connectionPoolConfiguration(connections -> connections
                            .maxSize(20)
                            .acquisitionTimeout(Duration.ofSeconds(10))
                            .connectionFactoryConfiguration(factory -> factory.jdbcUrl("jdbc:h2:file:" + file)
                                    .principal(new NamePrincipal("packhorse"))
                                    .credential(new SimplePassword("")))));
            Flyway.configure()
                    .dataSource(pool)
                    .locations("classpath:db/migration")
                    .load()
                    .migrate();
            return new StateDatabase(pool);
        } catch (SQLException e) {
            throw new IOException("the state database " + file + " cannot be opened", e);
        }
    }

    DataSource source() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
    }
}
