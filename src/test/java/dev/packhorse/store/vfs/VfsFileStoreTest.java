package dev.packhorse.store.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VfsFileStoreTest extends StoreContract {

    @TempDir
    Path folder;

    @Override
    protected Store create() throws IOException {
        return VfsStore.open(
                Files.createDirectory(folder.resolve("root %25[x]")).toUri().toString(), VfsOptions.DEFAULT);
    }

    private Path root() {
        return folder.resolve("root %25[x]");
    }

    @Test
    void symlinksAreShownAndFollowedBelowTheRootOnly() throws IOException {
        Files.createDirectory(folder.resolve("outside"));
        Files.writeString(folder.resolve("outside/secret"), "secret");
        directory("/d");
        write("/d/a", "x");
        Files.createSymbolicLink(root().resolve("in"), Path.of("d"));
        Files.createSymbolicLink(root().resolve("out"), Path.of("../outside"));
        assertThat(store().stat(path("/out")).type()).isEqualTo(NodeType.SYMLINK);
        assertThat(text("/out")).isEqualTo("../outside");
        assertThat(text("/in/a")).isEqualTo("x");
        assertFails(
                FsException.Kind.PERMISSION_DENIED,
                () -> store().read(path("/out/secret")).close());
        assertFails(FsException.Kind.PERMISSION_DENIED, () -> write("/out/new", "x"));
        store().copy(path("/out"), path("/copy"), TransferOptions.CREATE_NEW);
        assertThat(Files.isSymbolicLink(root().resolve("copy"))).isTrue();
        store().remove(path("/out"), Preconditions.NONE);
        assertThat(folder.resolve("outside/secret")).exists();
    }

    @Test
    void temporaryNamesAreHiddenAndRefused() throws IOException {
        Files.writeString(root().resolve(".packhorse-0123.tmp"), "x");
        assertThat(names(path("/"))).isEmpty();
        assertFails(FsException.Kind.INVALID_NAME, () -> store().stat(path("/.packhorse-0123.tmp")));
        assertFails(FsException.Kind.INVALID_NAME, () -> write("/.packhorse-1", "x"));
    }

    @Test
    void nothingTemporaryIsLeft() throws IOException {
        write("/a", "x");
        directory("/d");
        write("/d/b", "x");
        assertFails(
                FsException.Kind.TIMEOUT,
                () -> store().write(path("/a"), broken(FsException.Kind.TIMEOUT), WriteOptions.DEFAULT));
        store().remove(path("/d"), Preconditions.NONE);
        try (var left = Files.list(root())) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactly("a");
        }
    }

    @Test
    void aFileIsReadFromItsOwnChannel() throws IOException {
        write("/a", "x");
        try (Content content = store().read(path("/a"))) {
            assertThat(content.body().slice()).isNotNull();
        }
    }

    @Test
    void aRootThatVanishesIsUnavailable() throws IOException {
        Files.delete(root());
        assertFails(FsException.Kind.UNAVAILABLE, () -> store().stat(path("/")));
        assertFails(FsException.Kind.UNAVAILABLE, () -> store().stat(path("/a")));
    }
}
