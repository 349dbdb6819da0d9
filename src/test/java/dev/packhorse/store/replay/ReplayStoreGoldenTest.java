package dev.packhorse.store.replay;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class ReplayStoreGoldenTest extends GoldenSessions {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    @SuppressWarnings("NullAway.Init")
    private TestDevice device;

    @BeforeEach
    void start() {
        device = new TestDevice();
    }

    @AfterEach
    void stop() {
        device.close();
    }

    @Override
    protected Store create() throws Exception {
        return ReplayStore.open("127.0.0.1", device.port(), FsPath.parse("/Photo"), ReplayOptions.of(temp));
    }
}
