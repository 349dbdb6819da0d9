package dev.packhorse.store.replay;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A folder of a device. */
class ReplayStoreTest extends StoreContract {

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
    protected Store create() throws Exception {
        String root = "/Photo/root " + roots++;
        device.directory(root);
        return ReplayStore.open("127.0.0.1", device.port(), FsPath.parse(root), ReplayOptions.of(temp));
    }
}
