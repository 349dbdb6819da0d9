package dev.packhorse.policy.cache;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.store.memory.MemoryStore;
import java.time.Duration;

/** What is remembered for an hour is nevertheless never older than the last change. */
class CacheStoreContractTest extends StoreContract {

    @Override
    protected Store create() {
        return new CacheStore(new MemoryStore(4 << 20), CacheStore.Options.of(Duration.ofHours(1)));
    }
}
