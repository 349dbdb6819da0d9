package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.gateway.TestGateway;
import dev.packhorse.store.replay.TestDevice.Export;
import dev.packhorse.store.replay.TestDevice.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The options of {@code store:replay:}, each in a route, as a client of the export notices it. */
class DeviceRouteTest {

    private static final long PILOT = 1_099_596_117L;
    private static final Instant THEN = Instant.ofEpochSecond(PILOT);
    private static final String SHOW = "/fs/tv/Shows/Friends/Pilot.mpg";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final TestDevice device = new TestDevice();
    private final FakeGuide guide = new FakeGuide(new SnapshotBuilder(SnapshotBuilder.V45, 3));

    @SuppressWarnings("NullAway.Init")
    private TestGateway gateway;

    @BeforeEach
    void aDeviceWithARecording() throws Exception {
        gateway = new TestGateway(folder);
        device.file("/Video/" + PILOT + ".mpg", "recording".getBytes(UTF_8), THEN);
        guide.shows.show(PILOT).title("Friends").episode("Pilot");
        device.intercept(guide::answer);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        device.close();
    }

    /** Mounts the device without a cache of the gateway's own. */
    private void mount(Map<String, String> options) throws Exception {
        Map<String, String> all = new HashMap<>(options);
        all.put("cache", "0s");
        gateway.serve("tv", "httpfs", "replay://127.0.0.1:" + device.port(), all);
    }

    private List<String> names(String directory) throws IOException {
        TestGateway.Reply reply = gateway.send("GET", "/fs/tv" + directory, "");
        assertThat(reply.status()).isEqualTo(200);
        return reply.body().lines().map(line -> line.replaceAll(" [0-9]+$", "")).toList();
    }

    private int put(String path, String body) throws IOException {
        return gateway.send("PUT", "/fs/tv" + path, body).status();
    }

    @Test
    void titlesAddTheGuide() throws Exception {
        mount(Map.of("titles", "true"));

        assertThat(names("/")).containsExactly("Photo", "Shows", "SnapshotDir", "Video");
        assertThat(names("/Shows/Friends")).containsExactly("Pilot.mpg", "Pilot.txt");
        assertThat(gateway.send("GET", SHOW, "").body()).isEqualTo("recording");
        assertThat(gateway.send("DELETE", SHOW, "").status()).isEqualTo(403);
        assertThat(guide.count("delete_show")).isZero();
    }

    @Test
    void withoutTitlesNobodyAsksForTheGuide() throws Exception {
        mount(Map.of());

        assertThat(names("/")).containsExactly("Photo", "SnapshotDir", "Video");
        assertThat(guide.asked).isEmpty();
    }

    @Test
    void deleteShowsDeletesThem() throws Exception {
        mount(Map.of("titles", "true", "delete-shows", "true"));

        assertThat(gateway.send("DELETE", SHOW, "").status()).isEqualTo(200);
        assertThat(guide.count("delete_show")).isEqualTo(1);
        assertThat(gateway.send("HEAD", SHOW, "").status()).isEqualTo(404);
    }

    @Test
    void theGuideIsAskedWithTheSerialNumber() throws Exception {
        device.describes("520430000", "RTV5OWN");
        mount(Map.of("titles", "true"));
        assertThat(names("/Shows")).containsExactly("Friends");
        assertThat(guide.asked).isNotEmpty().allMatch(each -> each.endsWith("&serial_no=RTV5OWN"));
    }

    @Test
    void aSerialNumberOfTheOperatorsComesFirst() throws Exception {
        device.describes("520430000", "RTV5OWN");
        mount(Map.of("titles", "true", "serial", "RTV9"));
        assertThat(names("/Shows")).containsExactly("Friends");
        assertThat(guide.asked).isNotEmpty().allMatch(each -> each.endsWith("&serial_no=RTV9"));
    }

    @ParameterizedTest
    @CsvSource({"0s, 2", "1h, 1"})
    void theGuideIsBelievedForAsLongAsIsWanted(String time, int asked) throws Exception {
        mount(Map.of("titles", "true", "guide", time));

        for (int i = 0; i < 2; i++) {
            assertThat(names("/Shows")).containsExactly("Friends");
        }
        assertThat(guide.count("get_snapshot")).isEqualTo(asked);
    }

    @ParameterizedTest
    @CsvSource({"UTC, 2004-11-04 19-22", "Asia/Tokyo, 2004-11-05 04-22"})
    void datesAreThoseOfTheZone(String zone, String date) throws Exception {
        guide.shows.drop(PILOT);
        guide.shows.show(PILOT).title("Friends");
        mount(Map.of("titles", "true", "zone", zone));

        assertThat(names("/Shows/Friends")).containsExactly(date + ".mpg", date + ".txt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1h", "-90s"})
    void aClockOffsetMakesUpForTheClockOfTheDevice(String ahead) throws Exception {
        device.clock(ahead.equals("1h") ? Duration.ofHours(1) : Duration.ofSeconds(-90));
        mount(Map.of("clock-offset", ahead));

        assertThat(names("/Video")).containsExactly(PILOT + ".mpg");
    }

