package dev.packhorse.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class MemoryStoreTest extends StoreContract {

    private static final int SIZE = 4 << 20;

    @Override
    protected Store create() {
        return new MemoryStore(SIZE);
    }

    @Test
    void aFullStoreTakesNoMoreAndKeepsWhatItHas() throws IOException {
        write("/a", "old");
        for (long declared : new long[] {SIZE + 1, Body.UNKNOWN}) {
            assertFails(
                    FsException.Kind.NO_SPACE,
                    () -> store().write(path("/a"), body(new byte[SIZE + 1], declared), WriteOptions.DEFAULT));
        }
        assertThat(text("/a")).isEqualTo("old");
    }

    @Test
    void manyEmptyFilesFillAStore() {
        assertFails(FsException.Kind.NO_SPACE, () -> {
            for (int i = 0; i <= SIZE / 200; i++) {
                directory("/" + i);
            }
        });
    }

    @Test
    void whatIsRemovedLeavesNoTrace() throws IOException {
        long free = store().space().free();
        directory("/d");
        write("/d/a", "hello");
        write("/d/a", "hello again");
        store().move(path("/d/a"), path("/d/longer name"), TransferOptions.OVERWRITE);
        write("/d/a", "x");
        store().move(path("/d/longer name"), path("/d/a"), TransferOptions.OVERWRITE);
        link("/d/l", "target");
        store().copy(path("/d"), path("/e"), TransferOptions.OVERWRITE);
        assertFails(FsException.Kind.IO, () -> store().write(path("/x"), body(random(10), 11), WriteOptions.DEFAULT));
        assertThat(store().space().free()).isLessThan(free);
        store().remove(path("/d"), Preconditions.NONE);
        store().remove(path("/e"), Preconditions.NONE);
        assertThat(store().space().free()).isEqualTo(free);
    }

    @Test
    void anAbsoluteTargetStartsAtTheRootOfTheStore() throws IOException {
        directory("/d");
        write("/d/a", "x");
        link("/l", "/d");
        assertThat(text("/l/a")).isEqualTo("x");
    }
}
