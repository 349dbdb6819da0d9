package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.DeadPort;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices that go away, say nothing, or say nonsense. */
class DeviceFaultsTest extends DeviceFixture {

    private static final String HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    private void say(String command, String answer) {
        device.intercept((request, socket) -> {
            boolean matches = request.command().equals(command);
            if (matches) {
                socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
            }
            return matches;
        });
    }

    @ParameterizedTest
    @CsvSource({
        "create, true", "writefile, true", "mv, true", "mkdir, true", "cp, true",
        "create, false", "writefile, false", "mv, false", "mkdir, false", "cp, false"
    })
    void aChangeIsSentOnceAlsoWhenTheConnectionDiesBehindIt(String command, boolean done) throws Exception {
        ReplayStore store = open("/Photo");
        put(store, "/a", "old");
        put(store, "/b", "other");
        device.forgetRequests();
        AtomicInteger dead = new AtomicInteger();
        if (done) {
            device.dropAnswer(command);
        } else {
            device.intercept((request, socket) -> request.command().equals(command) && dead.getAndIncrement() == 0);
        }
        FsException failure = failure(() -> {
            switch (command) {
                case "mkdir" -> store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
                case "cp" -> store.copy(path("/a"), path("/c"), TransferOptions.CREATE_NEW);
                default -> put(store, "/a", "new");
            }
        });
        assertThat(failure.kind()).isEqualTo(Kind.IO);
        assertThat(failure).cause().hasMessageContaining("httpfs-" + command).hasMessageContaining("not sent again");
        List<String> changes = device.changes();
        assertThat(changes).doesNotHaveDuplicates().isNotEmpty();
        device.intercept(null);
        // Whatever was lost, the old file is there.
        assertThat(content(store, "/a")).isEqualTo("old");
        assertThat(content(store, "/b")).isEqualTo("other");
        assertThat(names(store, "/")).contains("a", "b").isSubsetOf("a", "b", "d");
    }

    @ParameterizedTest
    @CsvSource({"/a, true", "/a, false", "/d, true", "/d, false"})
    void aRemovalIsSentOnceAlsoWhenTheConnectionDiesBehindIt(String name, boolean done) throws Exception {
        ReplayStore store = open("/Photo");
        put(store, "/a", "old");
        store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        device.forgetRequests();
        AtomicInteger dead = new AtomicInteger();
        if (done) {
            device.dropAnswer("rm");
        } else {
            device.intercept((request, socket) -> request.command().equals("rm") && dead.getAndIncrement() == 0);
        }

        FsException failure = failure(() -> store.remove(path(name), Preconditions.NONE));
        assertThat(failure.kind()).isEqualTo(Kind.IO);
        assertThat(failure).cause().hasMessageContaining("httpfs-rm").hasMessageContaining("not sent again");
        assertThat(device.changes()).containsExactly("rm name=/Photo" + name);
        assertThat(device.paths("/Photo")).hasSize(done ? 1 : 2);
    }

