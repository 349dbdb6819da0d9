package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.wire.replay.SoftwareVersion;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a crash leaves in the middle of a replacement. */
class LeftoversTest extends DeviceFixture {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private Instant now = NOW;
    private int last;

    private void file(String path, String text) {
        device.file(path, text.getBytes(UTF_8), THEN);
    }

    private ReplayStore openNow(String root) throws Exception {
        // Not sealed with the time.
        return open(root, TestOptions.at(() -> now, TestOptions.plain(temp, SoftwareVersion.parse("4.1"))));
    }

    /** A temporary name of the process that tests are. */
    private String ours() {
        return name(Names.owner(TestOptions.PROCESS, "127.0.0.1 " + device.port()));
    }

    /** One of another process. */
    private String another() {
        return name("0123456789");
    }

    private String name(String owner) {
        return String.format(".replay-%s.%08x.%08x", owner, NOW.getEpochSecond(), last++);
    }

    @Test
    void anUploadThatWasNotAnsweredIsGoneAtTheNextStart() throws Exception {
        file("/Photo/" + ours(), "hello");
        open("/");
        assertThat(device.paths("/Photo")).isEmpty();
    }

    @Test
    void aFileThatWasPutAsideIsBackAtTheNextStart() throws Exception {
        String aside = ours();
        device.directory("/Photo/" + aside);
        file("/Photo/" + aside + "/a b-c.jpg", "old");
        file("/Photo/" + ours(), "new");
        ReplayStore store = open("/");
        assertThat(device.paths("/Photo")).containsExactly("/Photo/a b-c.jpg");
        assertThat(content(store, "/Photo/a b-c.jpg")).isEqualTo("old");
    }

    @Test
    void oneWhosePlaceIsTakenIsRemoved() throws Exception {
        String aside = ours();
        device.directory("/Photo/" + aside);
        file("/Photo/" + aside + "/a", "old");
        file("/Photo/a", "new");
        assertThat(content(open("/Photo"), "/a")).isEqualTo("new");
        assertThat(device.paths("/Photo")).containsExactly("/Photo/a");
    }

