package dev.packhorse.store.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.ListedPaths;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a folder of the host has that other stores have not. */
class LocalFilesTest {

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private LocalStore store;

    @BeforeEach
    void setUp() throws IOException {
        store = LocalStore.open(folder, LocalStore.Options.DEFAULT);
    }

    @AfterEach
    void tearDown() {
        store.close();
    }

    @Test
    void bytesBeyondFourGigabytesAreRead() throws IOException {
        long size = 5L << 30;
        Path big = folder.resolve("big");
        try (FileChannel channel = FileChannel.open(big, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap("end".getBytes(StandardCharsets.UTF_8)), size - 3);
        }
        try (Content content = store.read(FsPath.parse("/big"))) {
            assertThat(content.node().size()).isEqualTo(size);
            try (InputStream in = content.body(new ByteRange(size - 4, 4)).open()) {
                assertThat(in.readAllBytes()).containsExactly(0, 'e', 'n', 'd');
            }
            FileSlice slice = content.body(new ByteRange(size - 3, 3)).slice();
            assertThat(slice).isNotNull();
            if (slice != null) {
                ByteBuffer end = ByteBuffer.allocate(3);
                slice.channel().read(end, slice.range().offset());
                assertThat(end.array()).isEqualTo("end".getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void aCopyKeepsHoles() throws Exception {
        long size = 256L << 20;
        try (FileChannel channel =
                FileChannel.open(folder.resolve("holes"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1}), 100_000_000);
            channel.write(ByteBuffer.wrap(new byte[] {0}), size - 1);
        }
        Node copy = store.copy(FsPath.parse("/holes"), FsPath.parse("/copy"), TransferOptions.OVERWRITE);
        assertThat(copy.size()).isEqualTo(size);
        assertThat(Files.mismatch(folder.resolve("holes"), folder.resolve("copy")))
                .isEqualTo(-1);
        String onDisk = "[ $((512 * $(stat -c %b \"$0\"))) -lt $1 ]";
        assertThat(run("sh", "-c", onDisk, folder.resolve("copy").toString(), Long.toString(size / 2)))
                .isZero();
    }

    @Test
    void aFileThatShrinksIsNeverShortWithoutSaying() throws IOException {
        Files.write(folder.resolve("a"), new byte[1000]);
        try (Content content = store.read(FsPath.parse("/a"));
                InputStream in = content.body().open()) {
            try (FileChannel channel = FileChannel.open(folder.resolve("a"), StandardOpenOption.WRITE)) {
                channel.truncate(10);
            }
            assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anEditBehindTheStoresBackChangesTheTag() throws IOException {
        FsPath a = FsPath.parse("/a");
        for (Instant time : List.of(Instant.now(), Instant.parse("2001-02-03T04:05:06Z"))) {
            String etag = store.write(
                            a,
                            Body.of(new byte[] {1, 2, 3}),
                            WriteOptions.of(new AttributeChange(null, time, null, null)))
                    .etag();
            Files.write(folder.resolve("a"), new byte[] {4, 5, 6}, StandardOpenOption.TRUNCATE_EXISTING);
            assertThat(store.stat(a).etag()).isNotEqualTo(etag);
        }
    }

    @Test
    void aFileOfSomebodyElseWithAWholeSecondKeepsItsTagUnderPatchAndMove() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "from a tar");
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2001-02-03T04:05:06Z")));
        FsPath a = FsPath.parse("/a");
        String etag = store.stat(a).etag();
        assertThat(store.stat(a).etag()).isEqualTo(etag);
        assertThat(store.change(a, new AttributeChange(new Mode(0600), null, null, null), Preconditions.NONE)
                        .etag())
                .isEqualTo(etag);
        assertThat(store.move(a, FsPath.parse("/b"), TransferOptions.OVERWRITE).etag())
                .isEqualTo(etag);
        assertThat(store.stat(FsPath.parse("/b")).etag()).isEqualTo(etag);
    }

    @Test
    void specialBitsSurviveANewOwnerOnDisk() throws IOException {
        assumeTrue(store.capabilities().has(Capability.OWNER));
        store.write(
                FsPath.parse("/a"),
                Body.of(new byte[0]),
                WriteOptions.of(new AttributeChange(new Mode(07755), null, new Owner(1, 2), null)));
        assertThat(Files.getAttribute(folder.resolve("a"), "unix:mode")).isEqualTo(0107755);
        assertThat(Files.getAttribute(folder.resolve("a"), "unix:uid")).isEqualTo(1);
        assertThat(Files.getAttribute(folder.resolve("a"), "unix:gid")).isEqualTo(2);
    }

    @Test
    void namesThatNobodyCanSayAreLeftOutAndCounted() throws Exception {
        for (String name : List.of("good", "bad\\377", "line\\nfeed")) {
            assertThat(new ProcessBuilder("sh", "-c", "printf '" + name + "' | xargs -0 touch --")
                            .directory(folder.toFile())
                            .start()
                            .waitFor())
                    .isZero();
        }
        try (Listing listing = store.list(FsPath.ROOT)) {
            Node only = listing.next();
            assertThat(only == null ? "" : only.path().name()).isEqualTo("good");
            assertThat(listing.next()).isNull();
        }
        assertThat(store.unlistableNames()).isEqualTo(2);
        try {
            store.stat(FsPath.parse("/" + "x".repeat(256)));
            throw new AssertionError("a name of 256 bytes");
        } catch (FsException e) {
            assertThat(e.kind()).isEqualTo(Kind.INVALID_NAME);
        }
    }

    @Test
    void namesAreUtf8WhateverTheLocale() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LocaleProbe.class.getName(),
                folder.toString());
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("LANG", "C");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process probe = builder.redirectErrorStream(true).start();
        String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(probe.waitFor()).as(said).isZero();
        assertThat(folder.resolve("é/日本 😀")).hasContent("x");
        assertThat(Files.readSymbolicLink(folder.resolve("é/l")).toString()).isEqualTo("../é//日本/");
    }

    @Test
    void aDirectoryThatMovesWhileAFileIsWrittenIntoItTakesNoLeftoverAlong() throws Exception {
        store.makeDirectory(FsPath.parse("/d"), WriteOptions.DEFAULT);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch moved = new CountDownLatch(1);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<Node> written =
                    thread.submit(() -> store.write(FsPath.parse("/d/a"), waiting(begun, moved), WriteOptions.DEFAULT));
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            store.move(FsPath.parse("/d"), FsPath.parse("/e"), TransferOptions.OVERWRITE);
            moved.countDown();
            assertThatThrownBy(written::get)
                    .hasCauseInstanceOf(FsException.class)
                    .hasMessageContaining("NOT_FOUND");
            assertThat(folder.resolve("e")).isEmptyDirectory();
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void aTreeDeeperThanTheHandlesReachIsRemoved() throws IOException {
        Path at = folder.resolve("deep");
        for (int i = 0; i < 300; i++) {
            Files.createDirectories(at);
            Files.writeString(at.resolve("f"), "x");
            at = at.resolve("d");
        }
        store.remove(FsPath.parse("/deep"), Preconditions.NONE);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aMoveOntoAnotherNameOfTheSameFileLeavesOne() throws IOException {
        Files.createLink(folder.resolve("b"), Files.writeString(folder.resolve("a"), "x"));
        store.move(FsPath.parse("/a"), FsPath.parse("/b"), TransferOptions.OVERWRITE);
        assertThat(folder.resolve("a")).doesNotExist();
        assertThat(folder.resolve("b")).hasContent("x");
    }

    @Test
    void allDurabilitiesWrite() throws IOException {
        for (Durability durable : Durability.values()) {
            try (LocalStore other = LocalStore.open(folder, new LocalStore.Options(durable))) {
                FsPath d = FsPath.parse("/" + durable);
                other.makeDirectory(d, WriteOptions.DEFAULT);
                other.write(d.child("a"), Body.of(new byte[10]), WriteOptions.DEFAULT);
                other.link(d.child("l"), "a", WriteOptions.DEFAULT);
                other.move(d.child("a"), d.child("b"), TransferOptions.OVERWRITE);
                assertThat(other.stat(d.child("b")).size()).isEqualTo(10);
                other.remove(d, Preconditions.NONE);
            }
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void leftoversOfACrashAreSwept() throws IOException {
        Path d = Files.createDirectories(folder.resolve("d/.packhorse-0123456789abcdef.del/x"));
        Files.writeString(d.resolve("f"), "x");
        Files.writeString(folder.resolve("d/.packhorse-0123456789abcdef.tmp"), "x");
        Files.createSymbolicLink(folder.resolve(".packhorse-0123456789abcdee.tmp"), d);
        Files.writeString(folder.resolve("d/stays"), "x");
        Path held = folder.resolve(".packhorse-0123456789abcded.tmp");
        try (FileChannel channel = FileChannel.open(held, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                var lock = channel.lock();
                LocalStore again = LocalStore.open(folder, LocalStore.Options.DEFAULT)) {
            assertThat(lock.isValid()).isTrue();
            assertThat(again.stat(FsPath.parse("/d/stays")).size()).isEqualTo(1);
            // What is looked at may be swept in that moment.
            await().atMost(Duration.ofMinutes(1))
                    .ignoreException(UncheckedIOException.class)
                    .untilAsserted(() -> {
                        try (var left = Files.walk(folder)) {
                            assertThat(left.map(path -> folder.relativize(path).toString()))
                                    .containsExactlyInAnyOrder(
                                            "",
                                            "d",
                                            "d/stays",
                                            held.getFileName().toString());
                        }
                    });
        }
    }

    @Test
    void aFullDiskLeavesTheOldFileAndNothingElse() throws Exception {
        Path mounted = Files.createDirectory(folder.resolve("mounted"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=1m", "packhorse-test", mounted.toString()) == 0,
                "mounting is not allowed here");
        try (LocalStore small = LocalStore.open(mounted, LocalStore.Options.DEFAULT)) {
            FsPath a = FsPath.parse("/a");
            small.write(a, Body.of(new byte[1000]), WriteOptions.DEFAULT);
            try {
                small.write(a, Body.of(new byte[2 << 20]), WriteOptions.DEFAULT);
                throw new AssertionError("two megabytes in one");
            } catch (FsException e) {
                assertThat(e.kind()).isEqualTo(Kind.NO_SPACE);
            }
            assertThat(small.stat(a).size()).isEqualTo(1000);
            try (var left = Files.list(mounted)) {
                assertThat(left).hasSize(1);
            }
        } finally {
            unmount(mounted);
        }
    }

    @Test
    void aMoveToAnotherFileSystemBelowTheRootKeepsEverything() throws Exception {
        Path mounted = Files.createDirectory(folder.resolve("mounted"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=4m", "packhorse-test", mounted.toString()) == 0,
                "mounting is not allowed here");
        try {
            store.makeDirectory(FsPath.parse("/d"), WriteOptions.DEFAULT);
            Node a = store.write(
                    FsPath.parse("/d/a"),
                    Body.of(new byte[] {1, 2, 3}),
                    WriteOptions.of(new AttributeChange(new Mode(0640), Instant.EPOCH, null, null)));
            store.link(FsPath.parse("/d/l"), "a", WriteOptions.DEFAULT);
            store.move(FsPath.parse("/d"), FsPath.parse("/mounted/d"), TransferOptions.OVERWRITE);
            Node moved = store.stat(FsPath.parse("/mounted/d/a"));
            assertThat(moved.modified()).isEqualTo(a.modified());
            assertThat(moved.mode()).isEqualTo(a.mode());
            assertThat(moved.etag()).isEqualTo(a.etag());
            assertThat(store.stat(FsPath.parse("/mounted/d/l")).isSymlink()).isTrue();
            assertThat(folder.resolve("d")).doesNotExist();
        } finally {
            unmount(mounted);
        }
    }

    /** A sweeper may be at work in there yet. */
    private static void unmount(Path mounted) {
        await().atMost(Duration.ofMinutes(1)).until(() -> run("umount", mounted.toString()) == 0);
    }

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor();
    }

    private static Body waiting(CountDownLatch begun, CountDownLatch go) {
        return new Body() {
            @Override
            public long length() {
                return UNKNOWN;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(new byte[10]) {
                    @Override
                    public synchronized int read(byte[] buffer, int offset, int length) {
                        begun.countDown();
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        return super.read(buffer, offset, length);
                    }
                };
            }
        };
    }

    @Test
    void aFilePutInPlaceOfOneThatIsMovedByCopyStays() throws Exception {
        FsPath source = FsPath.parse("/source");
        store.write(source, Body.of(new byte[3]), WriteOptions.DEFAULT);
        Path at = folder.toRealPath().resolve("source");
        String target = "target";
        while (Stripes.of(at.resolveSibling(target)) == Stripes.of(at)) {
            target += "x";
        }
        String put = moveByCopyFails(
                source,
                FsPath.ROOT.child(target),
                at,
                () -> store.write(source, Body.of(new byte[3]), WriteOptions.DEFAULT)
                        .etag());
        assertThat(store.stat(source).etag()).isEqualTo(put);
        assertThat(folder.resolve(target)).exists();
    }

    @Test
    void aFilePutIntoADirectoryThatIsMovedByCopyStays() throws Exception {
        FsPath source = FsPath.parse("/source");
        store.makeDirectory(source, WriteOptions.DEFAULT);
        // The listing is open when the target is made.
        Path put = moveByCopyFails(
                source,
                FsPath.parse("/target"),
                folder.toRealPath().resolve("target"),
                () -> Files.createFile(folder.resolve("source/late")));
        assertThat(put).exists();
    }

    /** A move by copy, something that is done when it waits for the lock of a path, and its failure. */
    private <T> T moveByCopyFails(FsPath source, FsPath target, Path waiting, Callable<T> meanwhile) throws Exception {
        ReentrantLock stripe = (ReentrantLock) Stripes.of(waiting);
        ExecutorService mover = Executors.newSingleThreadExecutor();
        try {
            Future<Node> move;
            T done;
            stripe.lock();
            try {
                move = mover.submit(() -> store.transfers.copyAndRemove(
                        source, target, store.transfers.look(source), TransferOptions.CREATE_NEW));
                await().until(stripe::hasQueuedThreads);
                done = meanwhile.call();
            } finally {
                stripe.unlock();
            }
            assertThatThrownBy(move::get)
                    .cause()
                    .isInstanceOfSatisfying(
                            FsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BUSY));
            return done;
        } finally {
            mover.shutdownNow();
        }
    }

    @Test
    void aMoveByCopyLeavesNothingBehind() throws Exception {
        store.makeDirectory(FsPath.parse("/source"), WriteOptions.DEFAULT);
        store.link(FsPath.parse("/source/link"), "file", WriteOptions.DEFAULT);
        store.write(FsPath.parse("/source/file"), Body.of(new byte[3]), WriteOptions.DEFAULT);
        for (String name : List.of("/link", "/file", "")) {
            FsPath source = FsPath.parse("/source" + name);
            Node node = store.transfers.copyAndRemove(
                    source,
                    FsPath.parse("/target" + name.replace('/', '-')),
                    store.transfers.look(source),
                    TransferOptions.CREATE_NEW);
            assertThat(store.stat(node.path()).type()).isEqualTo(node.type());
        }
        assertThat(ListedPaths.of(store.walk(FsPath.ROOT))).containsExactly("/target", "/target-file", "/target-link");
    }
}
