package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Store;
import dev.packhorse.store.memory.MemoryStore;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** A store with entity tags and nothing else: preconditions hold for files and for symlinks that are rows. */
class TaggedStoreContractTest extends OverlayStoreContractTest {

    @Override
    Store behind() {
        return new BareStore(new MemoryStore(4 << 20), EnumSet.of(Capability.WRITE, Capability.ETAGS));
    }

    @Test
    void declaresWhatRowsKeep() {
        assertThat(store().capabilities().all())
                .containsAll(EnumSet.of(
                        Capability.MODE,
                        Capability.OWNER,
                        Capability.MODIFIED,
                        Capability.MEDIA_TYPE,
                        Capability.SYMLINKS,
                        Capability.CHANGE_TIMESTAMPS));
    }
}
