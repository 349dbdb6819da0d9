package dev.packhorse.store.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.ListedPaths;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.sftp.SftpModuleProperties;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others do between two requests of one operation. */
class RacesTest {

    private static final Preconditions CREATE = new Preconditions(null, EtagMatch.ANY, null, null);

    private final ExecutorService others = Executors.newSingleThreadExecutor();

    @TempDir
    Path folder;

    private Path root;
    private MinaServer server;
    private SftpStore store;

    @BeforeEach
    void open() throws Exception {
        root = Files.createDirectory(folder.resolve("root"));
        Path known = folder.resolve("known_hosts");
        server = new MinaServer(known);
        store = SftpStore.open("127.0.0.1", server.port(), root.toString(), MinaServer.options(known));
    }

    @AfterEach
    void close() throws Exception {
        others.shutdownNow();
        store.close();
        server.close();
    }

    private static void assertKind(Throwable failure, Kind kind) {
        assertThat(failure)
                .isInstanceOfSatisfying(
                        FsException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    private static FsPath path(String text) throws Exception {
        return FsPath.parse(text);
    }

    private static Body body(String text) {
        return Body.of(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anUploadWithAnOldTimeIsNoLeftover() throws Exception {
        server.before(Request.RENAME, () -> {
            // Twice: when the second is gone, all is that the first listing has met.
            for (String name : List.of(".packhorse-0123456789abcdef.tmp", ".packhorse-0123456789abcde0.tmp")) {
                Path leftover = Files.createFile(root.resolve(name));
                Files.setLastModifiedTime(leftover, FileTime.fromMillis(0));
                assertThat(ListedPaths.of(store.list(FsPath.ROOT))).isEmpty();
                Awaitility.await().until(() -> !Files.exists(leftover));
            }
        });
        AttributeChange old = new AttributeChange(null, Instant.EPOCH, null, null);
        store.write(path("/file"), body("new"), new WriteOptions(old, Preconditions.NONE));
        assertThat(root.resolve("file")).hasContent("new");
    }

    @Test
    void ofTwoThatCreateASymlinkOneIsRefused() throws Exception {
        WriteOptions create = new WriteOptions(AttributeChange.NONE, CREATE);
        ReentrantLock stripe = (ReentrantLock) Stripes.of(root.resolve("link").toString());
        Future<Node> other;
        stripe.lock();
        try {
            other = others.submit(() -> store.link(path("/link"), "second", create));
            Awaitility.await().until(stripe::hasQueuedThreads);
            store.write(path("/link"), body("first"), create);
        } finally {
            stripe.unlock();
        }
        assertThatThrownBy(other::get).cause().satisfies(e -> assertKind(e, Kind.PRECONDITION_FAILED));
        assertThat(root.resolve("link")).hasContent("first");
    }

    @Test
    void aSymlinkThatIsToBeNewDoesNotReplaceWhatOthersPutThere() throws Exception {
        server.before(Request.RENAME, () -> Files.writeString(root.resolve("link"), "first"));
        assertThatThrownBy(() -> store.link(path("/link"), "second", new WriteOptions(AttributeChange.NONE, CREATE)))
                .satisfies(e -> assertKind(e, Kind.PRECONDITION_FAILED));
        assertThat(root.resolve("link")).hasContent("first");
    }

    @Test
    void aCopyIsOfOneVersionAlsoWhereTheServerTellsOfThePath() throws Exception {
        Files.writeString(root.resolve("file"), "the old version");
        server.before(Request.FSTAT, () -> {
            Files.writeString(root.resolve("other"), "new");
            Files.move(root.resolve("other"), root.resolve("file"), StandardCopyOption.ATOMIC_MOVE);
        });
        store.copy(path("/file"), path("/copy"), TransferOptions.CREATE_NEW);
        assertThat(root.resolve("copy")).hasContent("new");
    }

    @Test
    void aFilePutInPlaceOfOneThatIsMovedByCopyStays() throws Exception {
        Files.writeString(root.resolve("file"), "old");
        ReentrantLock stripe = (ReentrantLock) Stripes.of(root.resolve("file").toString());
        CountDownLatch copied = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        otherFileSystem(() -> {
            copied.countDown();
            held.await();
        });
        Future<Node> move = others.submit(() -> store.move(path("/file"), apart("file"), TransferOptions.CREATE_NEW));
        copied.await();
        stripe.lock();
        try {
            held.countDown();
            Awaitility.await().until(stripe::hasQueuedThreads);
            store.write(path("/file"), body("newer"), WriteOptions.DEFAULT);
        } finally {
            stripe.unlock();
        }
        assertThatThrownBy(move::get).cause().satisfies(e -> assertKind(e, Kind.BUSY));
        assertThat(root.resolve("file")).hasContent("newer");
        assertThat(root.resolve(apart("file").name())).hasContent("old");
    }

    @Test
    void aFilePutIntoADirectoryThatIsMovedByCopyStays() throws Exception {
        Files.writeString(Files.createDirectories(root.resolve("d/e")).resolve("file"), "old");
        otherFileSystem(() -> Files.writeString(root.resolve("d/e/other"), "new"));
        assertThatThrownBy(() -> store.move(path("/d"), path("/moved"), TransferOptions.CREATE_NEW))
                .satisfies(e -> assertKind(e, Kind.BUSY));
        assertThat(root.resolve("d/e/other")).hasContent("new");
        assertThat(root.resolve("moved/e/file")).hasContent("old");
    }

    @Test
    void aMoveByCopyLeavesNothingBehind() throws Exception {
        Files.writeString(Files.createDirectories(root.resolve("d/e")).resolve("file"), "text");
        Files.createSymbolicLink(root.resolve("d/link"), Path.of("e"));
        otherFileSystem(() -> {});
        store.move(path("/d"), path("/moved"), TransferOptions.CREATE_NEW);
        otherFileSystem(() -> {});
        store.move(path("/moved/link"), path("/link"), TransferOptions.CREATE_NEW);
        otherFileSystem(() -> {});
        store.move(path("/moved/e/file"), path("/file"), TransferOptions.CREATE_NEW);
        assertThat(ListedPaths.of(store.walk(FsPath.ROOT))).containsExactly("/file", "/link", "/moved", "/moved/e");
    }

    /** The next rename fails as one to another file system does; what happens before the next, that of the copy. */
    private void otherFileSystem(MinaServer.Interruption copied) {
        server.before(Request.RENAME, () -> {
            throw new IOException("Invalid cross-device link");
        });
        server.before(Request.RENAME, copied);
    }

    /** A name with another lock. */
    private FsPath apart(String name) throws Exception {
        String other = name;
        while (Stripes.of(root.resolve(other).toString())
                == Stripes.of(root.resolve(name).toString())) {
            other += "x";
        }
        return FsPath.ROOT.child(other);
    }

    @Test
    void anOldFileThatCannotBeRemovedDoesNotFailItsReplacement() throws Exception {
        Files.writeString(root.resolve("file"), "old");
        SftpModuleProperties.OPENSSH_EXTENSIONS.set(server.server(), "fsync@openssh.com=1");
        try (SftpStore plain = SftpStore.open(
                "127.0.0.1", server.port(), root.toString(), MinaServer.options(folder.resolve("known_hosts")))) {
            server.before(Request.REMOVE, () -> {
                throw new AccessDeniedException("file");
            });
            plain.write(path("/file"), body("new"), WriteOptions.DEFAULT);
            assertThat(root.resolve("file")).hasContent("new");
            Awaitility.await().untilAsserted(() -> assertThat(root).isDirectoryNotContaining("glob:**/.packhorse-*"));
        }
    }
}
