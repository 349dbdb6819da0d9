package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Store;
import dev.packhorse.store.memory.MemoryStore;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** What a store keeps by itself stays there, the rest goes into rows, in one change. */
class HalfStoreContractTest extends OverlayStoreContractTest {

    @Override
    Store behind() {
        return new BareStore(
                new MemoryStore(4 << 20),
                EnumSet.of(
                        Capability.WRITE, Capability.MODE, Capability.MODIFIED, Capability.SYMLINKS, Capability.ETAGS));
    }

    @Test
    void declaresWhatRowsKeepAndTheStore() {
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
