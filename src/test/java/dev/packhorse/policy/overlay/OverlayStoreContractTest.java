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

    @Override
    protected Store create() throws Exception {
        TestDatabase database = new TestDatabase();
        databases.add(database);
        return new OverlayStore(
                new MemoryStore(4 << 20),
                "memory:test",
                new OverlayTable(database, InstantSource.system(), Duration.ofHours(1)));
    }

    @AfterEach
    void closeTheDatabase() throws Exception {
        for (TestDatabase database : databases) {
            database.close();
        }
    }
}
