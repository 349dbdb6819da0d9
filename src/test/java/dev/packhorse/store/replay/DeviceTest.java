package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.RecordedLog;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.wire.replay.SoftwareVersion;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device has, and how it is shown. */
class DeviceTest extends DeviceFixture {

    @ParameterizedTest
    @ValueSource(strings = {"/", ""})
    void theRootShowsWhatTheDeviceExportsAndWhatItHides(String prefix) throws Exception {
        device.rootPrefix(prefix);
        ReplayStore store = open("/");
        assertThat(names(store, "/")).containsExactly("Photo", "SnapshotDir", "Video");
        assertThat(store.stat(path("/Video")).modeBits()).isEqualTo(040555);
        assertThat(store.stat(path("/Photo")).modeBits()).isEqualTo(040755);
    }

    @Test
    void whatDoesNotAnswerIsNotShown() throws Exception {
        device.unexport("SnapshotDir");
        ReplayStore store = open("/");
        assertThat(names(store, "/")).containsExactly("Photo", "Video");
        device.forgetRequests();
        assertFails(Kind.NOT_FOUND, () -> store.stat(path("/SnapshotDir/x")));
        assertFails(Kind.NOT_FOUND, () -> store.list(path("/httputils")).close());
        assertThat(device.commands()).isEmpty();
    }

    @Test
    void aFileIsWhatTheDeviceSays() throws Exception {
        device.file("/Video/1009760397.mpg", new byte[188], THEN);
        device.file("/Photo/a.jpg", new byte[3], THEN);
        ReplayStore store = open("/");
        Node recording = store.stat(path("/Video/1009760397.mpg"));
        assertThat(recording.modeBits()).isEqualTo(0100444);
        assertThat(recording.modified()).isEqualTo(THEN);
        assertThat(recording.size()).isEqualTo(188);
        assertThat(store.stat(path("/Photo/a.jpg")).modeBits()).isEqualTo(0100644);
        assertThat(names(store, "/Video")).containsExactly("1009760397.mpg");
        assertThat(store.stat(path("/Video")).modified()).isEqualTo(THEN);
    }

    @Test
    void nothingIsSentThatWouldChangeWhatIsReadOnly() throws Exception {
        device.file("/Video/1.mpg", new byte[188], THEN);
        device.file("/Photo/a.jpg", new byte[3], THEN);
        ReplayStore store = open("/");
        FsPath recording = path("/Video/1.mpg");
        for (ThrowingCallable refused : List.<ThrowingCallable>of(
                () -> put(store, "/Video/1.mpg", "x"),
                () -> put(store, "/x", "x"),
                () -> store.makeDirectory(path("/Video/d"), WriteOptions.DEFAULT),
                () -> store.makeDirectory(path("/d"), WriteOptions.DEFAULT),
                () -> store.remove(recording, Preconditions.NONE),
                () -> store.remove(path("/Photo"), Preconditions.NONE),
                () -> store.move(recording, path("/Photo/b"), TransferOptions.OVERWRITE),
                () -> store.move(path("/Photo/a.jpg"), recording, TransferOptions.OVERWRITE),
                () -> store.copy(path("/Photo/a.jpg"), recording, TransferOptions.OVERWRITE))) {
            assertFails(Kind.PERMISSION_DENIED, refused);
        }
        assertThat(device.commands()).isEmpty();
    }

    @Test
    void theRingBufferIsHiddenAndItsRoomIsFree() throws Exception {
        device.export("Video", new TestDevice.Export(false, true, false, 1000));
        device.file("/Video/circular.mpg", new byte[300], THEN);
        device.file("/Video/1.mpg", new byte[100], THEN);
        ReplayStore store = open("/Video");
        assertThat(names(store, "/")).containsExactly("1.mpg");
        assertFails(Kind.NOT_FOUND, () -> store.stat(path("/circular.mpg")));
        assertThat(store.space()).isEqualTo(new Space(1000, 900));
    }

