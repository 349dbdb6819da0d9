package dev.packhorse.server;

import dev.packhorse.front.replay.Device;
import dev.packhorse.front.replay.ReplayExport;
import dev.packhorse.front.replay.ReplayFront;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.store.memory.MemoryStore;
import dev.packhorse.store.replay.ReplayOptions;
import dev.packhorse.store.replay.ReplayStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The emulated device through our own client, over a real socket, with every query encrypted. */
class ReplayLoopTest extends StoreContract {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    private List<ReplayExport> exports = List.of();

    private final ReplayListener listener = new ReplayListener(
            ReplaySettings.DEFAULT,
            new ReplayFront(Device.DESCRIPTION, InstantSource.system()),
            remote -> exports,
            (exchange, status, received, sent, nanos) -> {},
            Limits.none());

    /** What the device has its files in. */
    Store behind() throws Exception {
        return new MemoryStore(256L << 20);
    }

    /** Whether the export wants that, and the client does it. */
    boolean encrypted() {
        return true;
    }

    @AfterEach
    void stop() throws Exception {
        listener.stop();
        for (ReplayExport export : exports) {
            export.store().close();
        }
    }

    @Override
    protected Store create() throws Exception {
        exports = List.of(Device.export("Photo", behind(), true, encrypted(), true));
        listener.start();
        return ReplayStore.open("127.0.0.1", listener.port(), FsPath.parse("/Photo"), options(ReplayOptions.of(temp)));
    }

    ReplayOptions options(ReplayOptions defaults) {
        return defaults;
    }
}
