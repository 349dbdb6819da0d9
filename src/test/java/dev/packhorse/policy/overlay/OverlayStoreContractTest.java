package dev.packhorse.policy.overlay;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.store.memory.MemoryStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The overlay takes nothing away from the store below it. */
class OverlayStoreContractTest extends StoreContract {

    private final List<TestDatabase> databases = new ArrayList<>();
    private final List<OverlayTable> tables = new ArrayList<>();

    /** Which database the test runs on. */
    TestDatabase.Kind kind() {
        return TestDatabase.Kind.H2;
    }

    /** The store behind the overlay. */
    Store behind() {
        return new MemoryStore(4 << 20);
    }

    @Override
    protected Store create() throws Exception {
        TestDatabase database = new TestDatabase(kind());
        databases.add(database);
        OverlayTable table = new OverlayTable(
                database, InstantSource.system(), Duration.ofHours(1), kind() == TestDatabase.Kind.POSTGRESQL);
        tables.add(table);
        return new OverlayStore(behind(), "memory:test", table, OverlayStore.Options.DEFAULT);
    }

    @AfterEach
    void closeTheDatabase() throws Exception {
        for (OverlayTable table : tables) {
            table.close();
        }
        for (TestDatabase database : databases) {
            database.close();
        }
    }
}
