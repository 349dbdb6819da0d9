package dev.packhorse.store.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Canaries live beside the root. None is ever read, written or removed. */
class ConfinementTest {

    private static final byte[] CANARY = "canary".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private Path outside;

    @SuppressWarnings("NullAway.Init")
    private LocalStore store;

    @BeforeEach
    void setUp() throws IOException {
        outside = Files.createDirectories(folder.resolve("outside/sub"));
        Files.write(outside.resolve("canary"), CANARY);
        Files.createDirectory(folder.resolve("root-sibling"));
        Files.write(folder.resolve("root-sibling/canary"), CANARY);
        store = LocalStore.open(Files.createDirectory(folder.resolve("root")), LocalStore.Options.DEFAULT);
        store.makeDirectory(FsPath.parse("/d"), WriteOptions.DEFAULT);
        store.makeDirectory(FsPath.parse("/d/e"), WriteOptions.DEFAULT);
    }

    @AfterEach
    void canariesAreAlive() throws IOException {
        store.close();
        assertThat(outside.resolve("canary")).hasBinaryContent(CANARY);
        assertThat(folder.resolve("root-sibling/canary")).hasBinaryContent(CANARY);
        try (var entries = Files.list(outside)) {
            assertThat(entries).hasSize(1);
        }
    }

    private List<String> leaks() {
        return List.of(
                outside.toString(),
                "../outside/sub",
                "d/../../outside/sub",
                "./.././outside//sub/",
                "d/e/../../../outside/sub",
                folder.resolve("root") + "/../outside/sub",
                folder.resolve("root-sibling").toString(),
                "/",
                "/proc/self/cwd",
                "//" + outside,
                "..");
    }

    @Test
    void noOperationLeavesTheRootThroughASymlink() throws IOException {
        for (String target : leaks()) {
            link("/l", target);
            link("/d/e/m", "../../l");
            for (String way : List.of("/l/canary", "/d/e/m/canary", "/l/x", "/l/outside/sub/canary")) {
                FsPath path = FsPath.parse(way);
                FsPath inside = FsPath.parse("/d/x");
                assertDenied(target, () -> store.stat(path));
                assertDenied(target, () -> store.read(path));
                assertDenied(target, () -> store.list(path));
                assertDenied(target, () -> store.write(path, Body.of(new byte[1]), WriteOptions.DEFAULT));
                assertDenied(target, () -> store.makeDirectory(path, WriteOptions.DEFAULT));
                assertDenied(target, () -> store.link(path, "x", WriteOptions.DEFAULT));
                assertDenied(target, () -> store.copy(path, inside, TransferOptions.OVERWRITE));
                assertDenied(target, () -> store.move(path, inside, TransferOptions.OVERWRITE));
                assertDenied(target, () -> store.copy(FsPath.parse("/d"), path, TransferOptions.OVERWRITE));
                assertDenied(target, () -> store.move(FsPath.parse("/d"), path, TransferOptions.OVERWRITE));
                assertDenied(target, () -> {
                    store.remove(path, Preconditions.NONE);
                    return path;
                });
            }
        }
    }

    private static void assertDenied(String target, Callable<?> operation) throws IOException {
        try {
            Object result = operation.call();
            throw new AssertionError(target + " led to " + result);
        } catch (FsException e) {
            assertThat(e.kind()).as(target).isEqualTo(Kind.PERMISSION_DENIED);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anAbsoluteTargetBelowTheRootIsFollowed() throws IOException {
        store.write(FsPath.parse("/d/e/a"), Body.of(CANARY), WriteOptions.DEFAULT);
        link("/l", folder.resolve("root").toRealPath() + "/d/../d/e");
        assertThat(store.stat(FsPath.parse("/l/a")).size()).isEqualTo(CANARY.length);
    }

    @Test
    void removingADirectoryRemovesItsSymlinksOnly() throws IOException {
        link("/d/l", outside.toString());
        link("/d/e/l", outside.resolve("canary").toString());
        store.remove(FsPath.parse("/d"), Preconditions.NONE);
        assertThat(folder.resolve("root/d")).doesNotExist();
    }

    @Test
    void copyingADirectoryCopiesItsSymlinksOnly() throws IOException {
        link("/d/l", outside.toString());
        store.copy(FsPath.parse("/d"), FsPath.parse("/c"), TransferOptions.OVERWRITE);
        assertThat(Files.readSymbolicLink(folder.resolve("root/c/l"))).isEqualTo(outside);
    }

    @Test
    void whatIsNoNodeIsNotThere() throws Exception {
        Path fifo = folder.resolve("root/fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        for (Callable<?> call : List.<Callable<?>>of(
                () -> store.stat(FsPath.parse("/fifo")), () -> store.read(FsPath.parse("/fifo")))) {
            try {
                call.call();
                throw new AssertionError("a FIFO is no node");
            } catch (FsException e) {
                assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND);
            }
        }
        try (Listing listing = store.list(FsPath.ROOT)) {
            Node first = listing.next();
            assertThat(first).isNotNull();
            assertThat(listing.next()).isNull();
        }
    }

