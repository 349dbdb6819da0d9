package dev.packhorse.server;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.store.replay.ReplayOptions;
import dev.packhorse.store.replay.ReplayStore;
import dev.packhorse.store.replay.TestDevice;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** One store of this kind through another: each has temporary names, and lets those of the other pass. */
class ReplayChainLoopTest extends ReplayLoopTest {

    private final TestDevice device = new TestDevice();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path inner;

    @AfterEach
    void stopDevice() {
        device.close();
    }

    @Override
    protected int repetitions() {
        return 3;
    }

    @Override
    Store behind() throws Exception {
        return ReplayStore.open("127.0.0.1", device.port(), FsPath.parse("/Photo"), ReplayOptions.of(inner));
    }
}
