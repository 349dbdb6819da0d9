package dev.packhorse.store.sftp;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SftpStoreTest extends StoreContract {

    @TempDir
    Path folder;

    private MinaServer server;

    @Override
    protected Store create() throws Exception {
        Path root = Files.createDirectory(folder.resolve("root"));
        Path known = folder.resolve("known_hosts");
        server = new MinaServer(known);
        return SftpStore.open("127.0.0.1", server.port(), root.toString(), MinaServer.options(known));
    }

    @AfterEach
    void stopTheServer() throws Exception {
        server.close();
    }
}