    @ParameterizedTest
    @EnumSource
    void anyFramingIsRead(TestDevice.Framing framing) throws Exception {
        byte[] bytes = new byte[200_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = TestDevice.byteAt(i);
        }
        device.longFile("/Video/1.mpg", bytes.length, THEN);
        device.framing(framing);
        ReplayStore store = open("/");
        assertThat(bytes(store, "/Video/1.mpg")).isEqualTo(bytes);
        put(store, "/Photo/a b", "hello");
        assertThat(content(store, "/Photo/a b")).isEqualTo("hello");
        assertThat(names(store, "/Photo")).containsExactly("a b");
    }

    @Test
    void noContentIsSuccess() throws Exception {
        device.answers204(true);
        ReplayStore store = open("/Photo");
        store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        put(store, "/d/a", "hello");
        store.move(path("/d/a"), path("/b"), TransferOptions.CREATE_NEW);
        store.copy(path("/b"), path("/c"), TransferOptions.CREATE_NEW);
        store.remove(path("/d"), Preconditions.NONE);
        assertThat(names(store, "/")).containsExactly("b", "c");
        assertThat(content(store, "/c")).isEqualTo("hello");
    }

    @Test
    void rangesBehindFourGibibytesAreRead() throws Exception {
        long size = (5L << 30) + 12_345;
        device.longFile("/Video/1.mpg", size, THEN);
        ReplayStore store = open("/");
        try (Content content = store.read(path("/Video/1.mpg"))) {
            assertThat(content.node().size()).isEqualTo(size);
            for (ByteRange range : List.of(
                    new ByteRange((4L << 30) - 3, 100_000),
                    new ByteRange(size - 70_000, 70_000),
                    new ByteRange(0, 1),
                    new ByteRange(size, 0))) {
                try (InputStream in = content.body(range).open()) {
                    byte[] bytes = in.readAllBytes();
                    assertThat(bytes).hasSize((int) range.length());
                    for (int i = 0; i < bytes.length; i++) {
                        assertThat(bytes[i]).isEqualTo(TestDevice.byteAt(range.offset() + i));
                    }
                }
            }
        }
        assertThat(device.commands())
                .contains(
                        "readfile pos=4294967293 size=100000 name=/Video/1.mpg",
                        "readfile pos=" + (size - 70_000) + " name=/Video/1.mpg");
    }

    @Test
    void everythingIsEncryptedSinceFourThree() throws Exception {
        ReplayStore store = open("/");
        put(store, "/Photo/a", "x");
        content(store, "/Photo/a");
        assertThat(device.requests()).isNotEmpty().allMatch(TestDevice.Request::encrypted);
        assertThat(device.requests().get(0).head())
                .matches("(?s)GET /httpfs-[a-z]+\\?__Q_=[0-9a-f]+ HTTP/1\\.1\r\n"
                        + "Accept-Encoding: text/plain\r\nUser-Agent: Replay-HTTPFS/1\r\n"
                        + "Authorization: Basic Uk5TQmFzaWM6QTd4KjgtUXQ=\r\nHost: 127\\.0\\.0\\.1:\\d+\r\n\r\n");
    }

    @Test
    void nothingIsEncryptedBefore() throws Exception {
        ReplayStore store = open("/Photo", TestOptions.plain(temp, SoftwareVersion.parse("4.1")));
        put(store, "/a", "x");
        assertThat(device.requests()).isNotEmpty().noneMatch(TestDevice.Request::encrypted);
    }

    @ParameterizedTest
    @ValueSource(ints = {-40, -39, 0, 39, 40})
    void clocksMayDifferALittle(int seconds) throws Exception {
        device.time(() -> THEN);
        device.clock(Duration.ofSeconds(seconds));
        assertThat(names(openThen(Duration.ZERO), "/")).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {-41, 41})
    void clocksThatDifferMoreAreNamed(int seconds) throws Exception {
        device.time(() -> THEN);
        device.clock(Duration.ofSeconds(seconds));
        assertFails(Kind.PERMISSION_DENIED, () -> openThen(Duration.ZERO));
        assertThat(failure(() -> openThen(Duration.ZERO))).cause().hasMessageContaining("differ by more than 40 s");
        try (RecordedLog log = new RecordedLog(Wire.class.getName(), Level.WARNING)) {
            assertFails(Kind.PERMISSION_DENIED, () -> openThen(Duration.ZERO));
            assertThat(log.records())
                    .singleElement()
                    .extracting(LogRecord::getMessage)
                    .asString()
                    .contains("differ by more than 40 s");
        }
        assertThat(names(openThen(Duration.ofSeconds(seconds)), "/")).hasSize(3);
    }

