package dev.packhorse.policy.quota;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.store.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A quota that is not used up is not noticed. */
class QuotaStoreContractTest extends StoreContract {

    private final List<Quota> quotas = new ArrayList<>();

    @Override
    protected Store create() {
        MemoryStore memory = new MemoryStore(4 << 20);
        Quota quota = Quota.start("/test", new Quota.Limits(8 << 20, 100_000, Duration.ofHours(1)), memory);
        quotas.add(quota);
        return new QuotaStore(memory, quota);
    }

    @AfterEach
    void stopCounting() {
        quotas.forEach(Quota::close);
    }
}