    @ParameterizedTest
    @CsvSource({"4.1, , false", "4.3, , true", ", 520411140, false", ", 520430000, true", "5.1, 520411140, true"})
    void queriesAreEncryptedForTheSoftwareOfTheDevice(String given, String described, boolean encrypted)
            throws Exception {
        device.export("Video", new Export(false, false, false, 1000));
        if (described != null) {
            device.describes(described, "RTV1");
        }
        mount(given == null ? Map.of() : Map.of("software-version", given));

        assertThat(names("/Photo")).isEmpty();
        assertThat(device.requests()).isNotEmpty().allMatch(each -> each.encrypted() == encrypted);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2"})
    void asManyConnectionsAsAreAllowedAreUsed(int allowed, int most) throws Exception {
        for (int i = 0; i < 60; i++) {
            device.file("/Photo/" + i, new byte[1], THEN);
        }
        mount(Map.of("connections", Integer.toString(allowed)));
        device.latency(Duration.ofMillis(5));

        CompletableFuture<List<String>> beside = CompletableFuture.supplyAsync(() -> {
            try {
                return names("/Photo");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(names("/Photo")).hasSize(60);
        assertThat(beside.get()).hasSize(60);
        assertThat(device.most()).isEqualTo(most);
    }

    @Test
    void aPaceSlowsContentDown() throws Exception {
        device.file("/Photo/a", new byte[5 * ReplayContent.PIECE], THEN);
        mount(Map.of("pace", "30ms"));

        long start = System.nanoTime();
        assertThat(gateway.send("GET", "/fs/tv/Photo/a", "").body()).hasSize(5 * ReplayContent.PIECE);
        assertThat(System.nanoTime() - start)
                .isGreaterThan(Duration.ofMillis(4 * 30).toNanos());
    }

    @Test
    void invisibleExportsAreThoseThatAreNamed() throws Exception {
        device.export("Hidden", new Export(false, false, true, 1000));
        mount(Map.of("invisible", "Hidden,Nothing"));

        assertThat(names("/")).containsExactly("Hidden", "Photo");
    }

    @Test
    void writableExportsAreThoseThatAreNamed() throws Exception {
        device.export("Video", new Export(false, true, true, 1000));
        mount(Map.of("writable", "Video"));

        assertThat(put("/Video/a", "text")).isEqualTo(200);
        assertThat(put("/Photo/a", "text")).isEqualTo(403);
        assertThat(device.paths("/Photo")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theRingBufferIsShownToWhoWantsIt(boolean shown) throws Exception {
        device.file("/Video/circular.mpg", new byte[10], THEN);
        mount(Map.of("show-circular", Boolean.toString(shown)));

        assertThat(names("/Video").contains("circular.mpg")).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({"0s, 2", "1m, 1"})
    void whatWasSaidOfAFileIsBelievedForAsLongAsIsWanted(String time, int asked) throws Exception {
        device.file("/Photo/a", new byte[1], THEN);
        mount(Map.of("stat-cache", time));

        for (int i = 0; i < 2; i++) {
            assertThat(gateway.send("HEAD", "/fs/tv/Photo/a", "").status()).isEqualTo(200);
        }
        assertThat(device.commands()).filteredOn("fstat name=/Photo/a"::equals).hasSize(asked);
    }

    @Test
    void aRecordingThatHasGoneIsNotFoundAlsoIfItWasThereAMomentAgo() throws Exception {
        device.file("/Video/2.mpg", new byte[100_000], THEN);
        mount(Map.of());
        assertThat(gateway.send("HEAD", "/fs/tv/Video/2.mpg", "").status()).isEqualTo(200);
        device.intercept((request, socket) -> {
            if (request.command().equals("readfile")) {
                socket.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n80820005\n".getBytes(UTF_8));
                return true;
            }
            return false;
        });

        assertThat(gateway.send("GET", "/fs/tv/Video/2.mpg", "").status()).isEqualTo(404);
    }

    @Test
    void allMetadataOfADirectoryIsAskedForOnce() throws Exception {
        for (int i = 0; i < 20; i++) {
            device.file("/Photo/" + i, new byte[1], THEN);
        }
        gateway.serve("tv", "httpfs", "replay://127.0.0.1:" + device.port(), Map.of());

        assertThat(gateway.send("GET", "/fs/tv/Photo/:", "").body()).contains("/fs/tv/Photo/19");
        assertThat(device.commands())
                .filteredOn(command -> command.startsWith("fstat name=/Photo/"))
                .hasSize(20)
                .doesNotHaveDuplicates();
    }

    @Test
    void aDeviceThatIsSilentIsWaitedForAsLongAsIsWanted() throws Exception {
        device.file("/Photo/a", new byte[1], THEN);
        mount(Map.of("timeout", "2s"));
        CompletableFuture<Void> over = new CompletableFuture<>();
        device.intercept((request, socket) -> {
            over.join();
            return true;
        });

        assertThat(gateway.send("HEAD", "/fs/tv/Photo/a", "").status()).isEqualTo(504);
        over.complete(null);
    }

    @Test
    void aDeviceThatCopiesIsWaitedForAsLongAsIsWanted() throws Exception {
        device.file("/Photo/a", new byte[1], THEN);
        mount(Map.of("copy-timeout", "300ms"));
        CompletableFuture<Void> over = new CompletableFuture<>();
        device.intercept((request, socket) -> {
            if (request.command().equals("cp")) {
                over.join();
            }
            return false;
        });

        assertThat(gateway.send("COPY", "/fs/tv/Photo/a", "", "Destination: /fs/tv/Photo/b")
                        .status())
                .isGreaterThanOrEqualTo(500);
        over.complete(null);
        assertThat(device.requests())
                .extracting(Request::command)
                .filteredOn("cp"::equals)
                .hasSize(1);
    }
}