    /** At a time that stands still: queries are sealed in whole seconds, so a second that passes would count. */
    private ReplayStore openThen(Duration clockOffset) throws FsException {
        return open("/", TestOptions.at(() -> THEN, TestOptions.timed(temp, SOON, Duration.ZERO, clockOffset)));
    }

    @Test
    void namesThatCannotBeSaidAreRefusedAndNotListed() throws Exception {
        device.file("/Photo/quo\"te", new byte[1], THEN);
        device.file("/Photo/" + "x".repeat(191), new byte[1], THEN);
        device.file("/Photo/" + "x".repeat(190), new byte[1], THEN);
        ReplayStore store = open("/Photo");
        assertThat(names(store, "/")).containsExactly("x".repeat(190));
        device.forgetRequests();
        for (String name : List.of("/quo\"te", "/" + "é".repeat(96), "/.replay-5-0123abcd-a")) {
            assertFails(Kind.INVALID_NAME, () -> put(store, name, "x"));
            assertFails(Kind.INVALID_NAME, () -> store.stat(path(name)));
        }
        assertThat(device.commands()).isEmpty();
        assertThat(content(store, put(store, "/" + "é".repeat(95), "x").path().toString()))
                .isEqualTo("x");
    }

    @Test
    void betweenExportsAFileIsCopiedThroughAndThenRemoved() throws Exception {
        byte[] bytes = new byte[100_000];
        device.file("/Video/1.mpg", bytes, THEN);
        ReplayStore store = open("/");
        store.copy(path("/Video/1.mpg"), path("/Photo/1.mpg"), TransferOptions.CREATE_NEW);
        assertThat(device.content("/Photo/1.mpg")).isEqualTo(bytes);
        assertFails(
                Kind.ALREADY_EXISTS,
                () -> store.copy(path("/Video/1.mpg"), path("/Photo/1.mpg"), TransferOptions.CREATE_NEW));
        store.move(path("/Photo/1.mpg"), path("/SnapshotDir/2.mpg"), TransferOptions.CREATE_NEW);
        assertThat(device.paths("/Photo")).isEmpty();
        assertThat(device.content("/SnapshotDir/2.mpg")).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClockThatStandsStillGivesNoTwoContentsTheSameEtag(boolean keepsTimes) throws Exception {
        device.ctimeStep(150);
        device.keepsTimeOfCopies(keepsTimes);
        ReplayStore store = open("/Photo");
        Set<String> etags = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            etags.add(String.valueOf(put(store, "/a", "text " + i).etag()));
            etags.add(String.valueOf(put(store, "/b" + i, "next " + i).etag()));
        }
        assertThat(etags).hasSize(10);
        String copied =
                store.copy(path("/a"), path("/c"), TransferOptions.CREATE_NEW).etag();
        assertThat(copied).isEqualTo(store.stat(path("/c")).etag());
        assertThat(etags.contains(copied)).isEqualTo(keepsTimes);
        store.copy(path("/a"), path("/c"), TransferOptions.OVERWRITE);
        assertThat(device.content("/Photo/c")).isEqualTo("text 4".getBytes(UTF_8));
    }

    @Test
    void aDeviceThatTellsNoTimesTakesFilesOfOneSize() throws Exception {
        // Given: as one is whose files are in a FileStore.
        device.ctimeStep(Long.MAX_VALUE);
        ReplayStore store = forgetful("/Photo");
        for (String text : List.of("one", "two", "six")) {
            assertThat(put(store, "/a", text).etag()).isNull();
            put(store, "/b", "old");
            store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE);
            assertThat(device.content("/Photo/b")).isEqualTo(text.getBytes(UTF_8));
            assertThat(store.stat(path("/b")).modified()).isEqualTo(Instant.EPOCH);
        }
    }
}
