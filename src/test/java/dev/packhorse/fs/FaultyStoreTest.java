package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FaultyStoreTest {

    private final FaultyStore store = new FaultyStore(new MemoryStore(1 << 20));

    @Test
    void anOperationFailsUntilItIsMended() throws IOException {
        store.fail("stat", FsException.Kind.TIMEOUT);
        assertThatThrownBy(() -> store.stat(FsPath.ROOT))
                .isInstanceOfSatisfying(
                        FsException.class, e -> assertThat(e.kind()).isEqualTo(FsException.Kind.TIMEOUT));
        store.mend();
        assertThat(store.stat(FsPath.ROOT).isDirectory()).isTrue();
    }

    @Test
    void aBodyBreaksAfterSoManyBytes() throws IOException {
        FsPath path = FsPath.parse("/a");
        store.write(path, Body.of(new byte[1000]), WriteOptions.DEFAULT);
        store.breakReadsAfter(100);
        try (Content content = store.read(path);
                InputStream in = content.body().open()) {
            assertThat(in.readNBytes(100)).hasSize(100);
            assertThatThrownBy(in::read).isInstanceOf(FsException.class);
        }
    }

    @Test
    void aStallHoldsUntilItIsReleased() throws Exception {
        FaultyStore.Stall stall = store.stall("list");
        CompletableFuture<Void> listed = CompletableFuture.runAsync(() -> {
            try {
                store.list(FsPath.ROOT).close();
            } catch (FsException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(stall.awaitArrival()).isEqualTo(FsPath.ROOT);
        assertThat(listed).isNotDone();
        stall.release();
        listed.get(10, TimeUnit.SECONDS);
    }
}
