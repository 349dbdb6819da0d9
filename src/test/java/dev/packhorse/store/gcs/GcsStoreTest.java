package dev.packhorse.store.gcs;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class GcsStoreTest extends StoreContract {

    @SuppressWarnings("NullAway.Init")
    private static GcsServer server;

    @BeforeAll
    static void startTheServer() throws IOException {
        server = GcsServer.start("bucket");
    }

    @AfterAll
    static void stopTheServer() {
        server.close();
    }

    @Override
    protected Store create() throws IOException {
        server.clear();
        return GcsStore.open("bucket", "some/prefix", server.options());
    }
}
