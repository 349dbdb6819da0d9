package dev.packhorse.store.vfs.ftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.vfs.TestKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the contract does not ask, against a real server. */
@Timeout(120)
class FtpServersTest {

    @Test
    void manyReadersGetTheirOwnBytes() throws Exception {
        try (TestFtpServer server = new TestFtpServer(TestFtpServer.Kind.PLAIN);
                FtpStore store = server.open(FsPath.ROOT)) {
            for (int i = 0; i < 8; i++) {
                server.files.write(path("/f" + i), Body.of(bytes(i)), WriteOptions.DEFAULT);
            }
            ExecutorService threads = Executors.newFixedThreadPool(8);
            try {
                List<Callable<Boolean>> readers = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    int number = i;
                    readers.add(() -> {
                        for (int round = 0; round < 20; round++) {
                            Random random = new Random(number * 100L + round);
                            int from = round % 2 == 0 ? 0 : random.nextInt(bytes(number).length);
                            try (Content content = store.read(path("/f" + number))) {
                                byte[] wanted = Arrays.copyOfRange(bytes(number), from, bytes(number).length);
                                assertThat(all(content, from)).isEqualTo(wanted);
                            }
                        }
                        return true;
                    });
                }
                for (Future<Boolean> done : threads.invokeAll(readers)) {
                    assertThat(done.get()).isTrue();
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(store.openConnections()).isLessThanOrEqualTo(7);
        }
    }

    private static byte[] bytes(int number) {
        byte[] bytes = new byte[50_000 + number * 100_000];
        new Random(number).nextBytes(bytes);
        return bytes;
    }

    private static byte[] all(Content content, long from) throws IOException {
        try (InputStream in =
                content.body(new ByteRange(from, content.node().size() - from)).open()) {
            return in.readAllBytes();
        }
    }

    @Test
    void aServerThatDiesIsUnavailableAndOneThatComesBackIsUsed() throws IOException {
        TestFtpServer first = new TestFtpServer(TestFtpServer.Kind.PLAIN);
        int port = first.port();
        byte[] large = new byte[64 << 20];
        first.files.write(path("/large"), Body.of(large), WriteOptions.DEFAULT);
        try (FtpStore store = first.open(FsPath.ROOT)) {
            try (Content content = store.read(path("/large"));
                    InputStream in = content.body().open()) {
                assertThat(in.read()).isZero();
                first.close();
                assertFails(Kind.UNAVAILABLE, in::readAllBytes);
            }
            assertFails(Kind.UNAVAILABLE, () -> store.stat(path("/large")));
            assertFails(Kind.UNAVAILABLE, () -> store.list(FsPath.ROOT).close());
            try (TestFtpServer second = new TestFtpServer(TestFtpServer.Kind.PLAIN, port, false, null)) {
                second.files.write(path("/a"), Body.of(new byte[3]), WriteOptions.DEFAULT);
                assertThat(store.stat(path("/a")).size()).isEqualTo(3);
                Body body = new Body() {
                    @Override
                    public long length() {
                        return large.length;
                    }

                    @Override
                    public InputStream open() {
                        return new SequenceInputStream(
                                new ByteArrayInputStream(large, 0, 1 << 20),
                                new ByteArrayInputStream(large, 0, 63 << 20) {
                                    @Override
                                    public synchronized int read(byte[] buffer, int offset, int length) {
                                        second.stop();
                                        return super.read(buffer, offset, length);
                                    }
                                });
                    }
                };
                assertFails(Kind.UNAVAILABLE, () -> store.write(path("/a"), body, WriteOptions.DEFAULT));
            }
        }
    }

    @Test
    void aStoreMayBeOpenedWhileTheServerIsDown() throws IOException {
        TestFtpServer gone = new TestFtpServer(TestFtpServer.Kind.PLAIN);
        int port = gone.port();
        gone.stop();
        try (FtpStore store = FtpStore.lazily("127.0.0.1", port, FsPath.ROOT, TestFtpServer.options())) {
            assertThat(store.capabilities().all()).containsExactly(Capability.WRITE);
            assertFails(Kind.UNAVAILABLE, () -> store.stat(FsPath.ROOT));
            try (TestFtpServer server = new TestFtpServer(TestFtpServer.Kind.RICH, port, false, null)) {
                server.files.makeDirectory(path("/d"), WriteOptions.DEFAULT);
                assertThat(store.stat(path("/d")).isDirectory()).isTrue();
                assertThat(store.capabilities().all())
                        .containsExactlyInAnyOrder(Capability.WRITE, Capability.MODE, Capability.MODIFIED);
            }
        }
    }

    @Test
    void idleConnectionsAreClosed() throws IOException {
        try (TestFtpServer server = new TestFtpServer(TestFtpServer.Kind.PLAIN)) {
            FtpOptions plain = TestFtpServer.options();
            FtpOptions brief = new FtpOptions(
                    plain.user(),
                    plain.password(),
                    plain.tls(),
                    null,
                    false,
                    plain.connectTimeout(),
                    plain.replyTimeout(),
                    plain.dataTimeout(),
                    Duration.ofMillis(50),
                    2,
                    plain.zone(),
                    StandardCharsets.UTF_8,
                    false,
                    false);
            try (FtpStore store = FtpStore.open("127.0.0.1", server.port(), FsPath.ROOT, brief)) {
                assertThat(store.stat(FsPath.ROOT).isDirectory()).isTrue();
                Awaitility.await().until(() -> store.openConnections() == 0);
                assertThat(store.stat(FsPath.ROOT).isDirectory()).isTrue();
            }
        }
    }

    @Test
    void aNameThatTheServerChangesIsRefused() throws IOException {
        for (TestFtpServer.Kind kind : TestFtpServer.Kind.values()) {
            try (TestFtpServer server = new TestFtpServer(kind);
                    FtpStore store = server.open(FsPath.ROOT)) {
                server.files.write(path("/a"), Body.of(new byte[3]), WriteOptions.DEFAULT);
                for (String name : List.of("/ ", "/a ", "/b ")) {
                    FsPath path = path(name);
                    assertFails(Kind.NOT_FOUND, () -> store.stat(path));
                    assertFails(Kind.INVALID_NAME, () -> store.write(path, Body.of(new byte[1]), WriteOptions.DEFAULT));
                }
                assertFails(Kind.INVALID_NAME, () -> store.makeDirectory(path("/b "), WriteOptions.DEFAULT));
                assertFails(Kind.INVALID_NAME, () -> store.move(path("/a"), path("/b "), TransferOptions.OVERWRITE));
                assertThat(paths(server.files)).containsExactly("/a");
                assertThat(store.stat(path("/a")).size()).isEqualTo(3);
            }
        }
    }

    @Test
    void patternsAndOptionsInNamesAreNames() throws IOException {
        List<String> names = List.of(
                "*", "?", "[a]", "-la", "a*", "{a,b}", "%2e%2e", "\"q\"", "'q'", "a;b", "a=b; c", " lead", "~", "ünï",
                "\\");
        for (TestFtpServer.Kind kind : TestFtpServer.Kind.values()) {
            try (TestFtpServer server = new TestFtpServer(kind);
                    FtpStore store = server.open(FsPath.ROOT)) {
                for (String name : names) {
                    FsPath directory = FsPath.ROOT.child(name);
                    store.makeDirectory(directory, WriteOptions.DEFAULT);
                    store.write(
                            directory.child(name),
                            Body.of(name.getBytes(StandardCharsets.UTF_8)),
                            WriteOptions.DEFAULT);
                    try (Listing listing = store.list(directory)) {
                        Node node = Objects.requireNonNull(listing.next(), name);
                        assertThat(node.path().name()).isEqualTo(name);
                        assertThat(listing.next()).isNull();
                    }
                    try (Content content = store.read(directory.child(name))) {
                        assertThat(all(content, 0))
                                .asString(StandardCharsets.UTF_8)
                                .isEqualTo(name);
                    }
                }
                assertThat(paths(server.files)).hasSize(2 * names.size());
                for (String name : names) {
                    store.remove(FsPath.ROOT.child(name), Preconditions.NONE);
                }
                assertThat(paths(server.files)).isEmpty();
            }
        }
    }

    @Test
    void aServerWithoutMlstIsReadByItsListings() throws IOException {
        try (TestFtpServer server = new TestFtpServer(TestFtpServer.Kind.OLD)) {
            FtpOptions plain = TestFtpServer.options();
            FtpOptions local = new FtpOptions(
                    plain.user(),
                    plain.password(),
                    plain.tls(),
                    null,
                    false,
                    plain.connectTimeout(),
                    plain.replyTimeout(),
                    plain.dataTimeout(),
                    plain.idleTimeout(),
                    plain.connections(),
                    ZoneId.systemDefault(),
                    null,
                    true,
                    false);
            try (FtpStore store = FtpStore.open("127.0.0.1", server.port(), FsPath.ROOT, local)) {
                assertThat(store.capabilities().all()).containsExactly(Capability.WRITE);
                store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
                Instant before = Instant.now();
                Node node = store.write(path("/d/.hidden"), Body.of(bytes(1)), WriteOptions.DEFAULT);
                assertThat(node.size()).isEqualTo(bytes(1).length);
                assertThat(node.modified()).isBetween(before.minusSeconds(60), Instant.now());
                assertThat(store.stat(path("/d/.hidden"))).isEqualTo(node);
                try (Listing listing = store.list(path("/d"))) {
                    assertThat(listing.next()).isEqualTo(node);
                }
                store.write(path("/d/.hidden"), Body.of(bytes(2)), WriteOptions.DEFAULT);
                store.copy(path("/d"), path("/e"), TransferOptions.CREATE_NEW);
                try (Content content = store.read(path("/e/.hidden"))) {
                    assertThat(all(content, 7)).isEqualTo(Arrays.copyOfRange(bytes(2), 7, bytes(2).length));
                }
                assertFails(Kind.NOT_FOUND, () -> store.stat(path("/x")));
                assertFails(Kind.NOT_FOUND, () -> store.stat(path("/x/y")));
                assertFails(Kind.NOT_A_DIRECTORY, () -> store.stat(path("/d/.hidden/y")));
                assertFails(Kind.IS_A_DIRECTORY, () -> store.read(path("/d")));
                store.move(path("/e/.hidden"), path("/d/.hidden"), TransferOptions.OVERWRITE);
                store.remove(path("/e"), Preconditions.NONE);
                assertThat(paths(server.files)).containsExactly("/d", "/d/.hidden");
            }
        }
    }

    @Test
    void aWalkIsInOrderWhateverComesFirst() throws IOException {
        try (TestFtpServer server = new TestFtpServer(TestFtpServer.Kind.RICH);
                FtpStore store = server.open(FsPath.ROOT)) {
            for (String name : List.of("a", "a.d", "a-b", "z")) {
                for (int i = 0; i < 12; i++) {
                    FsPath outer = FsPath.ROOT.child(name);
                    server.files.makeDirectory(outer, WriteOptions.DEFAULT);
                    server.files.makeDirectory(outer.child("d" + i), WriteOptions.DEFAULT);
                    server.files.write(outer.child("d" + i).child("f"), Body.of(new byte[i]), WriteOptions.DEFAULT);
                }
            }
            assertThat(paths(store)).isEqualTo(paths(server.files)).hasSize(100);
        }
    }

    @Test
    void ftpsIsEncryptedAndChecked(@TempDir Path folder) throws Exception {
        TestKeys keys = TestKeys.in(folder, TestFtpServer.PASSWORD);
        for (FtpOptions.Tls tls : List.of(FtpOptions.Tls.EXPLICIT, FtpOptions.Tls.IMPLICIT)) {
            try (TestFtpServer server =
                    new TestFtpServer(TestFtpServer.Kind.RICH, 0, tls == FtpOptions.Tls.IMPLICIT, keys.store())) {
                FtpOptions trusting = TestFtpServer.options().with(tls, keys.certificate());
                try (FtpStore store = FtpStore.open("127.0.0.1", server.port(), FsPath.ROOT, trusting)) {
                    store.write(path("/a"), Body.of(bytes(3)), WriteOptions.DEFAULT);
                    assertThat(server.files.stat(path("/a")).size()).isEqualTo(bytes(3).length);
                    try (Content content = store.read(path("/a"))) {
                        assertThat(all(content, 0)).isEqualTo(bytes(3));
                        assertThat(all(content, 300_000)).hasSize(bytes(3).length - 300_000);
                        assertThat(all(content, 3)).hasSize(bytes(3).length - 3);
                    }
                    try (Content content = store.read(path("/a"));
                            InputStream in = content.body().open()) {
                        assertThat(in.read()).isNotNegative();
                    }
                    assertThat(paths(store)).containsExactly("/a");
                }
                // Nobody vouches for it.
                FtpOptions strict = TestFtpServer.options().with(tls, null);
                FsException failure = catchThrowableOfType(
                        FsException.class, () -> FtpStore.open("127.0.0.1", server.port(), FsPath.ROOT, strict));
                assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
            }
        }
        assertFails(
                Kind.IO,
                () -> FtpStore.lazily(
                        "127.0.0.1",
                        1,
                        FsPath.ROOT,
                        TestFtpServer.options().with(FtpOptions.Tls.EXPLICIT, keys.store())));
    }

    private static List<String> paths(Store store) throws IOException {
        List<String> paths = new ArrayList<>();
        try (Listing walk = store instanceof FtpStore ? store.walk(FsPath.ROOT) : Trees.walk(store, FsPath.ROOT)) {
            for (Node node = walk.next(); node != null; node = walk.next()) {
                paths.add(node.path().toString());
            }
        }
        return paths;
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    private static void assertFails(Kind kind, ThrowingCallable call) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure of kind %s", kind).isNotNull();
        assertThat(failure.kind()).as(failure + " " + failure.getCause()).isEqualTo(kind);
    }
}
