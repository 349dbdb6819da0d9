package dev.packhorse.store.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.Canary;
import dev.packhorse.DeadPort;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.SmallHeap;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong between the store and its server, and what the caller is told. */
class FaultsTest {

    private static final FsPath FILE = path("/file");

    @TempDir
    Path folder;

    private Path root;
    private Path known;
    private MinaServer server;
    private FaultyWire wire;

    @BeforeEach
    void start() throws Exception {
        root = Files.createDirectory(folder.resolve("root"));
        known = folder.resolve("known_hosts");
        server = new MinaServer(known);
        wire = new FaultyWire(server.port());
        Files.writeString(known, server.known(server.port()) + server.known(wire.port()));
    }

    @AfterEach
    void stop() throws Exception {
        wire.close();
        server.close();
    }

    private SftpStore open() throws FsException {
        return open(options());
    }

    private SftpStore open(SftpOptions options) throws FsException {
        return SftpStore.open("127.0.0.1", wire.port(), root.toString(), options);
    }

    private SftpOptions options() {
        return MinaServer.options(known).withSessions(2);
    }

    private SftpOptions impatient() {
        Duration short1 = Duration.ofSeconds(2);
        return options()
                .withTimeouts(new SftpOptions.Timeouts(
                        Duration.ofSeconds(5), Duration.ofSeconds(5), short1, Duration.ofSeconds(60), short1));
    }

    private static FsPath path(String text) {
        try {
            return FsPath.parse(text);
        } catch (FsException e) {
            throw new AssertionError(e);
        }
    }

