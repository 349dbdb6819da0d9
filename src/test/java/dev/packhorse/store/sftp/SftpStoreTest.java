package dev.packhorse.store.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
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

    @Test
    void entriesThatVanishWhileTheServerLooksAtThemAreNotListed() throws Exception {
        write("/a", "a");
        directory("/d");
        write("/d/b", "b");
        server.vanishing(5);
        assertThat(names(FsPath.ROOT)).containsExactly("a", "d");
        server.vanishing(5);
        store.remove(path("/d"), Preconditions.NONE);
        assertThat(names(FsPath.ROOT)).containsExactly("a");
    }

    @Test
    void aDirectoryWhoseEntriesNeverStopVanishingIsAFailureAndNotEmpty() throws Exception {
        write("/a", "a");
        server.vanishing(Integer.MAX_VALUE);
        try {
            assertFails(FsException.Kind.UNAVAILABLE, () -> names(FsPath.ROOT));
        } finally {
            server.vanishing(0);
        }
    }
}
