package dev.packhorse.store.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.WriteOptions;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A unit of 2002 that may be recording is not asked for more than is needed. */
class GentlenessTest extends DeviceFixture {

    @Test
    void aListingAsksForEachFileOnceAndTheNextForNone() throws Exception {
        for (int i = 0; i < 100; i++) {
            device.file("/Video/" + (1_009_760_397 + i) + ".mpg", new byte[10], THEN.plusSeconds(i));
        }
        ReplayStore store = open("/");
        assertThat(names(store, "/Video")).hasSize(100).isSorted();
        assertThat(device.commands())
                .doesNotHaveDuplicates()
                .hasSize(101)
                .filteredOn(command -> command.startsWith("fstat"))
                .hasSize(100);
        device.forgetRequests();
        assertThat(names(store, "/Video")).hasSize(100);
        assertThat(store.stat(path("/Video/1009760400.mpg")).size()).isEqualTo(10);
        assertThat(store.stat(path("/Video")).modified()).isEqualTo(THEN.plusSeconds(99));
        assertThat(device.commands()).containsExactly("ls name=/Video");
    }

    @Test
    void allConnectionsOfAListingWorkAndNoMore() throws Exception {
        for (int i = 0; i < 60; i++) {
            device.file("/Video/" + i + ".mpg", new byte[10], THEN);
        }
        ReplayStore one = open("/");
        // By another name of the same address.
        ReplayStore other = ReplayStore.open("localhost", device.port(), path("/Video"), ReplayOptions.of(temp));
        device.latency(Duration.ofMillis(5));
        CompletableFuture<List<String>> beside = CompletableFuture.supplyAsync(() -> {
            try {
                return names(other, "/");
            } catch (FsException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(names(one, "/Video")).hasSize(60);
        assertThat(beside.get()).hasSize(60);
        other.close();
        assertThat(device.most()).isEqualTo(2);
    }

    @Test
    void aListingThatIsNotReadIsNotAskedFor() throws Exception {
        for (int i = 0; i < 500; i++) {
            device.file("/Video/" + i + ".mpg", new byte[10], THEN);
        }
        ReplayStore store = open("/");
        try (Listing listing = store.list(path("/Video"))) {
            assertThat(listing.next()).isNotNull();
        }
        assertThat(device.commands()).hasSizeLessThan(30);
    }

    @Test
    void whatWeChangeIsForgottenAtOnce() throws Exception {
        ReplayStore store = open("/Photo");
        ReplayStore beside = open("/");
        for (String text : List.of("one", "three", "fourteen")) {
            put(store, "/a", text);
            assertThat(store.stat(path("/a")).size()).isEqualTo(text.length());
            assertThat(content(beside, "/Photo/a")).isEqualTo(text);
        }
    }

    @Test
    void whoFindsAllConnectionsInUseWaitsForAWhile() throws Exception {
        device.longFile("/Video/1.mpg", 1 << 30, THEN);
        ReplayStore store = open("/", TestOptions.timed(temp, SOON, Duration.ZERO, Duration.ZERO, 1));
        ReplayOptions hasty = TestOptions.timed(temp, Duration.ofMillis(300), Duration.ZERO, Duration.ZERO, 1);
        try (ReplayStore other = ReplayStore.lazily("127.0.0.1", device.port(), path("/"), hasty);
                Content content = store.read(path("/Video/1.mpg"))) {
            try (InputStream in = content.body().open()) {
                assertThat(in.read()).isGreaterThanOrEqualTo(0);
                assertFails(Kind.BUSY, () -> other.stat(path("/Video/1.mpg")));
            }
            assertThat(store.stat(path("/Video/1.mpg")).isFile()).isTrue();
        }
    }

    @Test
    void noConnectionIsHeldWhileAClientSendsItsBody() throws Exception {
        ReplayStore store = open("/Photo", TestOptions.timed(temp, SOON, Duration.ZERO, Duration.ZERO, 1));
        store.write(
                path("/a"),
                new Body() {
                    @Override
                    public long length() {
                        return 0;
                    }

                    @Override
                    public InputStream open() throws FsException {
                        assertThat(names(store, "/")).isEmpty();
                        return InputStream.nullInputStream();
                    }
                },
                WriteOptions.DEFAULT);
        assertThat(names(store, "/")).containsExactly("a");
    }

    @Test
    void aPaceSlowsContentDownInBothDirections() throws Exception {
        device.file("/Photo/a", new byte[5 * ReplayContent.PIECE], THEN);
        ReplayOptions usual = ReplayOptions.of(temp);
        ReplayStore store = open(
                "/Photo",
                new ReplayOptions(
                        usual.softwareVersion(),
                        usual.clockOffset(),
                        usual.invisible(),
                        usual.writable(),
                        false,
                        2,
                        Duration.ofMillis(30),
                        usual.statCache(),
                        SOON,
                        SOON,
                        SOON,
                        temp,
                        usual.process(),
                        usual.clock()));
        List<Long> nanos = new ArrayList<>();
        long start = System.nanoTime();
        byte[] bytes = bytes(store, "/a");
        nanos.add(System.nanoTime() - start);
        start = System.nanoTime();
        store.write(path("/b"), Body.of(bytes), WriteOptions.DEFAULT);
        nanos.add(System.nanoTime() - start);
        assertThat(bytes).hasSize(5 * ReplayContent.PIECE);
        assertThat(nanos).allMatch(each -> each > Duration.ofMillis(4 * 30).toNanos());
    }
}
