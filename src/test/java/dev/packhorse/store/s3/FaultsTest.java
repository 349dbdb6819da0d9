package dev.packhorse.store.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.packhorse.DeadPort;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.object.Buffers;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that dies, stalls or is not there. */
class FaultsTest {

    private static final int LARGE = 20 << 20;

    /** A server on a busy machine may say nothing for seconds. */
    private static final Duration PATIENT = Duration.ofMinutes(1);

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static S3Server server;

    private String bucket = "";

    @SuppressWarnings("NullAway.Init")
    private FaultyWire wire;

    @SuppressWarnings("NullAway.Init")
    private S3Store store;

    @BeforeAll
    static void startTheServer() throws Exception {
        server = S3Server.start(folder);
    }

    @AfterAll
    static void stopTheServer() throws Exception {
        server.close();
    }

    @BeforeEach
    void open() throws IOException {
        bucket = server.bucket();
        wire = new FaultyWire(server.port());
        store = S3Store.open(bucket, "", once(server.through(wire.port()), PATIENT));
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        wire.close();
    }

    /** One that gives a silent server up after two seconds. */
    private S3Store hasty() throws IOException {
        return S3Store.openLater(bucket, "", once(server.through(wire.port()), Duration.ofSeconds(2)));
    }

    private static S3Options once(S3Options usual, Duration timeout) {
        return new S3Options(
                usual.endpoint(),
                usual.region(),
                usual.pathStyle(),
                usual.credentials(),
                PATIENT,
                timeout,
                0,
                usual.connections(),
                false,
                true,
                false,
                usual.temp());
    }

    @Test
    void aConnectionThatIsCutInMidReadMakesTheBodyFail() throws IOException {
        byte[] bytes = random(LARGE);
        store.write(path("/a"), Body.of(bytes), WriteOptions.DEFAULT);
        wire.cutAnswers(1 << 20);
        try (Content content = store.read(path("/a"));
                InputStream in = content.body().open()) {
            assertFails(Kind.UNAVAILABLE, in::readAllBytes);
        }
        wire.heal();
        try (Content content = store.read(path("/a"))) {
            assertThat(bytes(content.body())).isEqualTo(bytes);
        }
    }

    @Test
    void asAnEndedSessionNothingIsKnownOfThePath() throws IOException {
        HttpServer ended = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ended.createContext("/", exchange -> {
            try (exchange) {
                byte[] why = "<Error><Code>ExpiredToken</Code><Message>ended</Message></Error>".getBytes(US_ASCII);
                exchange.getResponseHeaders().set("Content-Type", "application/xml");
                exchange.sendResponseHeaders(400, why.length);
                exchange.getResponseBody().write(why);
            }
        });
        ended.start();
        try (S3Store asking =
                S3Store.openLater("b", "", server.through(ended.getAddress().getPort()))) {
            assertFails(Kind.UNAVAILABLE, () -> asking.list(FsPath.ROOT));
        } finally {
            ended.stop(0);
        }
    }