    @Test
    void deeperDownItIsFoundWhenItIsMissed() throws Exception {
        device.directory("/Photo/d");
        device.directory("/Photo/d/e");
        String aside = ours();
        device.directory("/Photo/d/e/" + aside);
        file("/Photo/d/e/" + aside + "/a", "hello");
        file("/Photo/d/" + ours(), "world");
        ReplayStore store = open("/Photo");
        assertThat(content(store, "/d/e/a")).isEqualTo("hello");
        assertThat(names(store, "/d")).containsExactly("e");
        assertThat(device.paths("/Photo/d")).containsExactly("/Photo/d/e", "/Photo/d/e/a");
        device.forgetRequests();
        assertFails(Kind.NOT_FOUND, () -> store.stat(path("/d/e/nothing")));
        assertThat(device.commands()).containsExactly("fstat name=/Photo/d/e/nothing");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsRemovedOrMovedDoesNotComeBack(boolean removed) throws Exception {
        device.directory("/Photo/d");
        String aside = ours();
        device.directory("/Photo/d/" + aside);
        file("/Photo/d/" + aside + "/a", "old");
        file("/Photo/d/" + ours(), "never answered");
        file("/Photo/d/a", "new");
        ReplayStore store = open("/Photo");
        if (removed) {
            store.remove(path("/d/a"), Preconditions.NONE);
        } else {
            store.move(path("/d/a"), path("/b"), TransferOptions.CREATE_NEW);
        }
        assertFails(Kind.NOT_FOUND, () -> store.stat(path("/d/a")));
        assertThat(names(store, "/d")).isEmpty();
        assertThat(device.paths("/Photo/d")).isEmpty();
    }

    @Test
    void anUploadThatFailedDoesNotBecomeAFileLater() throws Exception {
        ReplayStore store = open("/Photo");
        put(store, "/a", "old");
        device.intercept((request, socket) -> request.command().matches("mv|rm"));
        assertFails(Kind.IO, () -> put(store, "/b", "never answered"));
        device.intercept(null);
        assertFails(Kind.NOT_FOUND, () -> store.stat(path("/b")));
        assertThat(device.paths("/Photo")).containsExactly("/Photo/a");
    }

    @Test
    void whatAnotherProcessHasMadeStaysUntilItIsOldAndHasNotChangedForLong() throws Exception {
        String upload = another();
        String aside = another();
        file("/Photo/" + upload, "hel");
        device.directory("/Photo/" + aside);
        file("/Photo/" + aside + "/a", "old");
        ReplayStore store = openNow("/Photo");
        assertThat(names(store, "/")).isEmpty();
        now = NOW.plus(Duration.ofDays(1).minusSeconds(1));
        assertThat(names(store, "/")).isEmpty();
        assertThat(device.changes()).isEmpty();
        // Old by its name, but looked at for the first time.
        now = now.plusSeconds(2);
        assertFails(Kind.NOT_FOUND, () -> store.stat(path("/a")));
        now = now.plus(Duration.ofMinutes(59));
        file("/Photo/" + upload, "hello");
        assertThat(names(store, "/")).isEmpty();
        assertThat(device.changes()).isEmpty();
        now = now.plus(Duration.ofMinutes(2));
        assertThat(content(store, "/a")).isEqualTo("old");
        assertThat(device.paths("/Photo")).containsExactly("/Photo/" + upload, "/Photo/a");
        now = now.plus(Duration.ofMinutes(59));
        assertThat(names(store, "/")).containsExactly("a");
        assertThat(device.paths("/Photo")).containsExactly("/Photo/a");
    }

    @Test
    void namesOfBeforeThereWereOwnersAreSettledLikeThoseOfOthers() throws Exception {
        file("/Photo/.replay-5-0123abcd-a b-c.jpg", "hello");
        file("/Photo/.replay-5-0123abce-b", "hello");
        file("/Photo/b", "old");
        file("/Photo/.replay-6-0123abcf-c", "hello");
        ReplayStore store = openNow("/Photo");
        assertThat(names(store, "/")).containsExactly("b");
        assertThat(device.changes()).isEmpty();
        now = now.plus(Duration.ofHours(1));
        assertThat(names(store, "/")).containsExactly("a b-c.jpg", "b");
        assertThat(content(store, "/b")).isEqualTo("old");
        assertThat(device.paths("/Photo")).containsExactly("/Photo/a b-c.jpg", "/Photo/b");
    }

    @Test
    void aDirectoryThatIsNotEmptyIsNotRemovedWithWhatIsInIt() throws Exception {
        String aside = ours();
        device.directory("/Photo/" + aside);
        file("/Photo/" + aside + "/quo\"te", "old");
        assertThat(names(open("/Photo"), "/")).isEmpty();
        assertThat(device.changes()).isEmpty();
    }

    @Test
    void whatIsOnlyNamedLikeThatIsAFile() throws Exception {
        file("/Photo/.replay-notes", "hello");
        assertThat(names(open("/Photo"), "/")).containsExactly(".replay-notes");
    }

    @Test
    void inExportsThatMayNotBeChangedNothingIsTouched() throws Exception {
        file("/Video/" + ours(), "hello");
        ReplayStore store = open("/");
        assertThat(names(store, "/Video")).isEmpty();
        assertThat(device.changes()).isEmpty();
    }

    @Test
    void whatIsBeingWrittenIsLeftAloneWhateverTheWayToTheDevice() throws Exception {
        ReplayStore store = open("/Photo");
        put(store, "/a", "old");
        ReplayStore other = ReplayStore.open(
                "localhost",
                device.port(),
                path("/Photo"),
                TestOptions.timed(temp, SOON, Duration.ofSeconds(30), Duration.ZERO));
        device.intercept((request, socket) -> {
            if (request.command().equals("writefile")) {
                device.intercept(null);
                assertThat(names(other, "/")).containsExactly("a");
            }
            return false;
        });
        put(store, "/a", "new");
        other.close();
        assertThat(content(store, "/a")).isEqualTo("new");
        assertThat(device.paths("/Photo")).containsExactly("/Photo/a");
    }

    @Test
    void aFolderIsRemovedWithWhatWasLeftInIt() throws Exception {
        device.directory("/Photo/d");
        ReplayStore store = open("/Photo");
        names(store, "/d");
        String aside = another();
        device.directory("/Photo/d/" + aside);
        file("/Photo/d/" + aside + "/a", "hello");
        file("/Photo/d/b", "hello");
        store.remove(path("/d"), Preconditions.NONE);
        assertThat(device.paths("/Photo")).isEmpty();
    }

    @Test
    void temporaryNamesOfOthersAreOrdinaryForTheOneThatAsksForThem() throws Exception {
        ReplayStore store = open("/Photo");
        String upload = "/" + another();
        put(store, upload, "hello");
        assertThat(names(store, "/")).isEmpty();
        assertThat(content(store, upload)).isEqualTo("hello");
        store.move(path(upload), path("/a"), TransferOptions.CREATE_NEW);
        assertThat(names(store, "/")).containsExactly("a");
        assertFails(Kind.INVALID_NAME, () -> put(store, "/" + ours(), "hello"));
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
