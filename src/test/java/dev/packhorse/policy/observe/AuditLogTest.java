package dev.packhorse.policy.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.RecordingStore;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.policy.observe.AuditLog.WhenFull;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is promised of lines while the disk is slow, full or moved away, and while too many come. */
@Timeout(120)
class AuditLogTest {

    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration IMPATIENT = Duration.ofMillis(50);

    /** Where a refusal is waited for, and other changes must succeed however busy the machine is. */
    private static final Duration CALM = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    private final TestOutput output = new TestOutput();
    private final RecordingStore below = new RecordingStore(new MemoryStore(64 << 20));
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AuditLog> logs = new ArrayList<>();

    @AfterEach
    void close() {
        output.release();
        output.room(Long.MAX_VALUE);
        logs.forEach(AuditLog::close);
        threads.shutdownNow();
    }

    private AuditLog log(WhenFull whenFull, Duration patience) throws IOException {
        return log(output, whenFull, patience);
    }

    private AuditLog log(AuditOutput to, WhenFull whenFull, Duration patience) throws IOException {
        AuditLog log = AuditLog.to(to, new AuditLog.Options(false, whenFull, patience));
        logs.add(log);
        return log;
    }

    private Store on(AuditLog log) {
        return new AuditStore(below, log, AuditStoreTest.ORIGIN);
    }

    private static void put(Store store, String path) throws FsException {
        store.write(FsPath.parse(path), Body.of(path.getBytes(UTF_8)), WriteOptions.DEFAULT);
    }

    private static Kind refused(Store store, String path) {
        return catchThrowableOfType(FsException.class, () -> put(store, path)).kind();
    }

    private static void read(Store store, String path) throws IOException {
        try (Content content = store.read(FsPath.parse(path));
                InputStream in = content.body().open()) {
            in.readAllBytes();
        }
    }

    private List<String> paths() throws IOException {
        return output.lines().stream()
                .map(line -> String.valueOf(line.get("path")))
                .toList();
    }

    @Test
    void changesThatWaitAtTheSameTimeShareAWrite() throws Exception {
        // Given
        Store store = on(log(WhenFull.REFUSE, PATIENT));
        output.hold();
        List<CompletableFuture<Void>> changes = new ArrayList<>();
        changes.add(change(store, "/first"));
        output.awaitHeld();

        // When
        for (int i = 0; i < 50; i++) {
            changes.add(change(store, "/" + i));
        }
        await().until(() -> below.operations().size() == 51);
        output.release();
        CompletableFuture.allOf(changes.toArray(CompletableFuture[]::new)).join();

        // Then
        assertThat(output.lines()).hasSize(51);
        assertThat(output.writes()).isLessThan(20);
    }

