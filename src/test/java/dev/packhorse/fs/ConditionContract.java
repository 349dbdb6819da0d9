package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What happens under preconditions, and when many want the same at once. */
abstract class ConditionContract extends AttributeContract {

    @Test
    void preconditionsHoldOrNothingHappens() throws IOException {
        writable();
        has(Capability.ETAGS);
        Node old = write("/a", "old");
        String etag = String.valueOf(old.etag());
        Preconditions match = new Preconditions(new EtagMatch(false, List.of("x", etag)), null, null, null);
        Preconditions other = new Preconditions(new EtagMatch(false, List.of("x")), null, null, null);
        for (ThrowingCallable refused : List.<ThrowingCallable>of(
                () -> store.write(path("/a"), Body.of(random(3)), WriteOptions.of(other)),
                () -> store.write(path("/a"), Body.of(random(3)), WriteOptions.of(Preconditions.MUST_NOT_EXIST)),
                () -> store.write(path("/b"), Body.of(random(3)), WriteOptions.of(match)),
                () -> store.makeDirectory(path("/b"), WriteOptions.of(match)),
                () -> store.change(path("/a"), AttributeChange.NONE, other),
                () -> store.copy(path("/a"), path("/b"), new TransferOptions(true, other)),
                () -> store.move(path("/a"), path("/b"), new TransferOptions(true, other)),
                () -> store.remove(path("/a"), other))) {
            assertFails(FsException.Kind.PRECONDITION_FAILED, refused);
        }
        assertThat(store.stat(path("/a"))).isEqualTo(old);
        assertThat(names(FsPath.ROOT)).containsExactly("a");
        store.write(path("/a"), Body.of(random(3)), WriteOptions.of(match));
        store.write(path("/c"), Body.of(random(3)), WriteOptions.of(Preconditions.MUST_NOT_EXIST));
        assertThat(names(FsPath.ROOT)).containsExactly("a", "c");
    }

    @Test
    void ofManyThatMayCreateOneDoes() throws Exception {
        writable();
        has(Capability.ETAGS);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 10; round++) {
                FsPath path = path("/round" + round);
                Callable<Boolean> attempt = () -> {
                    try {
                        store.write(path, Body.of(random(10)), WriteOptions.of(Preconditions.MUST_NOT_EXIST));
                        return true;
                    } catch (FsException e) {
                        assertThat(e.kind()).isEqualTo(FsException.Kind.PRECONDITION_FAILED);
                        return false;
                    }
                };
                int created = 0;
                for (Future<Boolean> result : threads.invokeAll(List.of(attempt, attempt, attempt, attempt))) {
                    created += result.get() ? 1 : 0;
                }
                assertThat(created).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aReaderSeesOneVersionWhole() throws Exception {
        writable();
        FsPath path = path("/a");
        store.write(path, Body.of(filled(0)), WriteOptions.DEFAULT);
        ExecutorService threads = Executors.newFixedThreadPool(1);
        try {
            Future<?> writer = threads.submit(() -> {
                for (int i = 0; i < repetitions() / 2; i++) {
                    store.write(path, Body.of(filled(i)), WriteOptions.DEFAULT);
                }
                return null;
            });
            while (!writer.isDone()) {
                try (Content content = store.read(path)) {
                    byte[] bytes = bytes(content.body());
                    assertThat(bytes.length).isEqualTo(content.node().size());
                    assertThat(bytes).containsOnly(bytes[0]);
                }
            }
            writer.get();
        } finally {
            threads.shutdownNow();
        }
    }

    private static byte[] filled(int version) {
        byte[] bytes = new byte[50_000 + version * 10];
        Arrays.fill(bytes, (byte) version);
        return bytes;
    }

    @Test
    void changeTimestampsAreKeptOrRefused() throws FsException {
        writable();
        assumeTrue(!store.capabilities().has(Capability.CHANGE_TIMESTAMPS), "the overlay's tests cover them");
        Preconditions ordered = new Preconditions(null, null, null, 1L);
        assertFails(
                FsException.Kind.UNSUPPORTED,
                () -> store.write(path("/a"), Body.of(random(3)), WriteOptions.of(ordered)));
        assertThat(names(FsPath.ROOT)).isEmpty();
    }
}
