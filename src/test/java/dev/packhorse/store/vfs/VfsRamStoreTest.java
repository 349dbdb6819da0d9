package dev.packhorse.store.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VfsRamStoreTest extends StoreContract {

    private static final int LIMIT = 4 << 20;

    @TempDir
    Path folder;

    @Override
    protected Store create() throws IOException {
        return VfsStore.open("ram:/", TestOptions.in(folder));
    }

    @Test
    void aFullStoreTakesNoMoreAndKeepsWhatItHas() throws IOException {
        write("/a", "old");
        for (long declared : new long[] {LIMIT + 1, Body.UNKNOWN}) {
            assertFails(
                    FsException.Kind.NO_SPACE,
                    () -> store().write(path("/a"), body(new byte[LIMIT + 1], declared), WriteOptions.DEFAULT));
        }
        store().write(path("/b"), Body.of(new byte[LIMIT / 2]), WriteOptions.DEFAULT);
        assertFails(
                FsException.Kind.NO_SPACE,
                () -> store().write(path("/c"), Body.of(new byte[LIMIT / 2 + 10]), WriteOptions.DEFAULT));
        assertThat(names(path("/"))).containsExactly("a", "b");
        assertThat(text("/a")).isEqualTo("old");
    }

    @Test
    void treesAreMovedWhole() throws IOException {
        directory("/a");
        directory("/a/b");
        write("/a/b/c d", "x");
        store().move(path("/a"), path("/z"), TransferOptions.CREATE_NEW);
        assertThat(walked(path("/"))).containsExactly("/z", "/z/b", "/z/b/c d");
        assertThat(text("/z/b/c d")).isEqualTo("x");
    }
}
