package dev.packhorse.store.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What OpenSSH's server has and MINA's has not. */
class OpenSshTest {

    @TempDir
    static Path folder;

    private static OpenSshServer server;
    private static Path root;

    @BeforeAll
    static void start() throws Exception {
        server = new OpenSshServer(folder);
        root = Files.createDirectory(folder.resolve("root"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static void assertOpens(SftpOptions options) throws FsException {
        try (SftpStore store = SftpStore.open("127.0.0.1", server.port(), root.toString(), options)) {
            assertThat(store.stat(FsPath.ROOT).isDirectory()).isTrue();
        }
    }

    @Test
    void allKindsOfKeysOpen() throws Exception {
        assertOpens(server.options());
        assertOpens(server.options().withKey(folder.resolve("rsa"), null));
        assertOpens(server.options().withKey(folder.resolve("locked"), "hay and oats"));
        FsException wrong = catchThrowableOfType(
                FsException.class, () -> assertOpens(server.options().withKey(folder.resolve("locked"), "straw")));
        assertThat(wrong.kind()).isEqualTo(FsException.Kind.PERMISSION_DENIED);
        assertThat(wrong.getCause()).hasMessageContaining("is the passphrase right?");
    }

    @Test
    void theAgentOpens() throws Exception {
        Path socket = folder.resolve("agent");
        Process agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            // The file is there before anybody listens.
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> listens(socket));
            ProcessBuilder add =
                    new ProcessBuilder("ssh-add", "-q", folder.resolve("plain").toString());
            add.environment().put("SSH_AUTH_SOCK", socket.toString());
            assertThat(add.start().waitFor()).isZero();
            assertOpens(SftpOptions.of("root", folder.resolve("known_hosts")).withAgent(socket));
        } finally {
            agent.destroy();
            assertThat(agent.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static boolean listens(Path socket) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aJumpHostLeadsToAServer() throws Exception {
        Path known = folder.resolve("known_jump");
        try (MinaServer behind = new MinaServer(known)) {
            Files.writeString(known, server.known() + behind.known(behind.port()));
            SftpOptions options = MinaServer.options(known)
                    .withKey(folder.resolve("plain"), null)
                    .withJump("root@127.0.0.1:" + server.port());
            try (SftpStore store = SftpStore.open("127.0.0.1", behind.port(), root.toString(), options)) {
                assertThat(store.stat(FsPath.ROOT).isDirectory()).isTrue();
                assertThat(behind.server().getActiveSessions()).hasSize(1);
            }
        }
    }

    @Test
    void theHomeFolderIsARoot() throws Exception {
        try (SftpStore store = SftpStore.open("127.0.0.1", server.port(), "", server.options());
                SftpStore tilde = SftpStore.open("127.0.0.1", server.port(), "/~/.", server.options())) {
            assertThat(store.stat(FsPath.ROOT)).isEqualTo(tilde.stat(FsPath.ROOT));
        }
    }

    @Test
    void manyBytesAndManyEntriesComeWhole() throws Exception {
        byte[] bytes = new byte[20 << 20];
        new Random(1).nextBytes(bytes);
        FsPath file = FsPath.parse("/many/bytes");
        try (SftpStore store = SftpStore.open("127.0.0.1", server.port(), root.toString(), server.options())) {
            store.makeDirectory(FsPath.parse("/many"), WriteOptions.DEFAULT);
            store.write(file, Body.of(bytes), WriteOptions.DEFAULT);
            assertThat(Files.mismatch(root.resolve("many/bytes"), Files.write(folder.resolve("same"), bytes)))
                    .isEqualTo(-1);
            store.copy(file, FsPath.parse("/many/copy"), TransferOptions.CREATE_NEW);
            assertThat(Files.mismatch(root.resolve("many/copy"), folder.resolve("same")))
                    .isEqualTo(-1);
            try (var content = store.read(file);
                    var in = content.body().open()) {
                assertThat(in.readAllBytes()).isEqualTo(bytes);
            }
            int count = 5000;
            Path large = Files.createDirectory(root.resolve("many/entries"));
            for (int i = 0; i < count; i++) {
                Files.createFile(large.resolve("entry " + i));
            }
            int seen = 0;
            boolean inOrder = true;
            FsPath last = FsPath.ROOT;
            try (Listing listing = store.list(FsPath.parse("/many/entries"))) {
                for (Node node = listing.next(); node != null; node = listing.next()) {
                    inOrder &= node.path().compareTo(last) > 0;
                    last = node.path();
                    seen++;
                }
            }
            assertThat(seen).isEqualTo(count);
            assertThat(inOrder).isTrue();
            store.remove(FsPath.parse("/many"), Preconditions.NONE);
            assertThat(root.resolve("many")).doesNotExist();
        }
    }

    @Test
    void aRemovalTakesNamesThatNobodyCanSay() throws Exception {
        Path directory = Files.createDirectory(root.resolve("odd"));
        Files.createFile(directory.resolve("a\nb"));
        int made = new ProcessBuilder("sh", "-c", "touch \"$(printf 'x\\351')\" fine; mkdir \"$(printf 'y\\351')\"")
                .directory(directory.toFile())
                .start()
                .waitFor();
        assertThat(made).isZero();
        try (SftpStore store = SftpStore.open("127.0.0.1", server.port(), root.toString(), server.options())) {
            try (Listing listing = store.list(FsPath.parse("/odd"))) {
                assertThat(List.of(String.valueOf(listing.next()), String.valueOf(listing.next())))
                        .last()
                        .isEqualTo("null");
            }
            assertThat(store.unlistableNames()).isEqualTo(3);
            store.remove(FsPath.parse("/odd"), Preconditions.NONE);
            assertThat(directory).doesNotExist();
        }
    }
}
