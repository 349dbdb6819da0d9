package dev.packhorse.store.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VfsTmpStoreTest extends StoreContract {

    @TempDir
    Path folder;

    @Override
    protected Store create() throws IOException {
        return VfsStore.open("tmp:/", TestOptions.in(folder));
    }

    @Test
    void theFolderIsPrivateAndGoesWithTheStore() throws IOException {
        write("/a", "x");
        directory("/d");
        write("/d/b", "x");
        try (var folders = Files.list(folder)) {
            assertThat(folders.toList())
                    .singleElement()
                    .satisfies(made -> assertThat(Files.getPosixFilePermissions(made))
                            .hasSize(3)
                            .allMatch(permission -> permission.name().startsWith("OWNER")));
        }
        store().close();
        assertThat(folder).isEmptyDirectory();
    }
}
