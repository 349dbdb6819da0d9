package dev.packhorse.policy.cache;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.store.memory.MemoryStore;
import java.time.Duration;

/** A cache with room for a handful of nodes, which forgets most of what it is told. */
class TinyCacheStoreContractTest extends StoreContract {

    @Override
    protected Store create() {
        Duration hour = Duration.ofHours(1);
        return new CacheStore(
                new MemoryStore(4 << 20),
                new CacheStore.Options(hour, hour, Duration.ZERO, Duration.ZERO, Duration.ZERO, 8, 8192));
    }
}
