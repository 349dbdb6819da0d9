package dev.packhorse.policy.access;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.store.memory.MemoryStore;

/** Restrictions that nothing falls under are not noticed. */
class RestrictedStoreContractTest extends StoreContract {

    @Override
    protected Store create() {
        return new RestrictedStore(
                new MemoryStore(4 << 20),
                new Restrictions(Globs.parse(".git, *.tmp"), Globs.parse("*.exe"), /* readOnly= */ false, 4 << 20));
    }
}
