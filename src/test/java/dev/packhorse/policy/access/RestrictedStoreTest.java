package dev.packhorse.policy.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ForwardingStoreTest;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Permissions;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RestrictedStoreTest extends AccessFixture {

    private static final AttributeChange MODE = new AttributeChange(new Mode(0600), null, null, null);
    private static final Restrictions HIDING =
            new Restrictions(Globs.parse(".git, *.tmp"), Globs.NONE, /* readOnly= */ false, Long.MAX_VALUE);
    private static final Restrictions REFUSING =
            new Restrictions(Globs.NONE, Globs.parse("*.exe"), /* readOnly= */ false, Long.MAX_VALUE);

    private RestrictedStore with(Restrictions restrictions) {
        return new RestrictedStore(asked, restrictions);
    }

    @Test
    void whatIsHiddenIsNotThere() throws FsException {
        made("/.git/config", "/d/.git/config", "/d/x", "/d/x.tmp", "/x.tmp");
        RestrictedStore store = with(HIDING);

        assertThat(listed(store, "/")).containsExactly("/d");
        assertThat(listed(store, "/d")).containsExactly("/d/x");
        assertThat(walked(store, "/")).containsExactly("/d", "/d/x");
        assertThat(walked(store, "/d")).containsExactly("/d/x");
        for (String hidden : List.of("/.git", "/.git/config", "/d/.git/config", "/x.tmp", "/none.tmp")) {
            assertFails(Kind.NOT_FOUND, () -> store.stat(path(hidden)));
            assertFails(Kind.NOT_FOUND, () -> store.read(path(hidden)));
            assertFails(Kind.NOT_FOUND, () -> store.list(path(hidden)));
            assertFails(Kind.NOT_FOUND, () -> store.walk(path(hidden)));
            assertFails(Kind.NOT_FOUND, () -> store.change(path(hidden), MODE, Preconditions.NONE));
            assertFails(Kind.NOT_FOUND, () -> store.remove(path(hidden), Preconditions.NONE));
            assertFails(Kind.NOT_FOUND, () -> store.copy(path(hidden), path("/y"), TransferOptions.OVERWRITE));
            assertFails(Kind.NOT_FOUND, () -> store.move(path(hidden), path("/y"), TransferOptions.OVERWRITE));
        }
    }

    @Test
    void nothingIsMadeWhereItWouldBeHidden() throws FsException {
        made("/x");
        RestrictedStore store = with(HIDING);

        for (String hidden : List.of("/.git", "/.git/config", "/y.tmp")) {
            assertFails(Kind.PERMISSION_DENIED, () -> store.write(path(hidden), text(""), WriteOptions.DEFAULT));
            assertFails(Kind.PERMISSION_DENIED, () -> store.makeDirectory(path(hidden), WriteOptions.DEFAULT));
            assertFails(Kind.PERMISSION_DENIED, () -> store.link(path(hidden), "x", WriteOptions.DEFAULT));
            assertFails(Kind.PERMISSION_DENIED, () -> store.copy(path("/x"), path(hidden), TransferOptions.OVERWRITE));
            assertFails(Kind.PERMISSION_DENIED, () -> store.move(path("/x"), path(hidden), TransferOptions.OVERWRITE));
        }
        assertThat(asked.operations()).isEmpty();
    }

    @Test
    void whatNobodySeesIsNotDestroyedByThoseAboveIt() throws FsException {
        made("/d/e/.git/config", "/d/x");
        RestrictedStore store = with(HIDING);

        assertFails(Kind.PERMISSION_DENIED, () -> store.remove(path("/d"), Preconditions.NONE));
        assertFails(Kind.PERMISSION_DENIED, () -> store.move(path("/d/e"), path("/f"), TransferOptions.OVERWRITE));
        store.remove(path("/d/x"), Preconditions.NONE);
        store.copy(path("/d"), path("/g"), TransferOptions.CREATE_NEW);
        assertThat(walked(memory, "/")).containsExactly("/d", "/d/e", "/d/e/.git", "/d/e/.git/config", "/g", "/g/e");
        store.remove(path("/g"), Preconditions.NONE);
    }

    @Test
    void itIsToldBeforehandThatSomethingInATreeIsHidden() throws FsException {
        made("/d/e/.git/config", "/d/x", "/f/x");
        for (Permissions told : List.of(
                with(HIDING), new AccessStore(with(HIDING), rights("anyone:rw; /none: anyone:r", stranger())))) {
            assertThat(told.mayMoveAway(memory.stat(path("/d")))).isFalse();
            assertThat(told.mayMoveAway(memory.stat(path("/f")))).isTrue();
            assertThat(told.mayMoveAway(memory.stat(path("/f/x")))).isTrue();
            assertThat(told.hidesIn(path("/d/e"))).isTrue();
            assertThat(told.hidesIn(path("/d"))).isFalse();
            assertFails(Kind.NOT_FOUND, () -> told.hidesIn(path("/d/e/.git")));
        }
    }

    @Test
    void noSymlinkIsMadeIntoWhatIsHidden() throws FsException {
        made("/d/.git/config", "/d/x");
        RestrictedStore store = with(HIDING);

        for (String target : List.of("d/.git", "/d/.git/config", "../.git", "./x.tmp/..")) {
            assertFails(Kind.PERMISSION_DENIED, () -> store.link(path("/l"), target, WriteOptions.DEFAULT));
        }
        store.link(path("/l"), "d/x", WriteOptions.DEFAULT);
    }

    @Test
    void aRefusedNameIsGivenToNothingNew() throws Exception {
        made("/a.exe", "/d/b.exe", "/x", "/e.exe/y");
        RestrictedStore store = with(REFUSING);

        for (String refused : List.of("/a.exe", "/n.exe", "/d/b.exe")) {
            assertFails(Kind.PERMISSION_DENIED, () -> store.write(path(refused), text(""), WriteOptions.DEFAULT));
            assertFails(Kind.PERMISSION_DENIED, () -> store.link(path(refused), "x", WriteOptions.DEFAULT));
            assertFails(Kind.PERMISSION_DENIED, () -> store.copy(path("/x"), path(refused), TransferOptions.OVERWRITE));
            assertFails(Kind.PERMISSION_DENIED, () -> store.move(path("/x"), path(refused), TransferOptions.OVERWRITE));
        }
        assertFails(Kind.PERMISSION_DENIED, () -> store.makeDirectory(path("/n.exe"), WriteOptions.DEFAULT));
        assertFails(Kind.PERMISSION_DENIED, () -> store.copy(path("/d"), path("/f"), TransferOptions.OVERWRITE));
        assertFails(Kind.PERMISSION_DENIED, () -> store.move(path("/d"), path("/f"), TransferOptions.OVERWRITE));
        assertThat(walked(memory, "/")).containsExactly("/a.exe", "/d", "/d/b.exe", "/e.exe", "/e.exe/y", "/x");
    }

    @Test
    void whatHasARefusedNameAlreadyIsReadAndRemoved() throws Exception {
        made("/a.exe", "/e.exe/y");
        RestrictedStore store = with(REFUSING);

        assertThat(read(store, "/a.exe")).isEqualTo("/a.exe");
        store.change(path("/a.exe"), MODE, Preconditions.NONE);
        store.makeDirectory(path("/e.exe"), WriteOptions.of(MODE));
        store.write(path("/e.exe/z"), text("z"), WriteOptions.DEFAULT);
        store.move(path("/a.exe"), path("/a"), TransferOptions.OVERWRITE);
        store.remove(path("/e.exe"), Preconditions.NONE);
        assertThat(walked(memory, "/")).containsExactly("/a");
    }

    @Test
    void whatIsReadOnlyIsNotChanged() throws Exception {
        made("/x");
        RestrictedStore store = with(new Restrictions(Globs.NONE, Globs.NONE, /* readOnly= */ true, Long.MAX_VALUE));

        assertFails(Kind.UNSUPPORTED, () -> store.write(path("/x"), text(""), WriteOptions.DEFAULT));
        assertFails(Kind.UNSUPPORTED, () -> store.change(path("/x"), MODE, Preconditions.NONE));
        assertFails(Kind.UNSUPPORTED, () -> store.remove(path("/x"), Preconditions.NONE));
        assertThat(asked.operations()).isEmpty();
        assertThat(read(store, "/x")).isEqualTo("/x");
    }

    @Test
    void aFileIsNotLargerThanItMayBe() throws Exception {
        RestrictedStore store = with(new Restrictions(Globs.NONE, Globs.NONE, /* readOnly= */ false, 10));

        assertFails(Kind.TOO_LARGE, () -> store.write(path("/x"), Body.of(new byte[11]), WriteOptions.DEFAULT));
        assertThat(asked.operations()).isEmpty();
        AtomicLong taken = new AtomicLong();
        assertFails(Kind.TOO_LARGE, () -> store.write(path("/x"), unknownLength(1 << 20, taken), WriteOptions.DEFAULT));
        assertThat(taken.get()).isLessThan(1 << 20);
        assertFails(Kind.NOT_FOUND, () -> memory.stat(path("/x")));
        store.write(path("/x"), Body.of(new byte[10]), WriteOptions.DEFAULT);
        store.write(path("/y"), unknownLength(10, taken), WriteOptions.DEFAULT);
        assertThat(memory.stat(path("/y")).size()).isEqualTo(10);
    }

    private static Body unknownLength(int length, AtomicLong taken) {
        return new Body() {
            @Override
            public long length() {
                return UNKNOWN;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(new byte[length]) {
                    @Override
                    public synchronized int read(byte[] buffer, int offset, int most) {
                        int count = super.read(buffer, offset, most);
                        taken.addAndGet(Math.max(0, count));
                        return count;
                    }
                };
            }
        };
    }

    @Test
    void everyOperationIsOverridden() {
        ForwardingStoreTest.assertOverridesEveryOperation(RestrictedStore.class);
    }
}
