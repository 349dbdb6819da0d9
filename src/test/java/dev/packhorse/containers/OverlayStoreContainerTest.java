package dev.packhorse.containers;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.policy.overlay.OverlayStore;
import dev.packhorse.policy.overlay.OverlayTable;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** What FTP cannot keep, in PostgreSQL. */
@WithContainers
class OverlayStoreContainerTest extends StoreContract {

    private static final AtomicInteger STORES = new AtomicInteger();

    @SuppressWarnings("NullAway.Init")
    private static OverlayTable table;

    @TempDir
    Path temp;

    @BeforeAll
    static void migrate() throws Exception {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(Postgres.shared().url("postgres"));
        database.setUser(Postgres.USER);
        database.setPassword(Postgres.PASSWORD);
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        table = new OverlayTable(database, InstantSource.system(), OverlayTable.DEFAULT_RETENTION, true);
    }

    @AfterAll
    static void close() {
        table.close();
    }

    @Override
    protected Store create() throws Exception {
        return new OverlayStore(Remote.FTP.fresh(temp), "ftp-" + STORES.incrementAndGet(), table);
    }
}
