package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.ForwardingStoreTest;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.RecordingStore;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShowsStoreTest {

    private static final long PILOT = 1_099_596_117L;
    private static final long NEWS = 1_099_600_000L;
    private static final String PILOT_PATH = "/Shows/Friends/Pilot.mpg";

    private final SnapshotBuilder shows = new SnapshotBuilder(SnapshotBuilder.V43, 2);
    private final FakeGuide guide = new FakeGuide(shows);
    private final MemoryStore memory = new MemoryStore(1 << 20);
    private final FaultyStore faulty = new FaultyStore(memory);
    private final RecordingStore device = new RecordingStore(faulty);
    private ShowsStore store = store(true);

    private ShowsStore store(boolean delete) {
        return new ShowsStore(
                device,
                new Guide(guide, () -> "RTV1"),
                new ShowsOptions(
                        "RTV1",
                        Duration.ofMinutes(5),
                        ZoneOffset.UTC,
                        delete,
                        Duration.ofMillis(1),
                        Duration.ofSeconds(5)));
    }

    @BeforeEach
    void aDeviceWithTwoRecordings() throws IOException {
        for (String directory : List.of("/Photo", "/Video")) {
            memory.makeDirectory(path(directory), WriteOptions.DEFAULT);
        }
        for (String file : List.of("/Video/" + PILOT + ".mpg", "/Video/" + NEWS + ".mpg", "/Video/circular.mpg")) {
            memory.write(path(file), Body.of(("bytes of " + file).getBytes(UTF_8)), WriteOptions.DEFAULT);
        }
        shows.show(PILOT)
                .title("Friends")
                .episode("Pilot")
                .text(2, "Six of them.")
                .label("NBC");
        shows.show(NEWS).title("News");
        shows.show(NEWS + 1).title("News").episode("without a file");
        shows.show(NEWS + 2).title("Nothing").episode("without a file");
    }

    @AfterEach
    void nothingIsLeftOpen() throws FsException {
        store.close();
        assertThat(device.open()).isZero();
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    private static List<String> all(Listing opened) throws FsException {
        List<String> paths = new ArrayList<>();
        try (Listing listing = opened) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                paths.add(node.path().toString());
            }
        }
        return paths;
    }

    private String text(String path) throws IOException {
        try (Content content = store.read(path(path));
                InputStream in = content.body().open()) {
            assertThat(content.node()).isEqualTo(store.stat(path(path)));
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private static void assertFails(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        FsException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void titlesStandBesideTheExports() throws IOException {
        memory.makeDirectory(path("/Zoo"), WriteOptions.DEFAULT);

        assertThat(all(store.list(FsPath.ROOT))).containsExactly("/Photo", "/Shows", "/Video", "/Zoo");
        assertThat(all(store.list(path("/Shows")))).containsExactly("/Shows/Friends", "/Shows/News");
        assertThat(all(store.list(path("/Shows/News"))))
                .containsExactly("/Shows/News/2004-11-04 20-27.mpg", "/Shows/News/2004-11-04 20-27.txt");
        assertThat(all(store.list(path("/Video")))).hasSize(3);
    }

    @Test
    void theWholeIsWalkedInOrder() throws IOException {
        memory.makeDirectory(path("/Shows-old"), WriteOptions.DEFAULT);

        assertThat(all(store.walk(FsPath.ROOT)))
                .containsExactly(
                        "/Photo",
                        "/Shows",
                        "/Shows-old",
                        "/Shows/Friends",
                        "/Shows/Friends/Pilot.mpg",
                        "/Shows/Friends/Pilot.txt",
                        "/Shows/News",
                        "/Shows/News/2004-11-04 20-27.mpg",
                        "/Shows/News/2004-11-04 20-27.txt",
                        "/Video",
                        "/Video/1099596117.mpg",
                        "/Video/1099600000.mpg",
                        "/Video/circular.mpg");
        assertThat(all(store.walk(path("/Shows/Friends")))).hasSize(2);
    }

    @Test
    void aDirectoryOfTheDeviceOfThisNameIsHidden() throws IOException {
        memory.makeDirectory(path("/Shows"), WriteOptions.DEFAULT);
        memory.write(path("/Shows/x"), Body.of(new byte[1]), WriteOptions.DEFAULT);

        assertThat(all(store.list(FsPath.ROOT))).containsExactly("/Photo", "/Shows", "/Video");
        assertThat(all(store.walk(FsPath.ROOT))).doesNotContain("/Shows/x").doesNotHaveDuplicates();
        assertFails(Kind.NOT_FOUND, () -> store.stat(path("/Shows/x")));
    }

    @Test
    void aShowIsItsRecordingUnderAnotherNameAndTime() throws IOException {
        Node node = store.stat(path(PILOT_PATH));
        Node recording = memory.stat(path("/Video/" + PILOT + ".mpg"));

        assertThat(node.size()).isEqualTo(recording.size());
        assertThat(node.etag()).isEqualTo(recording.etag());
        assertThat(node.modified()).isEqualTo(Instant.ofEpochSecond(PILOT + 60));
        assertThat(node.mode()).isEqualTo(new Mode(0444));
        assertThat(text(PILOT_PATH)).isEqualTo("bytes of /Video/1099596117.mpg");
        try (Content content = store.read(path(PILOT_PATH));
                InputStream in = content.body(new ByteRange(9, 6)).open()) {
            assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("/Video");
        }
        assertThat(store.stat(path("/Shows/Friends")).modified()).isEqualTo(node.modified());
        assertThat(store.stat(path("/Shows/Friends")).mode()).isEqualTo(new Mode(0555));
    }

    @Test
    void theDescriptionIsAText() throws IOException {
        assertThat(text("/Shows/Friends/Pilot.txt"))
                .isEqualTo("Friends\nPilot\nSix of them.\nChannel: NBC\n"
                        + "On the air: 2004-11-04 19:22 Z, 30 minutes\n"
                        + "Recorded: 0:30:00, medium quality\nFile: 1099596117.mpg\n");
    }

    @Test
    void whatIsNotThereIsNotFound() throws FsException {
        for (String missing : List.of(
                "/Shows/Nothing",
                "/Shows/Nobody",
                "/Shows/Nobody/x.mpg",
                "/Shows/News/without a file.mpg",
                "/Shows/News/without a file.txt",
                "/Shows/Friends/Pilot",
                PILOT_PATH + "/x")) {
            FsPath path = path(missing);
            assertFails(Kind.NOT_FOUND, () -> store.stat(path));
            assertFails(Kind.NOT_FOUND, () -> store.read(path));
            assertFails(Kind.NOT_FOUND, () -> store.list(path));
        }
        assertFails(Kind.NOT_A_DIRECTORY, () -> store.list(path(PILOT_PATH)));
        assertFails(Kind.NOT_A_DIRECTORY, () -> store.walk(path(PILOT_PATH)));
        assertFails(Kind.IS_A_DIRECTORY, () -> store.read(path("/Shows")));
        assertFails(Kind.IS_A_DIRECTORY, () -> store.read(path("/Shows/Friends")));
    }

    @Test
    void nothingCanBeChanged() throws FsException {
        for (String each : List.of("/Shows", "/Shows/Friends", PILOT_PATH, "/Shows/New", "/Shows/Friends/New.mpg")) {
            FsPath path = path(each);
            FsPath photo = path("/Photo");
            assertFails(Kind.PERMISSION_DENIED, () -> store.write(path, Body.of(new byte[1]), WriteOptions.DEFAULT));
            assertFails(Kind.PERMISSION_DENIED, () -> store.makeDirectory(path, WriteOptions.DEFAULT));
            assertFails(Kind.PERMISSION_DENIED, () -> store.link(path, "x", WriteOptions.DEFAULT));
            assertFails(Kind.PERMISSION_DENIED, () -> store.change(path, AttributeChange.NONE, Preconditions.NONE));
            assertFails(Kind.PERMISSION_DENIED, () -> store.copy(photo, path, TransferOptions.OVERWRITE));
            assertFails(Kind.PERMISSION_DENIED, () -> store.move(photo, path, TransferOptions.OVERWRITE));
            assertFails(Kind.PERMISSION_DENIED, () -> store.move(path, photo.child("x"), TransferOptions.OVERWRITE));
            assertFails(Kind.PERMISSION_DENIED, () -> store(false).remove(path, Preconditions.NONE));
        }
        assertThat(guide.count("delete_show")).isZero();
    }

    @Test
    void otherPathsAreTheDevices() throws IOException {
        Node written = store.write(path("/Photo/a"), Body.of(new byte[3]), WriteOptions.DEFAULT);
        store.copy(path("/Photo/a"), path("/Photo/b"), TransferOptions.OVERWRITE);
        store.move(path("/Photo/b"), path("/Photo/c"), TransferOptions.OVERWRITE);
        store.remove(path("/Photo/a"), Preconditions.NONE);

        assertThat(written.size()).isEqualTo(3);
        assertThat(all(store.list(path("/Photo")))).containsExactly("/Photo/c");
        assertThat(guide.asked).isEmpty();
        assertThat(store.capabilities().has(Capability.WRITE)).isTrue();
        assertThat(store.capabilities().staleness()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void showsCanBeCopiedToWhereWritingIsAllowed() throws IOException {
        store.copy(path(PILOT_PATH), path("/Photo/pilot.mpg"), TransferOptions.OVERWRITE);
        store.copy(path("/Shows/News"), path("/Photo/News"), TransferOptions.OVERWRITE);

        assertThat(text("/Photo/pilot.mpg")).isEqualTo("bytes of /Video/1099596117.mpg");
        assertThat(all(store.list(path("/Photo/News")))).hasSize(2);
    }

    @Test
    void deletingARecordingDeletesTheShowOnceAndWaitsUntilItIsGone() throws IOException {
        guide.slow = 3;

        store.remove(path(PILOT_PATH), Preconditions.NONE);

        assertThat(guide.count("is_show_in_use")).isEqualTo(1);
        assertThat(guide.count("delete_show")).isEqualTo(1);
        assertThat(guide.count("get_snapshot")).isEqualTo(5);
        assertThat(all(store.list(path("/Shows")))).containsExactly("/Shows/News");
        assertFails(Kind.NOT_FOUND, () -> store.remove(path(PILOT_PATH), Preconditions.NONE));
        assertThat(guide.count("delete_show")).isEqualTo(1);
    }

    @Test
    void aShowThatSomebodyWatchesIsNotDeleted() throws IOException {
        guide.inUse = true;

        assertFails(Kind.BUSY, () -> store.remove(path(PILOT_PATH), Preconditions.NONE));
        assertThat(guide.count("delete_show")).isZero();
    }

    @Test
    void whenTheConnectionDiesAfterADeletionItIsNotSentAgain() throws IOException {
        guide.failureOfDelete = new SocketTimeoutException("gone");

        assertFails(Kind.IO, () -> store.remove(path(PILOT_PATH), Preconditions.NONE));

        assertThat(guide.count("delete_show")).isEqualTo(1);
        // Then the next look is a new one, and shows what the device did.
        assertFails(Kind.NOT_FOUND, () -> store.stat(path(PILOT_PATH)));
    }

    @Test
    void aShowThatStaysInTheGuideIsATimeout() throws IOException {
        guide.slow = Integer.MAX_VALUE;
        store = new ShowsStore(
                device,
                new Guide(guide, () -> "RTV1"),
                new ShowsOptions(
                        "RTV1", Duration.ZERO, ZoneOffset.UTC, true, Duration.ofMillis(1), Duration.ofMillis(50)));

        assertFails(Kind.TIMEOUT, () -> store.remove(path(PILOT_PATH), Preconditions.NONE));
        assertThat(guide.count("delete_show")).isEqualTo(1);
    }

    @Test
    void closingEndsTheWaitForADeletion() throws Exception {
        guide.slow = Integer.MAX_VALUE;
        store = new ShowsStore(
                device,
                new Guide(guide, () -> "RTV1"),
                new ShowsOptions(
                        "RTV1", Duration.ZERO, ZoneOffset.UTC, true, Duration.ofHours(1), Duration.ofHours(2)));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> deletion = thread.submit(() -> {
                store.remove(path(PILOT_PATH), Preconditions.NONE);
                return null;
            });
            await().until(() -> guide.count("get_snapshot") == 2);

            store.close();

            assertThatThrownBy(deletion::get)
                    .cause()
                    .isInstanceOfSatisfying(
                            FsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
            assertFails(Kind.UNAVAILABLE, () -> store.stat(path("/Shows")));
            assertFails(Kind.UNAVAILABLE, () -> store.list(path("/Shows")));
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void whoDeletesTheSameShowAtTheSameTimeIsBusy() throws Exception {
        store.stat(path(PILOT_PATH));
        CountDownLatch held = new CountDownLatch(1);
        guide.held = held;
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> first = thread.submit(() -> {
                store.remove(path(PILOT_PATH), Preconditions.NONE);
                return null;
            });
            await().until(() -> guide.count("is_show_in_use") == 1);

            assertFails(Kind.BUSY, () -> store.remove(path(PILOT_PATH), Preconditions.NONE));

            held.countDown();
            first.get();
        } finally {
            thread.shutdownNow();
        }
        assertThat(guide.count("delete_show")).isEqualTo(1);
    }

    @Test
    void onlyRecordingsAreDeletedAndOnlyIfTheyAreWhatWasMeant() throws IOException {
        for (String each : List.of("/Shows", "/Shows/Friends", "/Shows/Friends/Pilot.txt")) {
            assertFails(Kind.PERMISSION_DENIED, () -> store.remove(path(each), Preconditions.NONE));
        }
        assertFails(Kind.NOT_FOUND, () -> store.remove(path("/Shows/Friends/No.mpg"), Preconditions.NONE));
        assertFails(Kind.PRECONDITION_FAILED, () -> store.remove(path(PILOT_PATH), Preconditions.MUST_NOT_EXIST));
        assertThat(guide.count("show_in_use") + guide.count("delete_show")).isZero();
    }

    @Test
    void withoutAGuideTheRestOfTheDeviceStaysReachable() throws IOException {
        guide.failure = new SocketTimeoutException("no guide");

        assertThat(all(store.list(FsPath.ROOT))).containsExactly("/Photo", "/Shows", "/Video");
        assertThat(store.stat(path("/Shows")).isDirectory()).isTrue();
        assertFails(Kind.TIMEOUT, () -> store.list(path("/Shows")));
        assertFails(Kind.TIMEOUT, () -> store.stat(path(PILOT_PATH)));
    }

    @Test
    void aDeviceThatDoesNotAnswerIsNotADeviceWithoutFiles() throws FsException {
        faulty.fail("stat", Kind.TIMEOUT);

        assertThatThrownBy(() -> store.stat(path(PILOT_PATH))).isInstanceOfSatisfying(FsException.class, e -> {
            assertThat(e.kind()).isEqualTo(Kind.TIMEOUT);
            assertThat(e.path()).hasToString(PILOT_PATH);
        });
        assertFails(Kind.TIMEOUT, () -> all(store.list(path("/Shows"))));
    }

    @Test
    void everyOperationIsDecided() {
        ForwardingStoreTest.assertOverridesEveryOperation(ShowsStore.class);
    }
}
