package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.store.replay.TestDevice.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Titles over a device on a wire: commands encrypted, the guide plain, all over the same few connections. */
class ShowsOfADeviceTest {

    private static final long PILOT = 1_099_596_117L;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    private final SnapshotBuilder shows = new SnapshotBuilder(SnapshotBuilder.V45, 3);
    private final FakeGuide guide = new FakeGuide(shows);
    private final TestDevice device = new TestDevice();

    @SuppressWarnings("NullAway.Init")
    private ShowsStore store;

    @BeforeEach
    void open() throws IOException {
        for (int i = 0; i < 5; i++) {
            device.file(
                    "/Video/" + (PILOT + i) + ".mpg", ("recording " + i).getBytes(UTF_8), Instant.ofEpochSecond(PILOT));
            shows.show(PILOT + i).title("Friends").episode("Episode " + i);
        }
        device.intercept(guide::answer);
        store = new ShowsStore(
                ReplayStore.open("127.0.0.1", device.port(), FsPath.ROOT, ReplayOptions.of(temp)),
                new ShowsOptions(
                        "RTV1",
                        Duration.ofMinutes(5),
                        ZoneOffset.UTC,
                        true,
                        Duration.ofMillis(1),
                        Duration.ofSeconds(5)));
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        device.close();
    }

    private List<String> walked(String path) throws IOException {
        List<String> paths = new ArrayList<>();
        try (Listing listing = store.walk(FsPath.parse(path))) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                paths.add(node.path().toString());
            }
        }
        return paths;
    }

    @Test
    void titlesAreListedWithOneLookAtEachFile() throws IOException {
        List<String> paths = walked("/Shows");

        assertThat(paths)
                .hasSize(11)
                .startsWith("/Shows/Friends", "/Shows/Friends/Episode 0.mpg", "/Shows/Friends/Episode 0.txt");
        assertThat(device.requests().stream()
                        .filter(each -> each.command().equals("fstat"))
                        .map(Request::toString))
                .doesNotHaveDuplicates();
        assertThat(guide.asked).hasSize(1);
    }

    @Test
    void aPieceOfAShowIsRead() throws IOException {
        try (Content content = store.read(FsPath.parse("/Shows/Friends/Episode 3.mpg"));
                InputStream in = content.body(new ByteRange(10, 1)).open()) {
            assertThat(in.readAllBytes()).isEqualTo("3".getBytes(UTF_8));
        }
    }

    @Test
    void aShowIsDeletedOverTheWireOnce() throws IOException {
        FsPath path = FsPath.parse("/Shows/Friends/Episode 3.mpg");
        guide.slow = 2;

        store.remove(path, Preconditions.NONE);

        assertThat(guide.count("delete_show")).isEqualTo(1);
        assertThat(walked("/Shows")).hasSize(9).doesNotContain(path.toString());
    }

    @Test
    void aDeviceWithoutAGuideIsADeviceAllTheSame() throws IOException {
        guide.failure = new IOException("no guide");

        assertThat(walked("/Video")).hasSize(5);
        assertThatThrownBy(() -> walked("/Shows"))
                .isInstanceOfSatisfying(
                        FsException.class, e -> assertThat(e.kind()).isIn(Kind.UNAVAILABLE, Kind.IO));
    }
}
