package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.FsException.Kind;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ReadOnlyStoreTest {

    /** Nothing but an empty root. */
    private static final Store EMPTY = new ReadOnlyStore() {
        @Override
        public Capabilities capabilities() {
            return new Capabilities(Set.of(), Duration.ofSeconds(1));
        }

        @Override
        public Node stat(FsPath path) throws FsException {
            throw new FsException(Kind.NOT_FOUND, "stat", path);
        }

        @Override
        public Listing list(FsPath directory) throws FsException {
            throw new FsException(Kind.NOT_FOUND, "list", directory);
        }

        @Override
        public Listing walk(FsPath directory) throws FsException {
            throw new FsException(Kind.NOT_FOUND, "walk", directory);
        }

        @Override
        public Content read(FsPath path) throws FsException {
            throw new FsException(Kind.NOT_FOUND, "read", path);
        }

        @Override
        public void close() {}
    };

    @Test
    void eachChangeIsRefusedByItsName() throws Exception {
        FsPath a = FsPath.parse("/a");
        FsPath b = FsPath.parse("/b");
        Map<String, ThrowingCallable> changes = new LinkedHashMap<>();
        changes.put("write", () -> EMPTY.write(a, Body.of(new byte[1]), WriteOptions.DEFAULT));
        changes.put("makeDirectory", () -> EMPTY.makeDirectory(a, WriteOptions.DEFAULT));
        changes.put("link", () -> EMPTY.link(a, "b", WriteOptions.DEFAULT));
        changes.put("change", () -> EMPTY.change(a, AttributeChange.NONE, Preconditions.NONE));
        changes.put("copy", () -> EMPTY.copy(a, b, TransferOptions.OVERWRITE));
        changes.put("move", () -> EMPTY.move(a, b, TransferOptions.OVERWRITE));
        changes.put("remove", () -> EMPTY.remove(a, Preconditions.NONE));
        for (Map.Entry<String, ThrowingCallable> each : changes.entrySet()) {
            FsException failure = catchThrowableOfType(FsException.class, each.getValue());
            assertThat(failure.kind()).isEqualTo(Kind.UNSUPPORTED);
            assertThat(failure.operation()).isEqualTo(each.getKey());
            assertThat(failure.path()).isEqualTo(a);
        }
        assertThat(catchThrowableOfType(FsException.class, EMPTY::space).kind()).isEqualTo(Kind.UNSUPPORTED);
    }
}
