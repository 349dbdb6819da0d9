package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Store;
import dev.packhorse.store.memory.MemoryStore;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** A store that can only write becomes a whole one. */
class BareStoreContractTest extends OverlayStoreContractTest {

    @Override
    Store behind() {
        return new BareStore(new MemoryStore(4 << 20));
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