    private static FsException failure(Kind kind, ThrowingCallable call) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure of kind %s", kind).isNotNull();
        assertThat(failure.kind()).as("%s by %s", failure, failure.getCause()).isEqualTo(kind);
        return failure;
    }

    private static List<String> drain(Listing listing) throws FsException {
        try (listing) {
            List<String> paths = new ArrayList<>();
            for (Node node = listing.next(); node != null; node = listing.next()) {
                paths.add(node.path().toString());
            }
            return paths;
        }
    }

    private void large(String name, long size) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(root.resolve(name).toFile(), "rw")) {
            file.setLength(size);
        }
    }

    @Test
    void aServerThatDiesInTheMiddleOfAReadIsUnavailable() throws Exception {
        large("file", 64 << 20);
        try (SftpStore store = open();
                Content content = store.read(FILE);
                InputStream in = content.body().open()) {
            assertThat(in.readNBytes(1000)).hasSize(1000);
            server.close();
            failure(Kind.UNAVAILABLE, in::readAllBytes);
            failure(Kind.UNAVAILABLE, () -> store.stat(FILE));
            failure(Kind.UNAVAILABLE, () -> store.list(FsPath.ROOT));
        }
    }

    @Test
    void aConnectionCutInTheMiddleOfAWriteLeavesTheOldFileAndNothingElse() throws Exception {
        Files.writeString(root.resolve("file"), "old");
        try (SftpStore store = open()) {
            Body body = new Body() {
                @Override
                public long length() {
                    return 16 << 20;
                }

                @Override
                public InputStream open() {
                    return new InputStream() {
                        private long left = length();

                        @Override
                        public int read() {
                            throw new AssertionError();
                        }

                        @Override
                        public int read(byte[] buffer, int offset, int length) {
                            int n = (int) Math.min(length, left);
                            left -= n;
                            if (left < 8 << 20) {
                                wire.cut();
                            }
                            return n == 0 ? -1 : n;
                        }
                    };
                }
            };
            failure(Kind.UNAVAILABLE, () -> store.write(FILE, body, WriteOptions.DEFAULT));
            assertThat(Files.readString(root.resolve("file"))).isEqualTo("old");
            Awaitility.await().untilAsserted(() -> {
                try (Stream<Path> files = Files.list(root)) {
                    assertThat(files.map(file -> file.getFileName().toString())).containsExactly("file");
                }
            });
        }
    }

    @Test
    void aDroppedConnectionCostsOneRetryOfWhatMayBeRepeated() throws Exception {
        Files.writeString(root.resolve("file"), "text");
        try (SftpStore store = open()) {
            wire.cut();
            assertThat(store.stat(FILE).size()).isEqualTo(4);
            wire.cut();
            assertThat(drain(store.list(FsPath.ROOT))).containsExactly("/file");
            wire.cut();
            try (Content content = store.read(FILE);
                    InputStream in = content.body().open()) {
                assertThat(in.readAllBytes()).asString().isEqualTo("text");
            }
            wire.cut();
            store.write(FILE, Body.of(new byte[10]), WriteOptions.DEFAULT);
            wire.cut();
            store.move(FILE, path("/moved"), TransferOptions.OVERWRITE);
            wire.cut();
            store.remove(path("/moved"), Preconditions.NONE);
            assertThat(drain(store.list(FsPath.ROOT))).isEmpty();
            assertThat(wire.accepted()).isEqualTo(7);
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsATimeout() throws Exception {
        Files.writeString(root.resolve("file"), "text");
        try (SftpStore store = open(impatient())) {
            wire.stall();
            failure(Kind.TIMEOUT, () -> store.stat(FILE));
        }
    }

    @Test
    void aListingThatIsCutShortIsAFailure() throws Exception {
        for (int i = 0; i < 1500; i++) {
            Files.createFile(root.resolve("a name that is long enough to make the listing long " + i));
        }
        try (SftpStore store = SftpStore.openLater("127.0.0.1", wire.port(), root.toString(), options())) {
            wire.cutAfter(40_000);
            failure(Kind.UNAVAILABLE, () -> store.list(FsPath.ROOT));
            failure(Kind.UNAVAILABLE, () -> store.walk(FsPath.ROOT));
            wire.cutAfter(Long.MAX_VALUE);
            assertThat(drain(store.list(FsPath.ROOT))).hasSize(1500);
        }
    }

    @Test
    void aDirectoryThatMayNotBeReadFailsTheWalk() throws Exception {
        for (String name : List.of("a", "b", "forbidden", "z")) {
            Files.createDirectory(root.resolve(name));
            Files.createFile(root.resolve(name).resolve("file"));
        }
        try (SftpStore store = open();
                Listing walk = store.walk(FsPath.ROOT)) {
            List<String> seen = new ArrayList<>();
            failure(Kind.PERMISSION_DENIED, () -> {
                for (Node node = walk.next(); node != null; node = walk.next()) {
                    seen.add(node.path().toString());
                }
            });
            assertThat(seen).containsExactly("/a", "/a/file", "/b", "/b/file", "/forbidden");
        }
    }

    @Test
    void aDirectoryThatMayNotBeReadFailsCopyAndRemovalOfTheTree() throws Exception {
        for (String name : List.of("a", "forbidden", "z")) {
            Files.createDirectories(root.resolve("t").resolve(name));
            Files.createFile(root.resolve("t").resolve(name).resolve("file"));
        }
        try (SftpStore store = open()) {
            failure(Kind.PERMISSION_DENIED, () -> store.list(path("/t/forbidden")));
            failure(Kind.PERMISSION_DENIED, () -> store.copy(path("/t"), path("/copy"), TransferOptions.CREATE_NEW));
            assertThat(root.resolve("t/z/file")).exists();
            failure(Kind.PERMISSION_DENIED, () -> store.remove(path("/t"), Preconditions.NONE));
            assertThat(root.resolve("t/forbidden/file")).exists();
        }
    }

    @Test
    void aLargeDirectoryNeedsLittleMemory() throws Exception {
        Path large = Files.createDirectory(root.resolve("large"));
        Files.createFile(large.resolve("sample"));
        SmallHeap.run(Lister.class, String.valueOf(server.port()), large.toString(), known.toString());
    }

    /** In a JVM of its own. */
    static final class Lister {
        private Lister() {}

        public static void main(String[] arguments) throws Exception {
            QuietLog.on();
            SmallHeap.list(SftpStore.open(
                    "127.0.0.1",
                    Integer.parseInt(arguments[0]),
                    arguments[1],
                    MinaServer.options(Path.of(arguments[2]))));
        }
    }

    @Test
    void aDiskThatFillsUpKeepsTheOldFileAndNothingElse() throws Exception {
        Files.writeString(root.resolve("file"), "old");
        server.room(1 << 20);
        try (SftpStore store = open()) {
            for (FsPath target : List.of(FILE, path("/new"))) {
                failure(Kind.NO_SPACE, () -> store.write(target, Body.of(new byte[4 << 20]), WriteOptions.DEFAULT));
            }
            assertThat(Files.readString(root.resolve("file"))).isEqualTo("old");
            Awaitility.await().untilAsserted(() -> {
                try (Stream<Path> files = Files.list(root)) {
                    assertThat(files.map(file -> file.getFileName().toString())).containsExactly("file");
                }
            });
        }
    }

    @Test
    void aTreeIsReadAheadOverASlowWire() throws Exception {
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 8; j++) {
                Files.createDirectories(root.resolve("d" + i + "/e" + j));
            }
        }
        try (SftpStore store = open()) {
            wire.latency(10);
            // All sessions are there before anything is measured.
            drain(store.walk(FsPath.ROOT));
            long start = System.nanoTime();
            List<String> expected = drain(Trees.walk(store, FsPath.ROOT));
            long oneByOne = System.nanoTime() - start;
            // What else the machine does can only make a walk longer: the shortest of some counts.
            long ahead = Long.MAX_VALUE;
            for (int i = 0; i < 3; i++) {
                start = System.nanoTime();
                List<String> walked = drain(store.walk(FsPath.ROOT));
                ahead = Math.min(ahead, System.nanoTime() - start);
                assertThat(walked).hasSize(36).isEqualTo(expected);
            }
            assertThat(ahead * 3).as("%s ns against %s ns", ahead, oneByOne).isLessThan(oneByOne);
            try (Listing closedEarly = store.walk(FsPath.ROOT)) {
                assertThat(closedEarly.next()).isNotNull();
            }
        }
    }

    @Test
    void aHostKeyThatIsNotKnownOrHasChangedIsRefused() throws Exception {
        Files.writeString(known, "");
        assertThat(failure(Kind.PERMISSION_DENIED, this::open).getCause()).hasMessageContaining("is not in " + known);
        assertThat(known).isEmptyFile();
        Path fresh = folder.resolve("fresh");
        SftpOptions accepting = MinaServer.options(fresh).withHostKeys(HostKeyPolicy.ACCEPT_NEW);
        open(accepting).close();
        assertThat(fresh).hasContent(server.known(wire.port()).trim());
        open(accepting).close();
        MinaServer other = new MinaServer(0, MinaServer.generated(), folder.resolve("unused"));
        Files.writeString(fresh, server.known(other.port()));
        assertThat(failure(
                                Kind.PERMISSION_DENIED,
                                () -> SftpStore.open("127.0.0.1", other.port(), root.toString(), accepting))
                        .getCause())
                .hasMessageContaining("has changed");
        other.close();
        Files.writeString(
                known, "@revoked * " + server.known(1).replaceFirst("^\\S+ ", "") + server.known(wire.port()));
        assertThat(failure(Kind.PERMISSION_DENIED, this::open).getCause()).hasMessageContaining("revoked");
    }

    @Test
    void aWrongPasswordIsRefusedAndNotTold() throws Exception {
        FsException failure =
                failure(Kind.PERMISSION_DENIED, () -> open(options().withPassword(Canary.secret("straw"))));
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            assertThat(String.valueOf(cause)).doesNotContain(Canary.secret("straw"));
        }
        assertThat(failure.getCause()).hasMessageContaining("does not let in user 'carrier' with the password");
        assertThat(options().withPassword(Canary.secret("straw")).toString()).doesNotContain(Canary.secret("straw"));
    }

    @Test
    void aStoreMayBeOpenedBeforeItsServerIsThere() throws Exception {
        int port = server.port();
        server.close();
        DeadPort dead = new DeadPort(port);
        failure(Kind.UNAVAILABLE, () -> SftpStore.open("127.0.0.1", port, root.toString(), options()));
        try (SftpStore store = SftpStore.openLater("127.0.0.1", port, root.toString(), options())) {
            failure(Kind.UNAVAILABLE, () -> store.stat(FsPath.ROOT));
            dead.close();
            try (MinaServer again = new MinaServer(port, server.hostKey(), known)) {
                assertThat(store.stat(FsPath.ROOT).isDirectory()).isTrue();
                assertThat(again.port()).isEqualTo(port);
            }
        }
    }

    @Test
    void aMissingRootIsNotFound() {
        failure(Kind.NOT_FOUND, () -> SftpStore.open("127.0.0.1", wire.port(), root + "/missing", options()));
    }

    @Test
    void idleSessionsAreClosedAndOldLeftoversSwept() throws Exception {
        Path old = Files.createFile(root.resolve(".packhorse-0123456789abcdef.tmp"));
        Files.setLastModifiedTime(old, FileTime.fromMillis(0));
        Path young = Files.createFile(root.resolve(".packhorse-0123456789abcde0.tmp"));
        Path kept = Files.createFile(root.resolve(".packhorse-0123456789abcdef.old"));
        Files.setLastModifiedTime(kept, FileTime.fromMillis(0));
        SftpOptions.Timeouts idle = new SftpOptions.Timeouts(
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofMillis(300),
                Duration.ofSeconds(5));
        try (SftpStore store = open(options().withTimeouts(idle))) {
            assertThat(drain(store.list(FsPath.ROOT))).isEmpty();
            Awaitility.await().untilAsserted(() -> assertThat(old).doesNotExist());
            assertThat(young).exists();
            assertThat(kept).exists();
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(server.server().getActiveSessions()).isEmpty());
            assertThat(store.stat(FsPath.ROOT).isDirectory()).isTrue();
        }
    }

    @Test
    void namesMeanNothingToTheServer() throws Exception {
        List<String> names = List.of(" lead", "%2e%2e", "*", "-rf", "?", "[a]", "a\\b", "trail ", "~", "ö🐎");
        try (SftpStore store = open()) {
            for (String name : names) {
                store.write(
                        FsPath.ROOT.child(name), Body.of(name.getBytes(StandardCharsets.UTF_8)), WriteOptions.DEFAULT);
            }
            assertThat(drain(store.list(FsPath.ROOT)))
                    .containsExactlyElementsOf(
                            names.stream().map(name -> "/" + name).toList());
            for (String name : names) {
                assertThat(Files.readString(root.resolve(name))).isEqualTo(name);
                store.remove(FsPath.ROOT.child(name), Preconditions.NONE);
            }
        }
    }
}
