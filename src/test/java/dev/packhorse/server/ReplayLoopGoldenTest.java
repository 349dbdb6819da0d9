package dev.packhorse.server;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.front.replay.Device;
import dev.packhorse.front.replay.ReplayExport;
import dev.packhorse.front.replay.ReplayFront;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.store.memory.MemoryStore;
import dev.packhorse.store.replay.ReplayOptions;
import dev.packhorse.store.replay.ReplayStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The HTTP Filesystem front over our own client over our own device. */
class ReplayLoopGoldenTest extends GoldenSessions {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    private final List<ReplayExport> exports =
            List.of(Device.export("Photo", new MemoryStore(64L << 20), true, true, true));

    private final ReplayListener listener = new ReplayListener(
            ReplaySettings.DEFAULT,
            new ReplayFront(Device.DESCRIPTION, InstantSource.system()),
            remote -> exports,
            (exchange, status, received, sent, nanos) -> {},
            Limits.none());

    @AfterEach
    void stop() {
        listener.stop();
    }

    @Override
    protected Store create() throws Exception {
        listener.start();
        return ReplayStore.open("127.0.0.1", listener.port(), FsPath.parse("/Photo"), ReplayOptions.of(temp));
    }
}
