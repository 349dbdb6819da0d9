package dev.packhorse.front.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadingTest {

    private static final String MISSING = "80820005\n";
    private static final String REFUSED = "80820024\n";
    private static final String MALFORMED = "94780004\n";

    private final Device device = new Device();

    @AfterEach
    void nothingStaysOpen() {
        assertThat(device.photo.open() + device.video.open() + device.snapshots.open())
                .isZero();
    }

    @Test
    void aDirectoryIsListedNameByNameEachWithItsLineFeed() {
        Device.put(device.photo, "/b c.jpg", "x");
        Device.put(device.photo, "/a&b=c.jpg", "x");
        Device.makeDirectory(device.photo, "/größer");

        assertThat(device.call("ls", "name=/Photo")).isEqualTo("0\na&b=c.jpg\nb c.jpg\ngrößer\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"name=/", "name=\"/\"", "name=", "", "name=/Nowhere", "name=/Photo/missing", "name=/Photo/f"})
    void aListingOfWhatIsNoDirectoryIsThatOfTheExports(String query) {
        Device.put(device.photo, "/f", "x");

        assertThat(device.call("ls", query)).isEqualTo("0\nPhoto\nVideo\nSnapshotDir\n");
    }

    @Test
    void whoIsNoDeviceSeesVisibleExportsOnly() {
        Device.put(device.snapshots, "/s", "x");
        FakeRequest list = new FakeRequest("GET", "/httpfs-ls?name=/").with("User-Agent", "Mozilla/4.0");
        FakeRequest hidden = new FakeRequest("GET", "/httpfs-readfile?name=/SnapshotDir/s");

        assertThat(device.send(list)).isEqualTo("0\nPhoto\n");
        assertThat(device.send(hidden)).isEqualTo(MISSING);
        assertThat(device.call("readfile", "name=/SnapshotDir/s")).isEqualTo("0\nx");
    }

    @Test
    void anExportThatWantsEncryptionIsListedButTakesNothingElsePlain() {
        Device.put(device.video, "/1.mpg", "film");

        for (String command : List.of("ls", "fstat", "readfile", "volinfo")) {
            assertThat(device.call(command, "name=/Video")).isEqualTo(REFUSED);
        }
        assertThat(device.callSealed("ls", "name=\"/Video\"")).isEqualTo("0\n1.mpg\n");
        assertThat(device.callSealed("readfile", "pos=1&name=/Video/1.mpg")).isEqualTo("0\nilm");
        assertThat(device.callSealed("readfile", "name=/Photo/none")).isEqualTo(MISSING);
    }

    @ParameterizedTest
    @CsvSource({"-41, false", "-40, true", "-39, true", "39, true", "40, true", "41, false"})
    void clocksMayDifferByFortySeconds(long seconds, boolean accepted) {
        String query = Device.sealed("name=/Video", Device.NOW.plusSeconds(seconds));

        assertThat(device.call("ls", query)).isEqualTo(accepted ? "0\n" : REFUSED);
    }

    @Test
    void anEncryptedQueryMayComeAgainAndInUpperCase() {
        String query = Device.sealed("name=/Video", Device.NOW);
        String hex = query.substring("__Q_=".length());

        assertThat(device.call("ls", query)).isEqualTo("0\n");
        assertThat(device.call("ls", query)).isEqualTo("0\n");
        assertThat(device.call("ls", "__Q_=" + hex.toUpperCase(Locale.ROOT))).isEqualTo("0\n");
    }

    @Test
    void aDamagedEncryptedQueryIsRefused() {
        String query = Device.sealed("name=/Photo", Device.NOW);
        char last = query.charAt(query.length() - 1);

        assertThat(device.call("ls", query.substring(0, query.length() - 1) + (last == '0' ? '1' : '0')))
                .isEqualTo(REFUSED);
        assertThat(device.call("ls", query.substring(0, query.length() - 1))).isEqualTo(REFUSED);
        assertThat(device.call("ls", query + "&name=/Photo")).isEqualTo(REFUSED);
        assertThat(device.call("ls", "__Q_=")).isEqualTo(REFUSED);
        assertThat(device.call("ls", "__Q_=zz")).isEqualTo(REFUSED);
    }

    @Test
    void namesThatOldClientsCannotTakeAreLeftOutAndCounted() throws FsException {
        Device.put(device.photo, "/" + "a".repeat(190), "x");
        Device.put(device.photo, "/" + "b".repeat(191), "x");
        Device.put(device.photo, "/" + "ü".repeat(95), "x");
        Device.put(device.photo, "/" + "ü".repeat(95) + "c", "x");
        Device.put(device.photo, "/say \"cheese\".jpg", "x");
        device.photo.link(Device.path("/link"), "target", WriteOptions.DEFAULT);

        assertThat(device.call("ls", "name=/Photo")).isEqualTo("0\n" + "a".repeat(190) + "\n" + "ü".repeat(95) + "\n");
        assertThat(device.front.leftOut()).isEqualTo(4);
    }

    @Test
    void aLongListingComesInPieces() {
        StringBuilder expected = new StringBuilder("0\n");
        for (int i = 10_000; i < 15_000; i++) {
            Device.put(device.photo, "/picture-" + i + ".jpg", "");
            expected.append("picture-").append(i).append(".jpg\n");
        }

        assertThat(device.call("ls", "name=/Photo/")).isEqualTo(expected.toString());
    }

    @Test
    void aFileHasTypeSizeTimeAndPermissionsAndNothingMore() throws FsException {
        Device.put(device.photo, "/f.jpg", "12345");
        device.photo.change(
                Device.path("/f.jpg"),
                new AttributeChange(new Mode(0444), Instant.ofEpochMilli(1_009_760_397_123L), null, null),
                Preconditions.NONE);

        assertThat(device.call("fstat", "name=/Photo/f.jpg"))
                .isEqualTo("0\ntype=f\nsize=5\nctime=1009760397123\nperm=r\n");
    }

    @Test
    void aFileOfBefore1970HasNoTime() throws FsException {
        Device.put(device.photo, "/f.jpg", "12345");
        device.photo.change(
                Device.path("/f.jpg"),
                new AttributeChange(null, Instant.ofEpochMilli(-1), null, null),
                Preconditions.NONE);

        assertThat(device.call("fstat", "name=/Photo/f.jpg")).contains("\nctime=0\n");
    }

    @Test
    void aDirectoryHasNeitherSizeNorTime() {
        Device.makeDirectory(device.photo, "/d");

        String directory = "0\ntype=d\nsize=-1\nctime=0\nperm=rw\n";
        assertThat(device.call("fstat", "name=/Photo/d")).isEqualTo(directory);
        assertThat(device.call("fstat", "name=/Photo")).isEqualTo(directory);
        assertThat(device.callSealed("fstat", "name=/Video")).isEqualTo(directory);
        assertThat(device.call("fstat", "name=/")).isEqualTo("0\ntype=d\nsize=-1\nctime=0\nperm=r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/Photo/a b.jpg", "//Photo//a b.jpg", "Photo/a b.jpg"})
    void aNameMayHaveAnyNumberOfSlashesBeforeItAndStandInQuotesOrNot(String name) {
        Device.put(device.photo, "/a b.jpg", "x");

        assertThat(device.call("readfile", "name=" + name)).isEqualTo("0\nx");
        assertThat(device.call("readfile", "name=\"" + name + '"')).isEqualTo("0\nx");
        assertThat(device.get("//httpfs-readfile?name=" + name)).isEqualTo("0\nx");
        assertThat(device.get("httpfs-readfile?name=" + name)).isEqualTo("0\nx");
    }

    @ParameterizedTest
    @CsvSource({
        "'', 0123456789",
        "pos=0, 0123456789",
        "pos=3, 3456789",
        "pos=03&size=4, 3456",
        "pos=010&size=0x1, 8",
        "pos=0X9, 9",
        "size=2, 01",
        "size=0, ''",
        "pos=8&size=100, 89",
        "pos=10, ''",
        "pos=99999999999&size=5, ''",
        "size=9223372036854775807&pos=1, 123456789"
    })
    void aPartOfAFileIsRead(String part, String expected) {
        Device.put(device.photo, "/f", "0123456789");

        assertThat(device.call("readfile", part + "&name=/Photo/f")).isEqualTo("0\n" + expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pos=x", "pos=-1", "pos=08", "pos=", "size=0x", "size=9223372036854775808", "pos=1k"})
    void whatIsNoNumberIsMalformed(String part) {
        Device.put(device.photo, "/f", "0123456789");

        assertThat(device.call("readfile", part + "&name=/Photo/f")).isEqualTo(MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/Photo/none",
                "/Photo/d",
                "/Photo",
                "/",
                "/Nowhere/f",
                "/Phot",
                "/Photographs/f",
                "/Photo/../Photo/f",
                "/Photo/f/g",
                "/photo/f"
            })
    void whatIsNoFileIsNotRead(String name) {
        Device.put(device.photo, "/f", "x");
        Device.makeDirectory(device.photo, "/d");

        assertThat(device.call("readfile", "name=" + name)).isEqualTo(MISSING);
    }

    @Test
    void aSymlinkIsNoFile() throws FsException {
        Device.put(device.photo, "/f", "x");
        device.photo.link(Device.path("/link"), "f", WriteOptions.DEFAULT);

        assertThat(device.call("readfile", "name=/Photo/link")).isEqualTo(MISSING);
        assertThat(device.call("fstat", "name=/Photo/link")).isEqualTo(MISSING);
        assertThat(device.call("rm", "name=/Photo/link")).isEqualTo(MISSING);
        assertThat(device.call("mv", "old=/Photo/link&new=/Photo/x")).isEqualTo(MISSING);
        assertThat(device.call("create", "name=/Photo/link")).isEqualTo("80820018\n");
    }

    @Test
    void anArgumentThatIsMissingIsMalformed() {
        for (String command : List.of("fstat", "readfile", "volinfo", "create", "mkdir", "rm")) {
            assertThat(device.call(command, "nam=/Photo")).isEqualTo(MALFORMED);
        }
        assertThat(device.call("fstat", "name=\"/Photo")).isEqualTo(MALFORMED);
        assertThat(device.get("/httpfs-fstat")).isEqualTo(MALFORMED);
    }

    @Test
    void theRoomIsThatOfTheStore() throws FsException {
        Device.put(device.photo, "/f", new byte[1_000_000]);
        Space space = device.photo.space();

        assertThat(device.call("volinfo", "name=/Photo"))
                .isEqualTo("0\ncap=" + space.total() + "\ninuse=" + (space.total() - space.free()) + "\n");
        assertThat(device.call("volinfo", "name=/")).isEqualTo("8082000a\n");
        assertThat(device.call("volinfo", "name=/Nowhere")).isEqualTo(MISSING);
    }

    @Test
    void aStoreThatDoesNotKnowItsRoomHasNone() {
        class Roomless extends ForwardingStore {
            Roomless() {
                super(new MemoryStore(1 << 20));
            }

            @Override
            public Capabilities capabilities() {
                return super.capabilities().without(Capability.SPACE);
            }

            @Override
            public Space space() throws FsException {
                throw new FsException(Kind.UNSUPPORTED, "space", FsPath.ROOT);
            }
        }
        device.exports.add(Device.export("Far", new Roomless(), true, false, false));

        assertThat(device.call("volinfo", "name=/Far")).isEqualTo("0\ncap=0\ninuse=0\n");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyFailureOfAStoreIsAStatusThatClientsKnow(Kind kind) {
        Device.put(device.photo, "/f", "x");
        device.faulty.fail("read", kind);
        device.faulty.fail("list", kind);

        assertThat(device.call("readfile", "name=/Photo/f")).isIn(MISSING, REFUSED, "80820018\n");
        assertThat(device.call("ls", "name=/Photo"))
                .isIn(MISSING, REFUSED, "80820018\n", "0\nPhoto\nVideo\nSnapshotDir\n");
        assertThat(device.call("ls", "name=/Photo").startsWith("0"))
                .isEqualTo(kind == Kind.NOT_FOUND || kind == Kind.NOT_A_DIRECTORY);
    }

    @Test
    void whatFailsAtTheBeginOfAFileOrAListingIsAStatus() {
        Device.put(device.photo, "/f", "0123456789");
        device.faulty.breakReadsAfter(0);
        device.faulty.breakListingsAfter(0);

        assertThat(device.call("readfile", "name=/Photo/f")).isEqualTo(REFUSED);
        assertThat(device.call("ls", "name=/Photo")).isEqualTo(REFUSED);
    }

    @Test
    void theDeviceDescribesItselfAndKnowsNothingElse() {
        assertThat(device.get("/Device_Descr.xml")).isEqualTo(new String(Device.DESCRIPTION.xml(), UTF_8));
        for (String other :
                List.of("/", "/index.html", "/httpfs-", "/httpfs-LS?name=/", "/http_replay_guide-get_snapshot?x=0")) {
            assertThat(device.get(other)).isEqualTo("404 Not Found\n");
        }
        assertThat(device.send(new FakeRequest("DELETE", "/httpfs-ls?name=/"))).isEqualTo("501 Not Implemented\n");
    }

    @Test
    void theLogLearnsWhatWasAskedAndWhatCameOfIt() throws Exception {
        Device.put(device.photo, "/f", "x");
        FakeRequest known = new FakeRequest("GET", "/httpfs-readfile?name=\"/Photo/f\"");
        FakeRequest unknown = new FakeRequest("GET", "/httpfs-mv?old=/SnapshotDir/a&new=/Photo/b");

        try (ReplayAnswer answer = device.front.handle(known, device.exports)) {
            assertThat(answer.account())
                    .isEqualTo(new ReplayAnswer.Account(200, "readfile", "/Photo/f", "/devices/Photo"));
        }
        try (ReplayAnswer answer = device.front.handle(unknown, device.exports)) {
            assertThat(answer.account()).isEqualTo(new ReplayAnswer.Account(404, "mv", "/SnapshotDir/a", null));
        }
    }

    @Test
    void aBodyThatNobodyAskedForIsNoObstacle() {
        assertThat(device.send(new FakeRequest("POST", "/httpfs-ls?name=/Photo").body(Body.of(new byte[9]))))
                .isEqualTo("0\n");
    }
}
