package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What every store does, and every policy around a store, and every front with its own client.
 *
 * <p>Tests skip by what the store declares, never by what it is. What is not declared must fail as {@code UNSUPPORTED}. In the
 * end nothing may be open.
 *
 * <p>By topic: {@link ContentContract}, {@link AttributeContract}, {@link ConditionContract}, {@link TreeContract}, and here copies,
 * moves and the rest.
 */
public abstract class StoreContract extends TreeContract {

    @Test
    void aCopyIsEqualAndIndependent() throws IOException {
        writable();
        Node source = write(
                "/a",
                "x",
                new AttributeChange(new Mode(0640), Instant.parse("2001-02-03T04:05:06Z"), null, null)
                        .keptBy(store.capabilities()));
        write("/b", "replaced");
        Node copy = store.copy(path("/a"), path("/b"), TransferOptions.OVERWRITE);
        assertThat(copy).isEqualTo(store.stat(path("/b")));
        assertThat(copy.mode()).isEqualTo(source.mode());
        if (store.capabilities().has(Capability.MODIFIED)) {
            assertTime(copy, source.modified());
        }
        write("/a", "changed");
        assertThat(text("/b")).isEqualTo("x");
    }

    @Test
    void aDirectoryIsCopiedIntoWhatIsThere() throws IOException {
        writable();
        directory("/s");
        directory("/s/d");
        write("/s/a", "new");
        write("/s/d/b", "new");
        directory("/t");
        write("/t/a", "old");
        write("/t/c", "stays");
        store.copy(path("/s"), path("/t"), TransferOptions.OVERWRITE);
        assertThat(walked(FsPath.ROOT))
                .containsExactly("/s", "/s/a", "/s/d", "/s/d/b", "/t", "/t/a", "/t/c", "/t/d", "/t/d/b");
        assertThat(text("/t/a")).isEqualTo("new");
        store.copy(path("/s"), path("/u"), TransferOptions.CREATE_NEW);
        assertThat(text("/u/d/b")).isEqualTo("new");
    }

    @Test
    void aSymlinkIsCopiedAndMovedAsASymlink() throws IOException {
        has(Capability.SYMLINKS);
        link("/l", "nowhere");
        store.copy(path("/l"), path("/m"), TransferOptions.CREATE_NEW);
        assertThat(text("/m")).isEqualTo("nowhere");
        store.move(path("/m"), path("/n"), TransferOptions.CREATE_NEW);
        assertThat(text("/n")).isEqualTo("nowhere");
        assertThat(names(FsPath.ROOT)).containsExactly("l", "n");
    }

    @Test
    void aMoveTakesEverythingAlong() throws IOException {
        writable();
        Node file = write("/a", "x");
        Node moved = store.move(path("/a"), path("/b"), TransferOptions.CREATE_NEW);
        assertThat(moved).isEqualTo(file.at(path("/b"))).isEqualTo(store.stat(path("/b")));
        directory("/d");
        write("/d/c", "y");
        directory("/e");
        store.move(path("/d"), path("/e"), TransferOptions.OVERWRITE);
        store.move(path("/b"), path("/e/c"), TransferOptions.OVERWRITE);
        assertThat(walked(FsPath.ROOT)).containsExactly("/e", "/e/c");
        assertThat(text("/e/c")).isEqualTo("x");
    }

    @Test
    void transfersThatMakeNoSenseAreRefused() throws IOException {
        writable();
        write("/a", "a");
        write("/b", "b");
        directory("/d");
        directory("/full");
        write("/full/x", "x");
        assertTransferFails(FsException.Kind.ALREADY_EXISTS, "/a", "/b", TransferOptions.CREATE_NEW);
        assertTransferFails(FsException.Kind.ALREADY_EXISTS, "/d", "/full", TransferOptions.CREATE_NEW);
        assertTransferFails(FsException.Kind.INVALID_NAME, "/a", "/a", TransferOptions.OVERWRITE);
        assertTransferFails(FsException.Kind.INVALID_NAME, "/", "/d", TransferOptions.OVERWRITE);
        assertTransferFails(FsException.Kind.INVALID_NAME, "/d", "/", TransferOptions.OVERWRITE);
        assertTransferFails(FsException.Kind.BUSY, "/d", "/d/e", TransferOptions.OVERWRITE);
        assertTransferFails(FsException.Kind.IS_A_DIRECTORY, "/a", "/d", TransferOptions.OVERWRITE);
        assertTransferFails(FsException.Kind.NOT_A_DIRECTORY, "/d", "/a", TransferOptions.OVERWRITE);
        assertFails(FsException.Kind.NOT_EMPTY, () -> store.move(path("/d"), path("/full"), TransferOptions.OVERWRITE));
        assertThat(walked(FsPath.ROOT)).containsExactly("/a", "/b", "/d", "/full", "/full/x");
        assertThat(text("/b")).isEqualTo("b");
    }

    private void assertTransferFails(FsException.Kind kind, String source, String target, TransferOptions options) {
        assertFails(kind, () -> store.copy(path(source), path(target), options));
        assertFails(kind, () -> store.move(path(source), path(target), options));
    }

    @Test
    void theRoomIsToldOrRefused() throws FsException {
        if (store.capabilities().has(Capability.SPACE)) {
            Space space = store.space();
            assertThat(space.total() > 0).isEqualTo(knowsRoom());
            assertThat(space.free()).isBetween(0L, space.total());
        } else {
            assertFails(FsException.Kind.UNSUPPORTED, () -> store.space());
        }
    }

    @Test
    void whatIsNotDeclaredIsUnsupported() throws IOException {
        Capabilities capabilities = store.capabilities();
        if (!capabilities.has(Capability.WRITE)) {
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> write("/a", ""),
                    () -> directory("/d"),
                    () -> link("/l", "x"),
                    () -> store.copy(path("/a"), path("/b"), TransferOptions.OVERWRITE),
                    () -> store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE),
                    () -> store.remove(path("/a"), Preconditions.NONE))) {
                assertFails(FsException.Kind.UNSUPPORTED, call);
            }
            return;
        }
        if (!capabilities.has(Capability.SYMLINKS)) {
            assertFails(FsException.Kind.UNSUPPORTED, () -> link("/l", "x"));
        }
        write("/a", "x");
        for (AttributeChange change : List.of(
                mode(0600),
                modified(Instant.EPOCH),
                new AttributeChange(null, null, new Owner(1, 2), null),
                new AttributeChange(null, null, null, "text/plain"))) {
            if (!change.equals(change.keptBy(capabilities))) {
                assertFails(FsException.Kind.UNSUPPORTED, () -> store.change(path("/a"), change, Preconditions.NONE));
                assertFails(FsException.Kind.UNSUPPORTED, () -> write("/b", "", change));
                assertFails(
                        FsException.Kind.UNSUPPORTED, () -> store.makeDirectory(path("/d"), WriteOptions.of(change)));
            }
        }
        assertThat(names(FsPath.ROOT)).containsExactly("a");
    }

    @Test
    void aClosedStoreIsUnavailable() throws FsException {
        store.close();
        assertFails(FsException.Kind.UNAVAILABLE, () -> store.stat(FsPath.ROOT));
        assertFails(FsException.Kind.UNAVAILABLE, () -> store.list(FsPath.ROOT).close());
        assertFails(FsException.Kind.UNAVAILABLE, () -> store.read(path("/a")).close());
    }
}
