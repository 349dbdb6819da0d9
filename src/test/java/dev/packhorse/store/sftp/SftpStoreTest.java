package dev.packhorse.store.sftp;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class SftpStoreTest extends StoreContract {

    @TempDir
    static Path known;

    private static MinaServer server;

    @TempDir
    Path folder;

    @BeforeAll
    static void startTheServer() throws Exception {
        server = new MinaServer(known.resolve("known_hosts"));
    }

    @AfterAll
    static void stopTheServer() throws Exception {
        server.close();
    }

    @Override
    protected Store create() throws Exception {
        Path root = Files.createDirectory(folder.resolve("root"));
        return SftpStore.open(
                "127.0.0.1",
                server.port(),
                root.toString(),
                MinaServer.options(known.resolve("known_hosts")).withSessions(2));
    }
}
