package dev.packhorse.store.sftp;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class OpenSshStoreTest extends StoreContract {

    @TempDir
    static Path keys;

    private static OpenSshServer server;

    @TempDir
    Path folder;

    @BeforeAll
    static void startTheServer() throws Exception {
        server = new OpenSshServer(keys);
    }

    @AfterAll
    static void stopTheServer() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected Store create() throws Exception {
        Path root = Files.createDirectory(folder.resolve("root"));
        return SftpStore.open("127.0.0.1", server.port(), root.toString(), server.options());
    }
}