    @Test
    void reservedNamesAreNotForClients() throws IOException {
        Files.writeString(folder.resolve("root/d/.packhorse-x.tmp"), "x");
        for (String path : List.of("/d/.packhorse-x.tmp", "/.packhorse-y/z")) {
            try {
                store.stat(FsPath.parse(path));
                throw new AssertionError(path);
            } catch (FsException e) {
                assertThat(e.kind()).isEqualTo(Kind.INVALID_NAME);
            }
        }
        try (Listing listing = store.list(FsPath.parse("/d"))) {
            Node only = listing.next();
            assertThat(only == null ? "" : only.path().name()).isEqualTo("e");
            assertThat(listing.next()).isNull();
        }
    }

    /** One thread swaps a directory for a symlink that leads out, others go through it. */
    @Test
    void aRaceBetweenSwapsAndAllOtherOperationsStaysInside() throws Exception {
        int rounds = 1500;
        FsPath way = FsPath.parse("/way");
        FsPath real = FsPath.parse("/real");
        store.makeDirectory(real, WriteOptions.DEFAULT);
        store.write(FsPath.parse("/real/canary"), Body.of(new byte[] {'x'}), WriteOptions.DEFAULT);
        store.move(real, way, TransferOptions.OVERWRITE);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Callable<Integer>> tasks = new ArrayList<>();
        tasks.add(() -> times(rounds, () -> {
            store.move(way, real, TransferOptions.OVERWRITE);
            store.link(way, outside.toString(), WriteOptions.DEFAULT);
            store.remove(way, Preconditions.NONE);
            store.move(real, way, TransferOptions.OVERWRITE);
        }));
        FsPath canary = FsPath.parse("/way/canary");
        FsPath mine = FsPath.parse("/way/mine");
        tasks.add(() -> times(rounds, () -> {
            try (Content content = store.read(canary);
                    InputStream in = content.body().open()) {
                assertThat(in.readAllBytes()).isNotEqualTo(CANARY).containsOnly('x');
            }
        }));
        tasks.add(() -> times(rounds, () -> {
            store.write(mine, Body.of(new byte[] {'y'}), WriteOptions.DEFAULT);
            store.write(canary, Body.of(new byte[] {'x'}), WriteOptions.DEFAULT);
            store.remove(mine, Preconditions.NONE);
        }));
        tasks.add(() -> times(rounds, () -> {
            try (Listing listing = store.list(way)) {
                for (Node node = listing.next(); node != null; node = listing.next()) {
                    assertThat(node.size()).isNotEqualTo(CANARY.length);
                }
            }
            store.remove(canary, Preconditions.NONE);
        }));
        try {
            int done = 0;
            for (Future<Integer> result : threads.invokeAll(tasks)) {
                done += result.get();
            }
            assertThat(done).as("operations that met no swap").isPositive();
        } finally {
            threads.shutdownNow();
        }
        try (var left = Files.walk(folder)) {
            assertThat(left.filter(path -> path.toString().contains(".packhorse-")))
                    .isEmpty();
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private static int times(int rounds, Step step) throws IOException {
        int done = 0;
        for (int i = 0; i < rounds; i++) {
            try {
                step.run();
                done++;
            } catch (FsException e) {
                assertThat(e.kind())
                        .isIn(
                                Kind.NOT_FOUND,
                                Kind.NOT_A_DIRECTORY,
                                Kind.PERMISSION_DENIED,
                                Kind.IS_A_DIRECTORY,
                                Kind.ALREADY_EXISTS,
                                Kind.NOT_EMPTY,
                                Kind.BUSY);
            }
        }
        return done;
    }

    private void link(String path, String target) throws FsException {
        store.link(FsPath.parse(path), target, WriteOptions.DEFAULT);
        assertThat(Files.isSymbolicLink(folder.resolve("root" + path))).isTrue();
        assertThat(Files.exists(folder.resolve("root" + path), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
    }
}
