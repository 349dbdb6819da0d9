package dev.packhorse.policy.access;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.store.memory.MemoryStore;

/** What is read-only declares and does nothing that changes it. */
class ReadOnlyContractTest extends StoreContract {

    @Override
    protected Store create() {
        return new RestrictedStore(
                new MemoryStore(4 << 20),
                new Restrictions(Globs.NONE, Globs.NONE, /* readOnly= */ true, Long.MAX_VALUE));
    }
}
