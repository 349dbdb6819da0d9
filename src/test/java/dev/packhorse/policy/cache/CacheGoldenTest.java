package dev.packhorse.policy.cache;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.Store;
import dev.packhorse.store.local.LocalStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

class CacheGoldenTest extends GoldenSessions {

    @TempDir
    Path folder;

    @Override
    protected Store create() throws IOException {
        return new CacheStore(
                LocalStore.open(folder, LocalStore.Options.DEFAULT), CacheStore.Options.of(Duration.ofHours(1)));
    }
}
