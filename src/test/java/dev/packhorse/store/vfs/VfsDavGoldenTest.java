package dev.packhorse.store.vfs;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(value = "serverIsInstalled", disabledReason = "rclone, which serves WebDAV for this test, is not installed")
class VfsDavGoldenTest extends GoldenSessions {

    @TempDir
    static Path served;

    @SuppressWarnings("NullAway.Init")
    private static DavServer server;

    private static int roots;

    @TempDir
    Path temp;

    static boolean serverIsInstalled() {
        return DavServer.program() != null;
    }

    @BeforeAll
    static void startServer() throws IOException {
        server = DavServer.start(served);
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Override
    protected Store create() throws IOException {
        String root = "root" + ++roots;
        Files.createDirectory(served.resolve(root));
        return VfsStore.open(server.uri("/" + root), TestOptions.in(temp));
    }
}
