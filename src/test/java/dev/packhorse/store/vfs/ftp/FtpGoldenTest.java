package dev.packhorse.store.vfs.ftp;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import org.junit.jupiter.api.AfterEach;

class FtpGoldenTest extends GoldenSessions {

    private final TestFtpServer server = new TestFtpServer(kind());

    /** How much the server can do. */
    TestFtpServer.Kind kind() {
        return TestFtpServer.Kind.RICH;
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Override
    protected Store create() throws Exception {
        return server.open(FsPath.ROOT);
    }
}
