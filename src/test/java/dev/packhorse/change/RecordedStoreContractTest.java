package dev.packhorse.change;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.policy.overlay.TestDatabase;
import dev.packhorse.store.memory.MemoryStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Recording takes nothing away from the store below it. */
final class RecordedStoreContractTest extends StoreContract {

    private final List<TestOutbox> outboxes = new ArrayList<>();

    @Override
    protected Store create() throws Exception {
        TestOutbox test = new TestOutbox(TestDatabase.Kind.H2);
        outboxes.add(test);
        Outbox outbox = test.open();
        outbox.subscribe(TestOutbox.EXPORT, "s");
        return outbox.recording(TestOutbox.EXPORT, new MemoryStore(4 << 20));
    }

    @AfterEach
    void closeTheOutbox() throws Exception {
        for (TestOutbox each : outboxes) {
            each.close();
        }
    }
}
