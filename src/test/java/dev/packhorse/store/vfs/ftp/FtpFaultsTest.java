package dev.packhorse.store.vfs.ftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.DeadPort;
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
import dev.packhorse.fs.SmallHeap;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may go wrong on the way, by a server that does it. */
@Timeout(120)
class FtpFaultsTest {

    private static final int SIZE = 200_000;

    @SuppressWarnings("NullAway.Init")
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
        server.facts.put("/a", "type=file;size=" + SIZE + ";");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aTransferThatEndsEarlyIsNoShortFile() throws IOException {
        for (String outcome : List.of("226 that was all", "426 cut", "451 disk")) {
            server.sends("RETR", new byte[SIZE / 2], outcome);
            try (Store store = server.open();
                    Content content = store.read(path("/a"));
                    InputStream in = content.body().open()) {
                assertThat(catchThrowableOfType(FsException.class, in::readAllBytes)
                                .kind())
                        .isEqualTo(outcome.startsWith("426") ? Kind.UNAVAILABLE : Kind.IO);
                assertThat(store.stat(path("/a")).size()).isEqualTo(SIZE);
            }
        }
    }

    @Test
    void allBytesWithoutAnOutcomeAreNoFile() throws IOException {
        server.sends("RETR", new byte[SIZE], "451 they may be wrong");
        try (Store store = server.open();
                Content content = store.read(path("/a"));
                InputStream in = content.body().open()) {
            assertThatThrownBy(in::readAllBytes).isInstanceOf(FsException.class);
        }
    }

    @Test
    void aSmallFileThatEndsEarlyIsNoFile() throws IOException {
        server.facts.put("/small", "type=file;size=10;");
        server.sends("RETR", new byte[5], "226 that was all");
        try (Store store = server.open()) {
            assertFails(Kind.BUSY, () -> store.read(path("/small")));
        }
    }

    @Test
    void aListingCutShortIsAFailure() throws IOException {
        try (Store store = server.open()) {
            server.lists("type=file;size=1; a\ntype=file;size=1; b\n", "426 cut");
            assertFails(Kind.UNAVAILABLE, () -> store.list(FsPath.ROOT).close());
            server.on("MLSD", (client, argument) -> {
                client.say("150 here it comes");
                try (Socket data = client.data()) {
                    data.getOutputStream().write("type=file;size=1; a\r\n".getBytes(StandardCharsets.UTF_8));
                }
                client.close();
            });
            assertFails(Kind.UNAVAILABLE, () -> store.list(FsPath.ROOT).close());
            server.lists("type=file;size=1; b\ntype=file;size=1; a\n", "226 all");
            assertThat(names(store)).containsExactly("a", "b");
        }
    }

    @Test
    void oddFactsAreReadAsFarAsTheyGo() throws IOException {
        server.lists(
                String.join(
                        "\n",
                        "type=cdir; .",
                        "type=pdir; ..",
                        "TYPE=File;SIZE=5;MODIFY=20240229235958.123456;unix.mode=0100640;unix.uid=5;UNIX.gid=6;; b c ",
                        "size=3;type=FILE;modify=tomorrow;unix.mode=99;x-odd; a",
                        "type=OS.unix=slink:there;size=3; shown",
                        "type=OS.unix=symlink;size=3; left-out",
                        "type=OS.unix=blk-12/3; device",
                        "the rest of a name with an end of line",
                        "type=file;size=1; .packhorse-0123456789abcdef.tmp",
                        "type=file;size=1; con\u0001trol",
                        "type=dir;sizd=4096; d",
                        ""),
                "226 all");
        try (Store store = server.open();
                Listing listing = store.list(FsPath.ROOT)) {
            List<String> seen = new ArrayList<>();
            for (Node node = listing.next(); node != null; node = listing.next()) {
                seen.add(node.path() + " " + node.type() + " " + node.size() + " "
                        + Integer.toOctalString(node.mode().permissions()) + " " + node.modified() + " "
                        + node.owner().uid());
            }
            assertThat(seen)
                    .containsExactly(
                            "/a FILE 3 644 1970-01-01T00:00:00Z 0",
                            "/b c  FILE 5 640 2024-02-29T23:59:58.123456Z 5",
                            "/d DIRECTORY 0 755 1970-01-01T00:00:00Z 0",
                            "/shown SYMLINK 5 777 1970-01-01T00:00:00Z 0");
        }
    }

