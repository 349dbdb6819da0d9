package dev.packhorse.policy.access;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.store.memory.MemoryStore;

/** Who has all rights notices nothing. */
class AccessStoreContractTest extends StoreContract {

    @Override
    protected Store create() {
        CallerRights rights =
                AccessFixture.rules("joe:rw; /x/**: joe:rw, anyone:r").of(AccessFixture.joe(), FsPath.ROOT);
        return new AccessStore(new MemoryStore(4 << 20), rights);
    }
}
