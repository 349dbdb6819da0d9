package dev.packhorse.store.local;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.Store;
import dev.packhorse.policy.overlay.OverlayStore;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class LocalGoldenTest extends GoldenSessions {

    @TempDir
    Path folder;

    @Override
    protected Store create() throws IOException {
        return LocalStore.open(folder, LocalStore.Options.DEFAULT);
    }

    @Override
    protected OverlayStore.Options kept() {
        return OverlayStore.Options.TIMESTAMPS;
    }
}