    private CompletableFuture<Void> change(Store store, String path) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        put(store, path);
                    } catch (FsException e) {
                        throw new IllegalStateException(e);
                    }
                },
                threads);
    }

    @Test
    void aChangeDoesNotReturnBeforeItsLineIsHandedOver() throws Exception {
        // Given
        Store store = on(log(WhenFull.REFUSE, PATIENT));
        output.hold();

        // When
        CompletableFuture<Void> change = change(store, "/a");
        output.awaitHeld();

        // Then
        assertThat(below.operations()).containsExactly("write /a");
        assertThat(change).isNotDone();
        output.release();
        change.join();
        assertThat(output.lines()).hasSize(1);
    }

    @Test
    void readsDoNotWaitForASlowDisk() throws Exception {
        // Given
        AuditLog log = log(WhenFull.REFUSE, PATIENT);
        Store store = on(log);
        put(store, "/a");
        output.hold();
        CompletableFuture<Void> change = change(store, "/b");
        output.awaitHeld();

        // When
        for (int i = 0; i < 1000; i++) {
            read(store, "/a");
            store.list(FsPath.ROOT).close();
        }

        // Then
        assertThat(change).isNotDone();
        output.release();
        change.join();
        log.close();
        assertThat(output.lines()).hasSize(2002);
    }

    @Test
    void whenTooManyWaitTheyAreDroppedCountedAndToldOf() throws Exception {
        // Given
        AuditLog log = log(WhenFull.REFUSE, PATIENT);
        Store store = on(log);
        output.hold();
        CompletableFuture<Void> change = change(store, "/a");
        output.awaitHeld();

        // When
        String longPath = "/" + "x".repeat(4000);
        int asked = 0;
        while (log.dropped() < 3) {
            assertThatThrownBy(() -> store.read(FsPath.parse(longPath))).isInstanceOf(FsException.class);
            asked++;
        }
        assertThat(log.waitingBytes()).isLessThan(17 << 20);
        output.release();
        change.join();
        log.close();

        // Then
        List<Map<String, Object>> lines = output.lines();
        assertThat(lines)
                .filteredOn(line -> "read".equals(line.get("operation")))
                .hasSize(asked - 3);
        assertThat(lines)
                .filteredOn(line -> "missing".equals(line.get("operation")))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .containsEntry("dropped", 3L)
                        .containsEntry("refused", 0L)
                        .containsOnlyKeys("time", "operation", "dropped", "refused"));
    }

    /** Of those who read there may be any number. */
    @Test
    void linesOfChangesComeBeforeThoseThatNobodyWaitsFor() throws Exception {
        // Given
        AuditLog log = log(WhenFull.REFUSE, PATIENT);
        Store store = on(log);
        output.hold();
        CompletableFuture<Void> first = change(store, "/first");
        output.awaitHeld();
        String longPath = "/" + "x".repeat(4000);
        for (int i = 0; i < 1000; i++) {
            assertThatThrownBy(() -> store.read(FsPath.parse(longPath))).isInstanceOf(FsException.class);
        }
        long others = log.waitingBytes();
        CompletableFuture<Void> second = change(store, "/second");
        await().until(() -> log.waitingBytes() > others);

        // When
        output.release();
        CompletableFuture.allOf(first, second).join();

        // Then
        assertThat(paths().indexOf("/second")).isBetween(1, 499);
    }

    @Test
    void aDiskWithoutRoomRefusesChangesAndLetsReadsGoOn() throws Exception {
        // Given
        AuditLog log = log(WhenFull.REFUSE, CALM);
        Store store = on(log);
        put(store, "/before");
        output.room(10);

        // When
        assertThat(refused(store, "/made")).isEqualTo(Kind.UNAVAILABLE);

        // Then
        assertThat(log.isBehind()).isTrue();
        assertThat(refused(store, "/not-made")).isEqualTo(Kind.UNAVAILABLE);
        assertThat(below.operations()).containsExactly("write /before", "write /made");
        assertThat(log.refused()).isEqualTo(1);
        read(store, "/made");
        try (Listing listing = store.list(FsPath.ROOT)) {
            assertThat(listing.next()).isNotNull();
        }
    }

    @Test
    void whenThereIsRoomAgainEveryLineComesWholeAndChangesGoOn() throws Exception {
        // Given
        AuditLog log = log(WhenFull.REFUSE, CALM);
        Store store = on(log);
        output.room(10);
        refused(store, "/made");
        refused(store, "/not-made");
        read(store, "/made");

        // When
        output.room(Long.MAX_VALUE);
        await().until(() -> !log.isBehind());
        put(store, "/after");
        log.close();

        // Then
        assertThat(paths()).containsExactlyInAnyOrder("/made", "/made", "null", "/after");
        assertThat(output.lines())
                .filteredOn(line -> "missing".equals(line.get("operation")))
                .singleElement()
                .satisfies(line -> assertThat(line).containsEntry("dropped", 0L).containsEntry("refused", 1L));
        assertThat(output.lines().get(0)).containsEntry("operation", "write").containsEntry("status", "ok");
    }

    /** Changes in flight when the disk fills up are made; of each there is a line in the end, whoever was told of it. */
    @Test
    void changesInFlightWhenTheDiskFillsUpKeepTheirLines() throws Exception {
        // Given
        AuditLog log = log(WhenFull.REFUSE, CALM);
        Store store = on(log);
        output.room(5000);

        // When
        List<Callable<String>> writers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String path = "/" + i;
            writers.add(() -> {
                put(store, path);
                return path;
            });
        }
        TreeSet<String> acknowledged = new TreeSet<>();
        for (Future<String> each : threads.invokeAll(writers)) {
            try {
                acknowledged.add(each.get());
            } catch (ExecutionException e) {
                assertThat(e.getCause()).isInstanceOf(FsException.class);
            }
        }
        String text = output.text();
        List<String> then = AuditLines.parse(text.substring(0, text.lastIndexOf('\n') + 1)).stream()
                .map(line -> String.valueOf(line.get("path")))
                .toList();
        output.room(Long.MAX_VALUE);
        await().until(() -> !log.isBehind());
        log.close();

        // Then
        assertThat(then).containsAll(acknowledged);
        assertThat(acknowledged).isNotEmpty();
        assertThat(paths())
                .containsAll(below.operations().stream()
                        .map(each -> each.substring("write ".length()))
                        .toList());
    }

    @Test
    void aRealDiskWithoutRoomRefusesChanges() throws Exception {
        // Given
        assumeTrue(Files.exists(Path.of("/dev/full")));
        AuditLog log = log(AuditFile.open(Path.of("/dev/full"), AuditFile.Options.DEFAULT), WhenFull.REFUSE, IMPATIENT);

        // When
        assertThat(refused(on(log), "/made")).isEqualTo(Kind.UNAVAILABLE);

        // Then
        assertThat(refused(on(log), "/not-made")).isEqualTo(Kind.UNAVAILABLE);
        assertThat(below.operations()).containsExactly("write /made");
    }

    @Test
    void aDiskThatHangsRefusesChangesAfterAWhile() throws Exception {
        // Given
        AuditLog log = log(WhenFull.REFUSE, CALM);
        Store store = on(log);
        output.hold();

        // When
        assertThat(refused(store, "/made")).isEqualTo(Kind.UNAVAILABLE);
        assertThat(refused(store, "/not-made")).isEqualTo(Kind.UNAVAILABLE);
        output.release();
        await().until(() -> !log.isBehind());

        // Then
        put(store, "/after");
        assertThat(below.operations()).containsExactly("write /made", "write /after");
    }

    @Test
    void changesGoOnWithoutALogIfTheOperatorWantsThat() throws Exception {
        // Given
        AuditLog log = log(WhenFull.CONTINUE, IMPATIENT);
        Store store = on(log);
        output.room(0);

        // When
        for (int i = 0; i < 20; i++) {
            put(store, "/" + i);
        }
        assertThat(log.isBehind()).isTrue();
        output.room(Long.MAX_VALUE);
        await().until(() -> !log.isBehind());
        log.close();

        // Then
        assertThat(output.lines()).hasSize(20);
        assertThat(log.refused()).isZero();
    }

    @Test
    void whoGoesOnWithoutALogDoesNotFillTheMemory() throws Exception {
        // Given
        AuditLog log = log(WhenFull.CONTINUE, IMPATIENT);
        Store store = on(log);
        output.room(0);

        // When
        String longPath = "/" + "x".repeat(4000);
        while (log.dropped() == 0) {
            assertThatThrownBy(() -> store.makeDirectory(FsPath.parse(longPath + "/y"), WriteOptions.DEFAULT))
                    .isInstanceOf(FsException.class);
        }

        // Then
        assertThat(log.waitingBytes()).isLessThan(17 << 20);
    }

    @Test
    void whatWaitsIsWrittenBeforeTheLogIsClosed() throws Exception {
        // Given
        AuditLog log = log(WhenFull.REFUSE, PATIENT);
        put(on(log), "/a");
        for (int i = 0; i < 100; i++) {
            read(on(log), "/a");
        }

        // When
        log.close();

        // Then
        assertThat(output.lines()).hasSize(101);
        assertThat(output.isClosed()).isTrue();
    }

    @Test
    void aLogThatCannotBeWrittenAtTheEndEndsAllTheSame() throws Exception {
        // Given
        AuditLog log = log(WhenFull.REFUSE, CALM);
        output.room(0);
        refused(on(log), "/a");

        // When
        log.close();

        // Then
        assertThat(output.isClosed()).isTrue();
        assertThat(refused(on(log), "/b")).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void aRefusedLoginIsALineWithoutMoreThanItsName() throws Exception {
        // Given
        AuditLog log = log(WhenFull.REFUSE, PATIENT);

        // When
        log.refusedLogin("ada", InetAddress.getLoopbackAddress(), "httpfs", 4L);
        log.refusedLogin(null, InetAddress.getLoopbackAddress(), "webdav", null);
        log.refusedLogin("x".repeat(5000), InetAddress.getLoopbackAddress(), "httpfs", null);
        log.close();

        // Then
        assertThat(output.lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line)
                        .containsEntry("operation", "login")
                        .containsEntry("status", "refused")
                        .containsEntry("address", "127.0.0.1"));
        assertThat(String.valueOf(output.lines().get(2).get("name"))).hasSize(256);
    }

    @Test
    void rotationUnderLoadLosesNoLineAndTearsNone() throws Exception {
        // Given
        Path file = folder.resolve("audit.log");
        AuditLog log =
                log(AuditFile.open(file, new AuditFile.Options(5_000, 100_000, false)), WhenFull.REFUSE, PATIENT);
        Store store = on(log);
        int writers = 8;
        int each = 150;

        // When
        List<Callable<Void>> load = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            String prefix = "/" + i + "-";
            load.add(() -> {
                for (int n = 0; n < each; n++) {
                    put(store, prefix + n);
                    read(store, prefix + n);
                }
                return null;
            });
        }
        load.add(() -> {
            // logrotate
            for (int i = 0; i < 40; i++) {
                try {
                    Files.move(file, folder.resolve("outside." + i));
                } catch (NoSuchFileException e) {
                    // The log has renamed it itself.
                    Thread.onSpinWait();
                }
            }
            return null;
        });
        for (Future<Void> worker : threads.invokeAll(load)) {
            worker.get();
        }
        log.close();

        // Then
        List<Map<String, Object>> lines = new ArrayList<>();
        int files = 0;
        try (Stream<Path> all = Files.list(folder)) {
            for (Path part : (Iterable<Path>) all::iterator) {
                lines.addAll(AuditLines.of(part));
                files++;
            }
        }
        assertThat(files).isGreaterThan(10);
        assertThat(lines).hasSize(2 * writers * each);
        assertThat(lines)
                .extracting(line -> line.get("operation") + " " + line.get("path"))
                .doesNotHaveDuplicates();
    }
}
