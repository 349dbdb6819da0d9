package dev.packhorse.store.vfs.ftp;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

class FtpGoldenTest {

    private abstract static class Over extends GoldenSessions {

        private final TestFtpServer server;

        Over(TestFtpServer.Kind kind) {
            server = new TestFtpServer(kind);
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

    @Nested
    class Rich extends Over {
        Rich() {
            super(TestFtpServer.Kind.RICH);
        }
    }

    @Nested
    class Plain extends Over {
        Plain() {
            super(TestFtpServer.Kind.PLAIN);
        }
    }
}