    @ParameterizedTest
    @CsvSource({"1, true", "1, false", "2, true", "2, false"})
    void eitherFileIsWholeWhicheverRenameIsLost(int which, boolean done) throws Exception {
        ReplayStore store = open("/Photo");
        put(store, "/a", "old");
        AtomicInteger renames = new AtomicInteger();
        device.intercept((request, socket) -> {
            boolean lost = request.command().equals("mv") && renames.incrementAndGet() == which;
            if (lost && done) {
                device.dropAnswer("mv");
            }
            return lost && !done;
        });
        assertFails(Kind.IO, () -> put(store, "/a", "new"));
        device.intercept(null);
        assertThat(content(store, "/a")).isEqualTo(which == 2 && done ? "new" : "old");
        assertThat(names(store, "/")).containsExactly("a");
        assertThat(device.paths("/Photo")).containsExactly("/Photo/a");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anOldFileThatCannotBeRemovedIsNoFailureOfTheNewOne(boolean done) throws Exception {
        ReplayStore store = forgetful("/Photo");
        put(store, "/a", "old");
        device.forgetRequests();
        AtomicInteger dead = new AtomicInteger();
        if (done) {
            device.dropAnswer("rm");
        } else {
            device.intercept((request, socket) -> request.command().equals("rm") && dead.getAndIncrement() == 0);
        }
        put(store, "/a", "new");
        assertThat(device.changes()).doesNotHaveDuplicates();
        assertThat(content(store, "/a")).isEqualTo("new");
        store.remove(path("/a"), Preconditions.NONE);
        assertThat(names(store, "/")).isEmpty();
        assertThat(device.paths("/Photo")).isEmpty();
    }

    @Test
    void whatOnlyAsksIsAskedOnceMore() throws Exception {
        ReplayStore store = forgetful("/Photo");
        put(store, "/a", "text");
        for (String command : List.of("fstat", "ls", "volinfo", "readfile")) {
            AtomicInteger dead = new AtomicInteger();
            device.intercept((request, socket) -> request.command().equals(command) && dead.getAndIncrement() == 0);
            assertThat(content(store, "/a")).isEqualTo("text");
            assertThat(names(store, "/")).containsExactly("a");
            store.space();
            assertThat(dead.get()).as(command).isGreaterThan(1);
        }
        device.forgetRequests();
        device.intercept((request, socket) -> true);
        assertFails(Kind.UNAVAILABLE, () -> store.stat(path("/a")));
        assertThat(device.commands()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-x\r\n\r\n",
                "HTTP/1.1 500 No\r\n\r\n",
                "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\nzz\n",
                "HTTP/1.1 200 OK\r\n\r\nnonsense\n",
                "HTTP/1.1 200 OK\r\n\r\n00\ntype=f\nsize=4\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n0\nab",
                "HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\n0\nab",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n0\nab",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n0\nab",
                HEAD + "zz\r\n0\n",
                HEAD + "ffffffffffffffff\r\n0\n",
                HEAD + "2\r\n0\nxx\r\n0\r\n\r\n",
                HEAD + "20\r\n0\ntype=f\nsize=4\n",
                HEAD + "2\r\n0\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n0\ntype=f\nsize=4\nctime=12",
                "HTTP/1.1 200 OK\r\n\r\n0\ntype=f\n",
                "HTTP/1.1 200 OK\r\n\r\n0\ntype=f\nsize=-1\n",
                "HTTP/1.1 200 OK\r\n\r\n0\ntype=x\nsize=1\n",
                "HTTP/1.1 200 OK\r\n\r\n0\ntype=f\nsize=99999999999999999999\n",
                "HTTP/1.1 200 OK\r\n\r\n8082ffff\n"
            })
    void nonsenseIsAFailure(String answer) throws Exception {
        ReplayStore store = forgetful("/Photo");
        say("fstat", answer);
        assertFails(Kind.IO, () -> store.stat(path("/a")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\n", HEAD, HEAD + "1\r\nx\r\n", HEAD + "400\r\n0\n"})
    void whatNeverEndsIsCutOff(String start) throws Exception {
        device.longFile("/Photo/a", 1 << 30, THEN);
        ReplayStore store = forgetful("/Photo");
        for (String command : List.of("fstat", "ls", "readfile")) {
            device.intercept((request, socket) -> {
                if (!request.command().equals(command)) {
                    return false;
                }
                OutputStream out = socket.getOutputStream();
                byte[] junk = start.startsWith("HTTP/1.1 200 OK\r\nT") && start.endsWith("x\r\n")
                        ? "1\r\nx\r\n".repeat(1000).getBytes(ISO_8859_1)
                        : "x: y\r\n".repeat(1000).getBytes(ISO_8859_1);
                out.write(start.getBytes(ISO_8859_1));
                while (true) {
                    out.write(junk);
                }
            });
            assertFails(Kind.IO, () -> {
                store.stat(path("/a"));
                store.list(FsPath.ROOT).close();
                try (Content content = store.read(path("/a"));
                        InputStream in = content.body().open()) {
                    in.transferTo(OutputStream.nullOutputStream());
                }
            });
            Awaitility.await().atMost(SOON).until(() -> device.open() == 0);
        }
    }

    @Test
    void aListingThatDoesNotEndIsNoListing() throws Exception {
        ReplayStore store = open("/Photo");
        device.intercept((request, socket) -> {
            if (!request.command().equals("ls")) {
                return false;
            }
            OutputStream out = socket.getOutputStream();
            byte[] names = "name\n".repeat(200).getBytes(ISO_8859_1);
            out.write((HEAD + "2\r\n0\n\r\n").getBytes(ISO_8859_1));
            while (true) {
                out.write("3e8\r\n".getBytes(ISO_8859_1));
                out.write(names);
                out.write("\r\n".getBytes(ISO_8859_1));
            }
        });
        assertFails(Kind.IO, () -> store.list(FsPath.ROOT).close());
    }

    @ParameterizedTest
    @ValueSource(strings = {HEAD + "7\r\n0\na\nb\nc\r\n", "HTTP/1.1 200 OK\r\n\r\n0\na\nb"})
    void aListingThatIsCutIsNoListing(String cut) throws Exception {
        ReplayStore store = open("/Photo");
        say("ls", cut);
        assertFails(Kind.IO, () -> store.list(FsPath.ROOT).close());
    }

    @ParameterizedTest
    @ValueSource(strings = {"fstat", "ls", "volinfo", "create", "writefile", "mv"})
    void aDeviceThatSaysNothingIsNotWaitedForForLong(String command) throws Exception {
        put(forgetful("/Photo"), "/a", "old");
        ReplayStore store = impatient("/Photo");
        CompletableFuture<Void> over = new CompletableFuture<>();
        device.intercept((request, socket) -> {
            if (request.command().equals(command)) {
                over.join();
            }
            return false;
        });
        FsException failure = failure(() -> {
            store.list(FsPath.ROOT).close();
            store.space();
            put(store, "/a", "new");
        });
        over.complete(null);
        device.intercept(null);
        boolean changes = !List.of("fstat", "ls", "volinfo").contains(command);
        assertThat(failure.kind()).isEqualTo(changes ? Kind.IO : Kind.TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 2", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n000000", HEAD + "2\r\n0"})
    void aDeviceThatStallsInTheMiddleOfTheAnswerToAnUploadIsNotWaitedForForLong(String start) throws Exception {
        ReplayStore store = forgetful("/Photo");
        put(store, "/a", "old");
        ReplayStore hasty = impatient("/Photo");
        CompletableFuture<Void> over = new CompletableFuture<>();
        device.intercept((request, socket) -> {
            if (!request.command().equals("writefile")) {
                return false;
            }
            socket.getOutputStream().write(start.getBytes(ISO_8859_1));
            over.join();
            return true;
        });

        FsException failure = failure(() -> put(hasty, "/a", "new"));
        over.complete(null);
        device.intercept(null);
        assertThat(failure.kind()).isEqualTo(Kind.IO);
        assertThat(failure).cause().hasMessageContaining("httpfs-writefile");
        assertThat(device.changes())
                .filteredOn(each -> each.startsWith("writefile"))
                .hasSize(1);
        assertThat(content(store, "/a")).isEqualTo("old");
        assertThat(names(store, "/")).containsExactly("a");
    }

    @Test
    void aDeviceThatTakesNoBytesOfAnUploadIsNotWaitedForForLong() throws Exception {
        ReplayStore store = forgetful("/Photo");
        ReplayStore hasty = impatient("/Photo");
        CompletableFuture<Void> over = new CompletableFuture<>();
        device.intercept((request, socket) -> {
            if (request.command().equals("writefile")) {
                over.join();
            }
            return false;
        });

        // More than the sockets of both sides hold.
        FsException failure = failure(() -> hasty.write(path("/a"), Body.of(new byte[32 << 20]), WriteOptions.DEFAULT));
        over.complete(null);
        assertThat(failure.kind()).isEqualTo(Kind.IO);
        assertThat(names(store, "/")).isEmpty();
    }

    /** Each byte comes in time, and all together would take longer than an answer may. */
    @ParameterizedTest
    @ValueSource(strings = {"fstat", "volinfo", "ls", "readfile"})
    void aDeviceThatDripsIsNotWaitedForForLong(String command) throws Exception {
        device.file("/Photo/a", new byte[100], THEN);
        String answer = switch (command) {
            case "fstat" -> "type=f\nsize=100\nctime=12\nperm=" + "r".repeat(80) + "\n";
            case "volinfo" -> "cap=9\ninuse=1\n" + "x".repeat(80) + "\n";
            default -> "x".repeat(99) + "\n";
        };
        device.intercept((request, socket) -> {
            if (!request.command().equals(command)) {
                return false;
            }
            OutputStream out = socket.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\n\r\n0\n".getBytes(ISO_8859_1));
            for (byte each : answer.getBytes(ISO_8859_1)) {
                out.write(each);
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
            return true;
        });
        // Lazily: to open it would have as little time.
        ReplayOptions options = TestOptions.timed(temp, Duration.ofMillis(400), Duration.ZERO, Duration.ZERO);
        try (ReplayStore store = ReplayStore.lazily("127.0.0.1", device.port(), path("/Photo"), options)) {
            assertFails(Kind.TIMEOUT, () -> {
                switch (command) {
                    case "fstat" -> store.stat(path("/a"));
                    case "volinfo" -> store.space();
                    case "ls" -> store.list(FsPath.ROOT).close();
                    default -> store.read(path("/a")).close();
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 99_999})
    void aBodyThatEndsEarlyThrows(int sent) throws Exception {
        device.longFile("/Video/1.mpg", 100_000, THEN);
        ReplayStore store = open("/");
        for (boolean framed : new boolean[] {true, false}) {
            device.intercept((request, socket) -> {
                if (!request.command().equals("readfile")) {
                    return false;
                }
                OutputStream out = socket.getOutputStream();
                String length = framed ? "Content-Length: 100002\r\n" : "";
                out.write(("HTTP/1.1 200 OK\r\n" + length + "\r\n0\n").getBytes(ISO_8859_1));
                out.write(new byte[sent]);
                return true;
            });
            assertFails(Kind.IO, () -> bytes(store, "/Video/1.mpg"));
        }
    }

    @Test
    void aBodyThatIsLongerThanAskedIsCut() throws Exception {
        device.longFile("/Video/1.mpg", 100_000, THEN);
        ReplayStore store = open("/");
        say("readfile", "HTTP/1.1 200 OK\r\n\r\n0\n" + "x".repeat(200_000));
        try (Content content = store.read(path("/Video/1.mpg"));
                InputStream in = content.body(new ByteRange(10, 70_000)).open()) {
            assertThat(in.readAllBytes()).hasSize(70_000).containsOnly('x');
        }
    }

    @Test
    void aSmallFileThatIsAnotherByNowIsLookedAtAgain() throws Exception {
        device.file("/Photo/a", "four".getBytes(ISO_8859_1), THEN);
        ReplayStore store = open("/Photo");
        assertThat(store.stat(path("/a")).size()).isEqualTo(4);
        device.file("/Photo/a", "longer".getBytes(ISO_8859_1), THEN);
        assertThat(content(store, "/a")).isEqualTo("longer");
        device.file("/Photo/a", "low".getBytes(ISO_8859_1), THEN);
        assertThat(content(store, "/a")).isEqualTo("low");
    }

    @Test
    void whatIsGoneWhenItIsReadIsNotFound() throws Exception {
        device.longFile("/Video/1.mpg", 100_000, THEN);
        ReplayStore store = open("/");
        try (Content content = store.read(path("/Video/1.mpg"))) {
            say("readfile", HEAD + "9\r\n80820005\n\r\n0\r\n\r\n");
            assertFails(Kind.NOT_FOUND, () -> content.body().open().close());
        }
    }

    @Test
    void aDirectoryThatIsGoneIsNotTheListOfExports() throws Exception {
        device.directory("/Photo/d");
        ReplayStore store = open("/Photo");
        assertThat(store.stat(path("/d")).isDirectory()).isTrue();
        say("ls", HEAD + "9\r\n0\n/Photo\n\r\n0\r\n\r\n");
        assertThat(names(store, "/d")).isEmpty();
        device.intercept((request, socket) -> {
            String missing = request.command().equals("ls") ? "0\n/Photo\n" : "80820005\n";
            socket.getOutputStream().write(("HTTP/1.1 200 OK\r\n\r\n" + missing).getBytes(ISO_8859_1));
            return true;
        });
        assertFails(Kind.NOT_FOUND, () -> store.list(path("/d")).close());
    }

    @Test
    void whoGoesInTheMiddleOfABodyTakesTheConnectionAlong() throws Exception {
        device.longFile("/Video/1.mpg", 8L << 30, THEN);
        ReplayStore store = open("/");
        try (Content content = store.read(path("/Video/1.mpg"))) {
            InputStream in = content.body().open();
            assertThat(in.readNBytes(100_000)).hasSize(100_000);
            in.close();
            Awaitility.await().atMost(SOON).until(() -> device.open() == 0);
        }
        Content content = store.read(path("/Video/1.mpg"));
        InputStream in = content.body().open();
        assertThat(in.read()).isGreaterThanOrEqualTo(0);
        content.close();
        Awaitility.await().atMost(SOON).until(() -> device.open() == 0);
        assertFails(Kind.UNAVAILABLE, () -> in.readNBytes(1 << 20));
    }

    @Test
    void aReaderThatWaitsIsWokenByClosing() throws Exception {
        device.longFile("/Video/1.mpg", 100_000, THEN);
        ReplayStore store = open("/");
        CompletableFuture<Void> over = new CompletableFuture<>();
        device.intercept((request, socket) -> {
            if (request.command().equals("readfile")) {
                socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n0\nx".getBytes(ISO_8859_1));
                over.join();
            }
            return false;
        });
        Content content = store.read(path("/Video/1.mpg"));
        InputStream in = content.body().open();
        CompletableFuture<FsException> reader = CompletableFuture.supplyAsync(() -> failure(() -> in.readNBytes(1000)));
        Awaitility.await().atMost(SOON).until(() -> device.open() == 1);
        content.close();
        assertThat(reader.get().kind()).isEqualTo(Kind.UNAVAILABLE);
        over.complete(null);
    }

    @Test
    void aFileThatWeReplaceIsReadNoFurther() throws Exception {
        device.file("/Photo/a", new byte[300_000], THEN);
        ReplayStore store = open("/Photo");
        try (Content content = store.read(path("/a"));
                InputStream in = content.body().open()) {
            assertThat(in.read()).isZero();
            put(store, "/a", "new");
            assertFails(Kind.IO, in::readAllBytes);
            assertFails(Kind.IO, () -> content.body().open().close());
        }
        assertThat(content(store, "/a")).isEqualTo("new");
    }

    @Test
    void aRenameThatIsRefusedLeavesTheTargetAsItWas() throws Exception {
        ReplayStore store = open("/Photo");
        put(store, "/a", "moving");
        put(store, "/b", "there");
        device.intercept((request, socket) -> {
            boolean refused = "/Photo/a".equals(request.query().value("old"));
            if (refused) {
                socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n80820024\n".getBytes(ISO_8859_1));
            }
            return refused;
        });
        assertFails(Kind.PERMISSION_DENIED, () -> store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE));
        assertThat(content(store, "/a")).isEqualTo("moving");
        assertThat(content(store, "/b")).isEqualTo("there");
        assertThat(device.paths("/Photo")).containsExactly("/Photo/a", "/Photo/b");
    }

    @Test
    void aFullDeviceKeepsTheOldFile() throws Exception {
        device.export("Photo", new TestDevice.Export(true, false, true, 1000));
        ReplayStore store = open("/Photo");
        put(store, "/a", "old");
        assertFails(Kind.NO_SPACE, () -> store.write(path("/a"), Body.of(new byte[1001]), WriteOptions.DEFAULT));
        assertThat(content(store, "/a")).isEqualTo("old");
        assertThat(device.paths("/Photo")).containsExactly("/Photo/a");
    }

    /** A body is asked for before or after the device is asked for room. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBodyThatADeviceHasNoRoomForIsNotSent(boolean announced) throws Exception {
        device.export("Photo", new TestDevice.Export(true, false, true, 1000));
        ReplayStore store = open("/Photo");
        AtomicInteger opened = new AtomicInteger();
        Body body = new Body() {
            @Override
            public long length() {
                return announced ? 1001 : UNKNOWN;
            }

            @Override
            public InputStream open() {
                opened.incrementAndGet();
                return new ByteArrayInputStream(new byte[1001]);
            }
        };
        assertFails(Kind.NO_SPACE, () -> store.write(path("/a"), body, WriteOptions.DEFAULT));
        assertThat(opened).hasValue(announced ? 0 : 1);
        assertThat(device.changes()).isEmpty();
    }

    @Test
    void aDeviceThatFillsUpMeanwhileHasNoSpaceEither() throws Exception {
        device.export("Photo", new TestDevice.Export(true, false, true, 1000));
        ReplayStore store = open("/Photo");
        device.intercept((request, socket) -> {
            if (request.command().equals("create")) {
                device.file("/Photo/other", new byte[800], THEN);
            }
            return false;
        });
        assertFails(Kind.NO_SPACE, () -> store.write(path("/a"), Body.of(new byte[300]), WriteOptions.DEFAULT));
        assertThat(device.paths("/Photo")).containsExactly("/Photo/other");
    }

    @Test
    void aDeviceThatDoesNotTellItsRoomIsTriedAnyway() throws Exception {
        for (String answer : List.of("8082000a\n", "0\ncap=0\ninuse=0\n")) {
            ReplayStore store = open("/Photo");
            say("volinfo", "HTTP/1.1 200 OK\r\n\r\n" + answer);
            put(store, "/a", "new");
            assertThat(content(store, "/a")).isEqualTo("new");
        }
    }

    @Test
    void aDirectoryWithANameThatCannotBeSaidIsNotRemoved() throws Exception {
        device.directory("/Photo/d");
        device.file("/Photo/d/quo\"te", new byte[1], THEN);
        ReplayStore store = open("/Photo");
        assertFails(Kind.IO, () -> store.remove(path("/d"), Preconditions.NONE));
        assertThat(device.changes()).isEmpty();
    }

    @Test
    void aDeviceThatIsOffIsUnavailableAndMayComeLater() throws Exception {
        DeadPort dead = new DeadPort();
        int port = dead.port();
        ReplayOptions options = ReplayOptions.of(temp);
        assertFails(Kind.UNAVAILABLE, () -> ReplayStore.open("127.0.0.1", port, FsPath.ROOT, options));
        try (ReplayStore store = ReplayStore.lazily("127.0.0.1", port, path("/Photo"), options)) {
            assertFails(Kind.UNAVAILABLE, () -> store.stat(FsPath.ROOT));
            dead.close();
            try (ServerSocket later = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
                CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> answerAll(later));
                assertThat(store.stat(FsPath.ROOT).isDirectory()).isTrue();
                answered.join();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/Photo"})
    void aDeviceThatHasGoneIsUnavailableAtItsRootToo(String root) throws Exception {
        TestDevice leaving = new TestDevice();
        try (ReplayStore store = ReplayStore.open(
                "127.0.0.1", leaving.port(), path(root), TestOptions.timed(temp, SOON, Duration.ZERO, Duration.ZERO))) {
            assertThat(store.stat(FsPath.ROOT).isDirectory()).isTrue();
            leaving.close();
            assertFails(Kind.UNAVAILABLE, () -> store.stat(FsPath.ROOT));
        }
    }

    @Test
    void aTimeThatMakesNoSenseHidesNoNeighbours() throws Exception {
        device.file("/Photo/a", new byte[1], THEN);
        device.file("/Photo/old", new byte[1], Instant.ofEpochSecond(-86_400));
        ReplayStore store = forgetful("/Photo");

        assertThat(names(store, "/")).containsExactly("a", "old");
    }

    /** To ls, to volinfo of both invisible exports, and to fstat of the one that is listed. */
    private static void answerAll(ServerSocket server) {
        try {
            for (String answer :
                    List.of("0\nPhoto\n", "8082000a\n", "8082000a\n", "0\ntype=d\nsize=-1\nctime=0\nperm=r\n")) {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write(("HTTP/1.0 200 OK\r\n\r\n" + answer).getBytes(ISO_8859_1));
                    socket.shutdownOutput();
                    socket.getInputStream().readNBytes(1 << 12);
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRootThatIsNotThereIsNotFound() throws Exception {
        device.file("/Photo/a", new byte[1], THEN);
        assertFails(Kind.NOT_FOUND, () -> open("/Photo/nothing"));
        assertFails(Kind.NOT_FOUND, () -> open("/Nothing"));
        assertFails(Kind.NOT_A_DIRECTORY, () -> open("/Photo/a"));
    }
}