    @Test
    void aListingWithAFileOfUnknownSizeIsAFailure() throws IOException {
        for (String size : List.of("", "size=-1;", "size=1e3;", "size=99999999999999999999;")) {
            server.lists("type=file;" + size + " a\n", "226 all");
            try (Store store = server.open()) {
                assertFails(Kind.IO, () -> store.list(FsPath.ROOT).close());
            }
        }
    }

    @Test
    void anIdleConnectionThatIsGoneCostsOneMoreLogin() throws IOException {
        try (Store store = server.open()) {
            AtomicBoolean told = new AtomicBoolean();
            ScriptedServer.Answer lookup = (client, argument) ->
                    client.say("250-\r\n type=file;size=" + SIZE + "; " + argument + "\r\n250 End");
            server.on("MLST", (client, argument) -> {
                if (told.compareAndSet(false, true)) {
                    client.say("421 you were away for too long");
                    client.close();
                } else {
                    lookup.to(client, argument);
                }
            });
            assertThat(store.stat(path("/a")).size()).isEqualTo(SIZE);
            assertThat(logins()).isEqualTo(2);
            server.on("MLST", (client, argument) -> client.close());
            assertFails(Kind.UNAVAILABLE, () -> store.stat(path("/a")));
            assertThat(logins()).isEqualTo(3);
        }
    }