    @Test
    void whatIsRefusedForAMomentIsAskedAgain() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        HttpServer busy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        busy.createContext("/", exchange -> {
            try (exchange) {
                boolean first = asked.getAndIncrement() == 0;
                exchange.getResponseHeaders().set("Content-Length", first ? "0" : "3");
                exchange.getResponseHeaders().set("Last-Modified", "Sat, 01 Jan 2022 08:00:00 GMT");
                exchange.getResponseHeaders().set("ETag", "\"x\"");
                exchange.sendResponseHeaders(first ? 503 : 200, -1);
            }
        });
        busy.start();
        try (S3Store asking =
                S3Store.openLater("b", "", server.through(busy.getAddress().getPort()))) {
            assertThat(asking.stat(path("/a")).size()).isEqualTo(3);
            assertThat(asked).hasValue(2);
        } finally {
            busy.stop(0);
        }
    }

    @Test
    void aServerThatStallsInMidReadIsATimeout() throws IOException {
        store.write(path("/a"), Body.of(random(LARGE)), WriteOptions.DEFAULT);
        try (S3Store hasty = hasty()) {
            wire.stallAnswers(1 << 20);
            try (Content content = hasty.read(path("/a"));
                    InputStream in = content.body().open()) {
                assertFails(Kind.TIMEOUT, in::readAllBytes);
            }
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsATimeout() throws IOException {
        store.write(path("/a"), Body.of(random(1)), WriteOptions.DEFAULT);
        try (S3Store hasty = hasty()) {
            wire.stallAnswers(0);
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> hasty.stat(path("/a")),
                    () -> hasty.read(path("/a")),
                    () -> hasty.list(FsPath.ROOT),
                    () -> hasty.write(path("/a"), Body.of(random(1)), WriteOptions.DEFAULT),
                    () -> hasty.move(path("/a"), path("/b"), TransferOptions.OVERWRITE),
                    () -> hasty.remove(path("/a"), Preconditions.NONE))) {
                assertFails(Kind.TIMEOUT, call);
            }
        }
        wire.heal();
        assertThat(store.stat(path("/a")).size()).isEqualTo(1);
    }

    @Test
    void aConnectionThatIsCutInMidWriteLeavesTheOldFile() throws IOException {
        Node old = store.write(path("/a"), Body.of(random(3)), WriteOptions.DEFAULT);
        int free = Buffers.SHARED.available();
        for (int length : new int[] {1 << 20, LARGE}) {
            wire.cutRequests(100_000);
            assertFails(Kind.UNAVAILABLE, () -> store.write(path("/a"), Body.of(random(length)), WriteOptions.DEFAULT));
            wire.heal();
            assertThat(store.stat(path("/a"))).isEqualTo(old);
        }
        assertThat(Buffers.SHARED.available()).isEqualTo(free);
        assertThat(server.client()
                        .listMultipartUploads(request -> request.bucket(bucket))
                        .uploads())
                .isEmpty();
    }

    @Test
    void aMoveWhoseAnswerIsLostHasTheFileUnderOneNameAtLeast() throws IOException {
        byte[] bytes = random(100);
        for (int cut = 0; cut < 2000; cut += 170) {
            wire.heal();
            store.write(path("/a"), Body.of(bytes), WriteOptions.DEFAULT);
            wire.cutAnswers(cut);
            try {
                store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE);
            } catch (FsException e) {
                assertThat(e.kind()).as(String.valueOf(e.getCause())).isEqualTo(Kind.UNAVAILABLE);
            }
            wire.heal();
            assertThat(server.client()
                            .listObjectsV2(request -> request.bucket(bucket))
                            .contents())
                    .isNotEmpty()
                    .allMatch(object -> object.size() == bytes.length);
        }
    }

    @Test
    void aServerThatIsKilledIsUnavailableAndClosingStaysQuick(@TempDir Path own) throws Exception {
        S3Server mortal = S3Server.start(own);
        try (mortal;
                S3Store last = S3Store.open(mortal.bucket(), "", once(mortal.options(), PATIENT))) {
            byte[] bytes = random(LARGE);
            last.write(path("/a"), Body.of(bytes), WriteOptions.DEFAULT);
            try (Content content = last.read(path("/a"));
                    InputStream in = content.body().open()) {
                assertThat(in.readNBytes(1000)).isEqualTo(Arrays.copyOf(bytes, 1000));
                Body dying = new Body() {
                    @Override
                    public long length() {
                        return UNKNOWN;
                    }

                    @Override
                    public InputStream open() throws IOException {
                        return new InputStream() {
                            private long given;

                            @Override
                            public int read() throws IOException {
                                byte[] one = new byte[1];
                                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                            }

                            @Override
                            public int read(byte[] buffer, int offset, int length) {
                                if (given >= LARGE) {
                                    mortal.kill();
                                    return -1;
                                }
                                given += length;
                                return length;
                            }
                        };
                    }
                };
                assertFails(Kind.UNAVAILABLE, () -> last.write(path("/b"), dying, WriteOptions.DEFAULT));
                assertFails(Kind.UNAVAILABLE, in::readAllBytes);
                assertFails(Kind.UNAVAILABLE, () -> bytes(content.body(new ByteRange(5, 10))));
            }
            assertFails(Kind.UNAVAILABLE, () -> last.stat(path("/a")));
        }
    }

    @Test
    void aServerThatIsNotThereOpensLaterOnly() throws IOException {
        try (DeadPort dead = new DeadPort()) {
            S3Options nobody = once(server.through(dead.port()), PATIENT);
            assertFails(Kind.UNAVAILABLE, () -> S3Store.open(bucket, "", nobody));
            try (S3Store later = S3Store.openLater(bucket, "", nobody)) {
                assertFails(Kind.UNAVAILABLE, () -> later.stat(path("/a")));
                assertFails(Kind.UNAVAILABLE, () -> later.list(FsPath.ROOT));
            }
        }
    }

    @Test
    void aContentThatIsClosedEarlyEndsAtOnce() throws IOException {
        store.write(path("/a"), Body.of(random(LARGE)), WriteOptions.DEFAULT);
        wire.stallAnswers(1 << 20);
        Content content = store.read(path("/a"));
        InputStream in = content.body().open();
        assertThat(in.readNBytes(100)).hasSize(100);
        long begun = System.nanoTime();
        content.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(PATIENT.dividedBy(3));
        assertThatThrownBy(in::read).isInstanceOf(IOException.class);
    }

    private static byte[] bytes(Body body) throws IOException {
        try (InputStream in = body.open()) {
            return in.readAllBytes();
        }
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static void assertFails(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        FsException.class,
                        failure -> assertThat(failure.kind())
                                .as(String.valueOf(failure.getCause()))
                                .isEqualTo(kind));
    }
}
