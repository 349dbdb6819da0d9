package dev.packhorse.store.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.ListedPaths;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.WriteOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Others remove files from a directory while the server reads it; a server of MINA's fails then. */
class VanishingEntriesTest {

    @TempDir
    Path folder;

    private MinaServer server;
    private SftpStore store;

    @BeforeEach
    void open() throws Exception {
        Path known = folder.resolve("known_hosts");
        server = new MinaServer(known);
        store = SftpStore.open(
                "127.0.0.1",
                server.port(),
                Files.createDirectory(folder.resolve("root")).toString(),
                MinaServer.options(known));
    }

    @AfterEach
    void close() throws Exception {
        store.close();
        server.close();
    }

    @Test
    void whatIsLeftIsListed() throws Exception {
        write("/a");
        write("/b");
        server.vanishing(5);
        assertThat(ListedPaths.of(store.list(FsPath.ROOT))).containsExactly("/a", "/b");
    }

    @Test
    void aDirectoryIsRemoved() throws Exception {
        store.makeDirectory(FsPath.parse("/d"), WriteOptions.DEFAULT);
        write("/d/a");
        server.vanishing(5);
        store.remove(FsPath.parse("/d"), Preconditions.NONE);
        assertThat(ListedPaths.of(store.list(FsPath.ROOT))).isEmpty();
    }

    @Test
    void withoutAnEndItIsAFailureAndNoShortListing() throws Exception {
        write("/a");
        server.vanishing(Integer.MAX_VALUE);
        assertThatThrownBy(() -> store.list(FsPath.ROOT))
                .isInstanceOfSatisfying(
                        FsException.class, e -> assertThat(e.kind()).isEqualTo(FsException.Kind.UNAVAILABLE));
    }

    private void write(String path) throws Exception {
        store.write(FsPath.parse(path), Body.of("x".getBytes(StandardCharsets.UTF_8)), WriteOptions.DEFAULT);
    }
}