    @Test
    void whatMayNotBeDoneTwiceIsNot() throws IOException {
        server.facts.put("/d", "type=dir;");
        server.on("RNTO", (client, argument) -> client.close());
        try (Store store = server.open()) {
            assertFails(Kind.UNAVAILABLE, () -> store.move(path("/a"), path("/d/a"), TransferOptions.OVERWRITE));
            assertThat(server.heard.stream().filter(line -> line.startsWith("RNTO")))
                    .hasSize(1);
            assertThat(store.stat(path("/a")).size()).isEqualTo(SIZE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"530 no: PASS %s", "500-PASS %s\r\n500 is not understood", "PASS %s is not understood"})
    void aServerThatRepeatsThePasswordIsNotQuoted(String reply) {
        server.says("PASS", reply.formatted(TestFtpServer.PASSWORD));
        FsException failure = catchThrowableOfType(FsException.class, () -> server.open());
        StringWriter all = new StringWriter();
        failure.printStackTrace(new PrintWriter(all, true));
        assertThat(all.toString()).contains("PASS").doesNotContain(TestFtpServer.PASSWORD);
    }

    private long logins() {
        return server.heard.stream().filter(line -> line.startsWith("PASS")).count();
    }

    @Test
    void aRefusedLoginSaysWhyWithoutThePassword() {
        server.says("PASS", "530 Login incorrect.");
        FsException failure = catchThrowableOfType(FsException.class, () -> server.open());
        assertThat(failure.kind()).isEqualTo(Kind.PERMISSION_DENIED);
        assertThat(failure).hasCauseInstanceOf(IOException.class);
        assertThat(failure.getCause()).hasMessage("530 Login incorrect.");
        StringWriter all = new StringWriter();
        failure.printStackTrace(new PrintWriter(all, true));
        assertThat(all.toString() + server.options())
                .doesNotContain(TestFtpServer.PASSWORD)
                .contains("***");
    }

    @Test
    void nobodyThereIsUnavailable() throws IOException {
        int port = server.port();
        server.close();
        try (DeadPort dead = new DeadPort(port)) {
            assertFails(Kind.UNAVAILABLE, () -> server.open());
            assertThat(dead.port()).isEqualTo(port);
        }
    }

    @Test
    void addressesOfPasvAreIgnoredUnlessTrusted() throws IOException {
        byte[] bytes = new byte[SIZE];
        server.says("EPSV", "500 what?");
        server.on("PASV", (client, argument) -> {
            int port = client.listen(1);
            client.say("227 Entering (10,9,8,7," + port / 256 + "," + port % 256 + ")");
        });
        server.sends("RETR", bytes, "226 all");
        try (Store store = server.open();
                Content content = store.read(path("/a"));
                InputStream in = content.body().open()) {
            assertThat(in.readAllBytes()).isEqualTo(bytes);
        }
        // Where it is asked for, nobody is at that port.
        try (DeadPort dead = new DeadPort()) {
            int port = dead.port();
            server.on("PASV", (client, argument) -> {
                client.listen(2, port);
                client.say("227 Entering (127,0,0,2," + port / 256 + "," + port % 256 + ")");
            });
            try (Store store = server.open(server.options().withPasvAddresses());
                    Content content = store.read(path("/a"));
                    InputStream in = content.body().open()) {
                assertThat(in.readAllBytes()).isEqualTo(bytes);
            }
            try (Store store = server.open()) {
                assertFails(Kind.UNAVAILABLE, () -> store.read(path("/a")));
            }
        }
    }

    @Test
    void nonsenseInPasvIsAFailureOfTheConnection() throws IOException {
        for (String reply : List.of("229 (", "229 ok", "229 (|||99999|)", "229 (|||x|)", "229 ()", "no number")) {
            server.says("EPSV", reply);
            try (Store store = server.open()) {
                assertFails(Kind.UNAVAILABLE, () -> store.read(path("/a")));
            }
        }
    }

    @Test
    void aSlowServerIsATimeout() throws IOException {
        FtpOptions hasty = server.options().with(Duration.ofSeconds(2), 4);
        try (Store store = server.open(hasty)) {
            server.on("RETR", (client, argument) -> {
                client.say("150 in a moment");
                client.data();
            });
            try (Content content = store.read(path("/a"));
                    InputStream in = content.body().open()) {
                assertFails(Kind.TIMEOUT, in::readAllBytes);
            }
            server.on("STOR", (client, argument) -> {
                client.say("150 go on");
                client.data();
            });
            assertFails(Kind.TIMEOUT, () -> store.write(path("/new"), zeros(1L << 30), WriteOptions.DEFAULT));
            server.on("MLST", (client, argument) -> {});
            assertFails(Kind.TIMEOUT, () -> store.stat(path("/a")));
        }
        try (ScriptedServer other = new ScriptedServer()) {
            other.on("USER", (client, argument) -> {});
            assertFails(Kind.TIMEOUT, () -> other.open(hasty));
        }
    }

    /** As Apache's does: what is asked between the reply and the first byte is told of a file that is not the one that comes. */
    @Test
    void aFileThatIsReplacedBeforeTheServerOpensItIsNotCut() throws Exception {
        AtomicInteger sent = new AtomicInteger();
        CountDownLatch asked = new CountDownLatch(1);
        server.on("MLST", (client, argument) -> {
            client.say("250-\r\n " + server.facts.get(argument) + " " + argument + "\r\n250 End");
            if (sent.get() > 0) {
                asked.countDown();
            }
        });
        server.on("RETR", (client, argument) -> {
            client.say("150 here it comes");
            if (sent.getAndIncrement() == 0) {
                // Nobody should ask now.
                awaitBriefly(asked);
                server.facts.put("/a", "type=file;size=" + 2 * SIZE + ";");
            }
            try (Socket data = client.data()) {
                data.getOutputStream().write(new byte[2 * SIZE]);
            } catch (SocketException e) {
                client.say("426 you closed it");
                return;
            }
            client.say("226 all");
        });
        try (Store store = server.open();
                Content content = store.read(path("/a"));
                InputStream in = content.body().open()) {
            assertThat(in.readAllBytes()).hasSize(2 * SIZE);
        }
        assertThat(sent).hasValue(2);
    }

    private static void awaitBriefly(CountDownLatch latch) throws IOException {
        try {
            latch.await(500, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    @Test
    void anEarlyCloseDoesNotStall() throws IOException {
        AtomicBoolean says = new AtomicBoolean(true);
        server.on("RETR", (client, argument) -> {
            client.say("150 here it comes");
            try (Socket data = client.data()) {
                while (true) {
                    data.getOutputStream().write(new byte[10_000]);
                }
            } catch (IOException e) {
                if (says.get()) {
                    client.say("426 you closed it");
                }
            }
        });
        try (Store store = server.open(server.options().with(Duration.ofSeconds(60), 4))) {
            long begun = System.nanoTime();
            for (int i = 0; i < 4; i++) {
                says.set(i % 2 == 0);
                try (Content content = store.read(path("/a"));
                        InputStream in = content.body().open()) {
                    assertThat(in.read()).isZero();
                }
                assertThat(store.stat(path("/a")).size()).isEqualTo(SIZE);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(30));
            // Two that answered could be used again, two that did not were given up; the questions have another.
            assertThat(logins()).isLessThanOrEqualTo(5);
        }
    }

    @Test
    void aCloseFromAnotherThreadEndsARead() throws Exception {
        for (boolean all : new boolean[] {false, true}) {
            CountDownLatch sent = new CountDownLatch(1);
            // Stalls in the middle of the bytes, or after them, before the outcome.
            server.on("RETR", (client, argument) -> {
                client.say("150 here it comes");
                Socket data = client.data();
                data.getOutputStream().write(new byte[all ? SIZE : SIZE / 2]);
                if (all) {
                    data.close();
                }
                sent.countDown();
            });
            ExecutorService reader = Executors.newSingleThreadExecutor();
            try (Store store = server.open(server.options().with(Duration.ofSeconds(60), 4))) {
                Content content = store.read(path("/a"));
                Future<?> reading = reader.submit(() -> {
                    try (InputStream in = content.body().open()) {
                        return in.readAllBytes();
                    }
                });
                assertThat(sent.await(10, TimeUnit.SECONDS)).isTrue();
                content.close();
                assertThatThrownBy(() -> reading.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(FsException.class);
                assertThat(store.stat(path("/a")).size()).isEqualTo(SIZE);
            } finally {
                reader.shutdownNow();
            }
        }
    }

    @Test
    void controlCharactersNeverReachTheServer() throws IOException {
        Server place = new Server("127.0.0.1", server.port(), FsPath.ROOT, server.options(), null);
        Connection connection = Connection.open(place, null);
        int before = server.heard.size();
        for (String name : List.of("/a\r\nDELE /b", "/a\nDELE /b", "/a\r", "/a\0", "/a\u007f", "/\u0001")) {
            assertThatThrownBy(() -> connection.send("DELE", name)).isInstanceOf(RefusedException.class);
            assertThatThrownBy(() -> connection.transfer("RETR", name, 0)).isInstanceOf(RefusedException.class);
            assertThatThrownBy(() -> connection.rename("/x", name)).isInstanceOf(RefusedException.class);
        }
        assertThat(server.heard.subList(before, server.heard.size())).containsOnly("RNFR /x");
        connection.abandon();
        assertThatThrownBy(() -> FtpOptions.of("user\r\nDELE /b", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FtpOptions.of("user", "x\nDELE /b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("DELE");
    }

    @Test
    void forbiddenIsToldFromMissing() throws IOException {
        server.facts.put("/shut", "type=dir;perm=;");
        server.facts.put("/open", "type=dir;perm=el;");
        server.lists("type=file;size=1; here\n", "226 all");
        try (Store store = server.open()) {
            assertFails(Kind.PERMISSION_DENIED, () -> store.stat(path("/shut/here")));
            assertFails(Kind.NOT_FOUND, () -> store.stat(path("/shut/gone")));
            assertFails(Kind.NOT_FOUND, () -> store.stat(path("/open/gone")));
            assertFails(Kind.NOT_FOUND, () -> store.stat(path("/none/gone")));
            assertFails(Kind.NOT_A_DIRECTORY, () -> store.stat(path("/a/gone")));
            server.says("MLSD", "550 Permission denied");
            assertFails(Kind.PERMISSION_DENIED, () -> store.stat(path("/shut/here")));
            server.says("RETR", "550 Permission denied");
            assertFails(Kind.PERMISSION_DENIED, () -> store.read(path("/a")));
        }
    }

    @Test
    void repliesHaveTheirKinds() throws IOException {
        record Case(String reply, Kind kind) {}
        for (Case one : List.of(
                new Case("450 busy", Kind.BUSY),
                new Case("452 full", Kind.NO_SPACE),
                new Case("552 quota", Kind.NO_SPACE),
                new Case("550 No space left on device", Kind.NO_SPACE),
                new Case("550 no", Kind.PERMISSION_DENIED),
                new Case("553 not a valid file name", Kind.INVALID_NAME),
                new Case("553 not allowed", Kind.PERMISSION_DENIED),
                new Case("530 log in", Kind.PERMISSION_DENIED),
                new Case("425 no data connection", Kind.UNAVAILABLE),
                new Case("421 going down", Kind.UNAVAILABLE),
                new Case("451 oh", Kind.IO))) {
            server.says("STOR", one.reply());
            try (Store store = server.open()) {
                assertFails(one.kind(), () -> store.write(path("/new"), zeros(10), WriteOptions.DEFAULT));
            }
        }
    }

    @Test
    void aDiskThatFillsUpIsNoSpace() throws IOException {
        server.on("STOR", (client, argument) -> {
            client.say("150 go on");
            try (Socket data = client.data()) {
                data.getInputStream().readNBytes(100_000);
            }
            client.say("452 disk full");
        });
        try (Store store = server.open()) {
            assertFails(Kind.NO_SPACE, () -> store.write(path("/new"), zeros(64 << 20), WriteOptions.DEFAULT));
            assertThat(server.heard).last().asString().startsWith("DELE /.packhorse-");
        }
    }

    /** Refused, or over a connection that breaks: the file is replaced before. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anOldFileThatCannotBeRemovedStaysAside(boolean breaks) throws IOException {
        takesUploads();
        AtomicInteger renames = new AtomicInteger();
        server.on("RNTO", (client, argument) -> {
            boolean refused = renames.getAndIncrement() == 0;
            if (!refused && argument.equals("/a")) {
                server.facts.put("/a", "type=file;size=10;");
            }
            client.say(refused ? "553 there is one" : "250 ok");
        });
        server.on("DELE", (client, argument) -> {
            if (breaks) {
                client.close();
            } else {
                client.say("550 no");
            }
        });
        try (Store store = server.open()) {
            assertThat(store.write(path("/a"), zeros(10), WriteOptions.DEFAULT).size())
                    .isEqualTo(10);
        }
        assertThat(server.heard.stream().filter(line -> line.startsWith("DELE")))
                .singleElement()
                .asString()
                .matches("DELE /\\.packhorse-[0-9a-f]+\\.old");
    }

    private void takesUploads() {
        server.on("STOR", (client, argument) -> {
            client.say("150 go on");
            try (Socket data = client.data()) {
                int size = data.getInputStream().readAllBytes().length;
                server.facts.put(argument, "type=file;size=" + size + ";");
            }
            client.say("226 got it");
        });
    }

    @Test
    void aRefusedReplacementPutsTheOldFileBack() throws IOException {
        takesUploads();
        AtomicInteger renames = new AtomicInteger();
        server.on(
                "RNTO",
                (client, argument) -> client.say(
                        argument.equals("/a") && renames.getAndIncrement() < 2 ? "553 there is one" : "250 ok"));
        try (Store store = server.open()) {
            assertFails(Kind.PERMISSION_DENIED, () -> store.write(path("/a"), zeros(10), WriteOptions.DEFAULT));
        }
        List<String> steps = server.heard.stream()
                .filter(line -> line.matches("(RN|DELE).*"))
                .map(line -> line.replaceAll("packhorse-[0-9a-f]+", "x"))
                .toList();
        assertThat(steps)
                .containsExactly(
                        "RNFR /.x.tmp",
                        "RNTO /a",
                        "RNFR /a",
                        "RNTO /.x.old",
                        "RNFR /.x.tmp",
                        "RNTO /a",
                        "RNFR /.x.old",
                        "RNTO /a",
                        "DELE /.x.tmp");
    }

    @Test
    void aWrongSizeAfterAnUploadIsAFailure() throws IOException {
        server.on("STOR", (client, argument) -> {
            client.say("150 go on");
            try (Socket data = client.data()) {
                data.getInputStream().readAllBytes();
                server.facts.put(argument, "type=file;size=9;");
            }
            client.say("226 got it");
        });
        try (Store store = server.open()) {
            assertFails(Kind.IO, () -> store.write(path("/new"), zeros(10), WriteOptions.DEFAULT));
            assertThat(server.heard).noneMatch(line -> line.startsWith("RNTO"));
        }
    }

    @Test
    void roomIsToldWhereTheServerDoes() throws IOException {
        server.says("FEAT", "211-Features\r\n MLST type*;size*;\r\n AVBL\r\n211 End");
        server.says("AVBL", "213 123456");
        try (Store store = server.open()) {
            assertThat(store.capabilities().has(Capability.SPACE)).isTrue();
            assertThat(store.space().free()).isEqualTo(123_456);
            server.says("AVBL", "213 lots");
            assertFails(Kind.IO, store::space);
        }
    }

    @Test
    void aWalkListsSeveralDirectoriesAtOnce() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            lines.append(String.format("type=dir; d%02d%n", i));
            server.facts.put(String.format("/d%02d", i), "type=dir;");
        }
        CountDownLatch together = new CountDownLatch(3);
        server.on("MLSD", (client, argument) -> {
            String listing = argument.equals("/") ? lines.toString() : "type=file;size=1; f\r\n";
            if (!argument.equals("/")) {
                together.countDown();
                try {
                    assertThat(together.await(10, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            client.say("150 here");
            try (Socket data = client.data()) {
                data.getOutputStream().write(listing.getBytes(StandardCharsets.UTF_8));
            }
            client.say("226 all");
        });
        try (Store store = server.open()) {
            List<String> walked = new ArrayList<>();
            try (Listing walk = store.walk(FsPath.ROOT)) {
                for (Node node = walk.next(); node != null; node = walk.next()) {
                    walked.add(node.path().toString());
                }
            }
            assertThat(walked).hasSize(40).isSorted();
            try (Listing walk = store.walk(FsPath.ROOT)) {
                assertThat(walk.next()).isNotNull();
            }
        }
    }

    @Test
    void aDirectoryThatMayNotBeReadFailsTheTree() throws IOException {
        for (String directory : List.of("/t", "/t/a", "/t/locked", "/t/z")) {
            server.facts.put(directory, "type=dir;");
        }
        server.on("MLSD", (client, argument) -> {
            if (argument.equals("/t/locked")) {
                client.say("550 Permission denied");
                return;
            }
            client.say("150 here");
            try (Socket data = client.data()) {
                String lines = switch (argument) {
                    case "/" -> "type=dir; t\r\n";
                    case "/t" -> "type=dir; a\r\ntype=dir; locked\r\ntype=dir; z\r\n";
                    default -> "";
                };
                data.getOutputStream().write(lines.getBytes(StandardCharsets.UTF_8));
            }
            client.say("226 all");
        });
        server.on("MKD", (client, argument) -> {
            server.facts.put(argument, "type=dir;");
            client.say("257 made");
        });
        try (Store store = server.open()) {
            assertFails(Kind.PERMISSION_DENIED, () -> store.list(path("/t/locked")));
            assertFails(Kind.PERMISSION_DENIED, () -> {
                try (Listing walk = store.walk(FsPath.ROOT)) {
                    while (walk.next() != null) {}
                }
            });
            assertFails(
                    Kind.PERMISSION_DENIED, () -> store.copy(path("/t"), path("/copy"), TransferOptions.CREATE_NEW));
            assertFails(Kind.PERMISSION_DENIED, () -> store.remove(path("/t"), Preconditions.NONE));
            assertThat(server.heard).doesNotContain("RMD /t");
        }
    }

    @Test
    void aLargeDirectoryNeedsLittleMemory() throws Exception {
        server.on("MLSD", (client, argument) -> {
            client.say("150 here");
            try (Socket data = client.data();
                    Writer out = new OutputStreamWriter(
                            new BufferedOutputStream(data.getOutputStream(), 1 << 16), StandardCharsets.UTF_8)) {
                for (int i = SmallHeap.NODES - 1; i >= 0; i--) {
                    out.write("type=file;size=1; " + SmallHeap.name(i) + "\r\n");
                }
            }
            client.say("226 all");
        });
        SmallHeap.run(Lister.class, String.valueOf(server.port()));
    }

    /** In a JVM of its own. */
    static final class Lister {
        private Lister() {}

        public static void main(String[] arguments) throws Exception {
            FtpOptions options = FtpOptions.of(TestFtpServer.USER, TestFtpServer.PASSWORD);
            SmallHeap.list(FtpStore.open("127.0.0.1", Integer.parseInt(arguments[0]), FsPath.ROOT, options));
        }
    }

    @Test
    void aFileThatIsReplacedWhileItIsReadFromTheMiddleFails() throws IOException {
        server.sends("RETR", new byte[SIZE], "226 all");
        try (Store store = server.open();
                Content content = store.read(path("/a"))) {
            server.facts.put("/a", "type=file;size=" + (SIZE + 1) + ";");
            try (InputStream in = content.body(new ByteRange(10, 10)).open()) {
                assertThat(in.readAllBytes()).hasSize(10);
            }
            assertFails(Kind.IO, () -> content.body(new ByteRange(0, 10)).open());
        }
    }

    @Test
    void aTreeIsRemovedWithItsLinksAndLeftovers() throws IOException {
        server.facts.put("/d", "type=dir;");
        server.lists("type=OS.unix=slink; l\ntype=file;size=1; .packhorse-0123456789abcdef.tmp\n", "226 all");
        try (Store store = server.open()) {
            store.remove(path("/d"), Preconditions.NONE);
            assertThat(server.heard)
                    .containsSubsequence("DELE /d/.packhorse-0123456789abcdef.tmp", "DELE /d/l", "RMD /d");
            assertFails(Kind.INVALID_NAME, () -> store.stat(path("/d/.packhorse-0123456789abcdef.tmp")));
        }
    }

    private static List<String> names(Store store) throws IOException {
        try (Listing listing = store.list(FsPath.ROOT)) {
            List<String> names = new ArrayList<>();
            for (Node node = listing.next(); node != null; node = listing.next()) {
                names.add(node.path().name());
            }
            return names;
        }
    }

    private static Body zeros(long length) {
        return new Body() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public InputStream open() {
                return new InputStream() {
                    private long left = length;

                    @Override
                    public int read() {
                        return left-- > 0 ? 0 : -1;
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int count) {
                        int given = (int) Math.min(left, count);
                        left -= given;
                        return given == 0 ? -1 : given;
                    }
                };
            }
        };
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
