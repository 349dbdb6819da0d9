package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.fs.WriteOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Against a server with modes and times. */
class FtpStoreTest extends StoreContract {

    @SuppressWarnings("NullAway.Init")
    private static TestFtpServer server;

    private static int roots;

    @BeforeAll
    static void start() {
        server = new TestFtpServer(TestFtpServer.Kind.RICH);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    protected Store create() throws Exception {
        FsPath root = FsPath.parse("/root " + roots++);
        server.files.makeDirectory(root, WriteOptions.DEFAULT);
        return server.open(root);
    }

    @Override
    protected boolean holds(String name) {
        // Apache FtpServer drops blanks at the end of a command.
        return !name.endsWith(" ");
    }
}
