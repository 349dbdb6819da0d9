package dev.packhorse.store.vfs.ftp;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import org.junit.jupiter.api.AfterEach;

class PlainFtpGoldenTest extends GoldenSessions {

    private final TestFtpServer server = new TestFtpServer(TestFtpServer.Kind.PLAIN);

    @AfterEach
    void stop() {
        server.close();
    }

    @Override
    protected Store create() throws Exception {
        return server.open(FsPath.ROOT);
    }
}
