package dev.packhorse.policy.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.store.replay.ReplayOptions;
import dev.packhorse.store.replay.ReplayStore;
import dev.packhorse.store.replay.TestDevice;
import java.nio.file.Path;
import java.util.EnumSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A video recorder of 2002 becomes a whole store. */
class ReplayStoreContractTest extends OverlayStoreContractTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path temp;

    @SuppressWarnings("NullAway.Init")
    private static TestDevice device;

    private static int roots;

    @BeforeAll
    static void start() {
        device = new TestDevice();
    }

    @AfterAll
    static void stop() {
        device.close();
    }

    @Override
    Store behind() {
        String root = "/Photo/root " + roots++;
        device.directory(root);
        try {
            return ReplayStore.open("127.0.0.1", device.port(), FsPath.parse(root), ReplayOptions.of(temp));
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void declaresAllThereIs() {
        assertThat(store().capabilities().all()).isEqualTo(EnumSet.allOf(Capability.class));
    }
}
