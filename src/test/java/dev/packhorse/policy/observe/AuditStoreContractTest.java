package dev.packhorse.policy.observe;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** What is written down takes nothing away from the store below. */
final class AuditStoreContractTest extends StoreContract {

    private final List<AuditLog> logs = new ArrayList<>();

    @Override
    protected Store create() throws IOException {
        AuditLog log = AuditLog.to(new TestOutput(), AuditLog.Options.DEFAULT);
        logs.add(log);
        return new AuditStore(new MemoryStore(4 << 20), log, AuditStoreTest.ORIGIN);
    }

    @AfterEach
    void closeTheLog() {
        logs.forEach(AuditLog::close);
    }
}
