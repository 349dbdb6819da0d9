package dev.packhorse.store.openhands;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class OpenHandsGoldenTest extends GoldenSessions {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    @SuppressWarnings("NullAway.Init")
    private FileStoreServer server;

    @BeforeEach
    void serve() throws Exception {
        server = new FileStoreServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Override
    protected Store create() throws Exception {
        return OpenHandsStore.open(server.base(), FileStoreServer.options(temp, null));
    }
}
