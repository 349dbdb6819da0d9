package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Preconditions;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** What a crash leaves in the middle of a replacement. */
class LeftoversTest extends DeviceFixture {

    private void file(String path, String text) {
        device.file(path, text.getBytes(UTF_8), THEN);
    }

    @Test
    void aWholeFileWhosePlaceIsEmptyGetsItsNameAtTheNextStart() throws Exception {
        file("/Photo/.replay-5-0123abcd-a b-c.jpg", "hello");
        ReplayStore store = open("/");
        assertThat(device.paths("/Photo")).containsExactly("/Photo/a b-c.jpg");
        assertThat(content(store, "/Photo/a b-c.jpg")).isEqualTo("hello");
    }

    @Test
    void oneWhosePlaceIsTakenIsRemoved() throws Exception {
        file("/Photo/a", "old");
        file("/Photo/.replay-5-0123abcd-a", "hello");
        assertThat(content(open("/Photo"), "/a")).isEqualTo("old");
        assertThat(device.paths("/Photo")).containsExactly("/Photo/a");
    }

    @Test
    void oneThatIsNotWholeIsRemoved() throws Exception {
        file("/Photo/.replay-6-0123abcd-a", "hello");
        open("/Photo");
        assertThat(device.paths("/Photo")).isEmpty();
    }

    @Test
    void deeperDownItIsFoundWhenItIsMissed() throws Exception {
        device.directory("/Photo/d");
        device.directory("/Photo/d/e");
        file("/Photo/d/e/.replay-5-0123abcd-a", "hello");
        file("/Photo/d/.replay-5-0123abcd-b", "world");
        ReplayStore store = open("/Photo");
        assertThat(device.paths("/Photo/d")).hasSize(3);
        assertThat(content(store, "/d/e/a")).isEqualTo("hello");
        assertThat(names(store, "/d")).containsExactly("b", "e");
        device.forgetRequests();
        assertFails(Kind.NOT_FOUND, () -> store.stat(path("/d/e/nothing")));
        assertThat(device.commands()).containsExactly("fstat name=/Photo/d/e/nothing");
    }

    @Test
    void whatIsOnlyNamedLikeThatIsAFile() throws Exception {
        file("/Photo/.replay-notes", "hello");
        assertThat(names(open("/Photo"), "/")).containsExactly(".replay-notes");
    }

    @Test
    void inExportsThatMayNotBeChangedNothingIsTouched() throws Exception {
        file("/Video/.replay-5-0123abcd-a", "hello");
        ReplayStore store = open("/");
        assertThat(names(store, "/Video")).isEmpty();
        assertThat(device.changes()).isEmpty();
    }

    @Test
    void whatIsBeingWrittenIsLeftAlone() throws Exception {
        ReplayStore store = open("/Photo");
        put(store, "/a", "old");
        device.forgetRequests();
        device.intercept((request, socket) -> {
            if (request.command().equals("writefile")) {
                device.intercept(null);
                // Another store over the same device looks at the folder in the middle of the write.
                try {
                    assertThat(names(open("/Photo"), "/")).containsExactly("a");
                } catch (dev.packhorse.fs.FsException e) {
                    throw new AssertionError(e);
                }
            }
            return false;
        });
        put(store, "/a", "new");
        assertThat(content(store, "/a")).isEqualTo("new");
        assertThat(device.paths("/Photo")).containsExactly("/Photo/a");
    }

    @Test
    void aFolderIsRemovedWithWhatWasLeftInIt() throws Exception {
        device.directory("/Photo/d");
        ReplayStore store = open("/Photo");
        names(store, "/d");
        file("/Photo/d/.replay-5-0123abcd-a", "hello");
        file("/Photo/d/b", "hello");
        store.remove(path("/d"), Preconditions.NONE);
        assertThat(device.paths("/Photo")).isEmpty();
    }

    @Test
    void aReplacementOfAnOpenFileEndsWellForTheNextReader() throws Exception {
        device.file("/Photo/a", new byte[100_000], THEN);
        ReplayStore store = open("/Photo");
        try (Content content = store.read(path("/a"));
                InputStream in = content.body().open()) {
            assertThat(in.read()).isZero();
            put(store, "/a", "new");
        }
        assertThat(content(store, "/a")).isEqualTo("new");
    }
}
