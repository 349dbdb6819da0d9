package dev.packhorse.policy.observe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditFileTest {

    @TempDir
    Path folder;

    private Instant now = Instant.parse("2026-11-21T23:00:00Z");
    private Path log = Path.of("");
    private final List<AuditFile> open = new ArrayList<>();

    @BeforeEach
    void name() {
        log = folder.resolve("audit.log");
    }

    @AfterEach
    void close() throws IOException {
        for (AuditFile each : open) {
            each.close();
        }
    }

    private AuditFile open(long maxSize, int keep) throws IOException {
        AuditFile file = AuditFile.open(log, new AuditFile.Options(maxSize, keep, false), () -> now);
        open.add(file);
        return file;
    }

    private static void write(AuditFile file, String line) throws IOException {
        file.write(ByteBuffer.wrap((line + "\n").getBytes(US_ASCII)));
    }

    /** Every file of the folder, by name. */
    private Map<String, String> files() throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                found.put(String.valueOf(each.getFileName()), Files.readString(each));
            }
        }
        return found;
    }

    @Test
    void linesAreAddedToWhatIsThere() throws IOException {
        // Given
        Files.writeString(log, "old\n");
        Files.setLastModifiedTime(log, FileTime.from(now));

        // When
        write(open(1000, 1), "new");

        // Then
        assertThat(Files.readString(log)).isEqualTo("old\nnew\n");
    }

    @Test
    void aFileThatEndsWithinALineGetsItsEnd() throws IOException {
        // Given
        Files.writeString(log, "old\n{\"torn");
        Files.setLastModifiedTime(log, FileTime.from(now));

        // When
        write(open(1000, 1), "new");

        // Then
        assertThat(Files.readString(log)).isEqualTo("old\n{\"torn\nnew\n");
    }

    @Test
    void aFileThatWouldBecomeTooLongIsRenamedByDateAndNumber() throws IOException {
        // Given
        AuditFile file = open(10, 5);

        // When
        for (String each : List.of("1234", "5678", "a", "12345678901234567890", "b")) {
            write(file, each);
        }

        // Then
        assertThat(files())
                .containsExactlyEntriesOf(new TreeMap<>(Map.of(
                        "audit.log",
                        "b\n",
                        "audit.log.2026-11-21.1",
                        "1234\n5678\n",
                        "audit.log.2026-11-21.2",
                        "a\n",
                        "audit.log.2026-11-21.3",
                        "12345678901234567890\n")));
    }

    @Test
    void aNewDayBeginsANewFile() throws IOException {
        // Given
        AuditFile file = open(1000, 5);
        write(file, "evening");

        // When
        now = Instant.parse("2026-11-22T00:00:00Z");
        write(file, "morning");
        write(file, "later");

        // Then
        assertThat(files())
                .containsEntry("audit.log.2026-11-21.1", "evening\n")
                .containsEntry("audit.log", "morning\nlater\n");
    }

    @Test
    void theFileOfADayOnWhichTheProcessEndedBearsThatDay() throws IOException {
        // Given
        Files.writeString(log, "old\n");
        Files.setLastModifiedTime(log, FileTime.from(Instant.parse("2026-11-03T12:00:00Z")));

        // When
        write(open(1000, 5), "new");

        // Then
        assertThat(files()).containsEntry("audit.log.2026-11-03.1", "old\n").containsEntry("audit.log", "new\n");
    }

    @Test
    void theOldestGoAndNothingElseDoes() throws IOException {
        // Given
        for (String each : List.of(
                "audit.log.2026-11-20.1",
                "audit.log.2026-11-20.9",
                "audit.log.2026-11-20.10",
                "audit.log.2026-11-19.99",
                "audit.log.2026-11-20.1.gz",
                "audit.log.2026-13-20.1",
                "audit.log.bak",
                "other.log.2026-11-20.1",
                "audit_log.2026-11-20.1")) {
            Files.writeString(folder.resolve(each), each);
        }

        // When
        AuditFile file = open(5, 2);
        write(file, "1234");
        write(file, "5678");

        // Then
        assertThat(files().keySet())
                .containsExactlyInAnyOrder(
                        "audit.log",
                        "audit.log.2026-11-21.1",
                        "audit.log.2026-11-20.10",
                        "audit.log.2026-11-20.1.gz",
                        "audit.log.2026-13-20.1",
                        "audit.log.bak",
                        "other.log.2026-11-20.1",
                        "audit_log.2026-11-20.1");
    }

    @Test
    void whatSomebodyElseHasRenamedIsBegunAnew() throws IOException {
        // Given
        AuditFile file = open(1000, 5);
        write(file, "one");

        // When
        Files.move(log, folder.resolve("rotated"));
        write(file, "two");
        Files.move(log, folder.resolve("rotated-again"));
        Files.writeString(log, "made by logrotate\n");
        write(file, "three");
        Files.delete(log);
        write(file, "four");

        // Then
        assertThat(files())
                .containsEntry("rotated", "one\n")
                .containsEntry("rotated-again", "two\n")
                .containsEntry("audit.log", "four\n");
    }

    @Test
    void whatSomebodyElseHasTruncatedGoesOnFromItsNewEnd() throws IOException {
        // Given
        AuditFile file = open(1000, 5);
        write(file, "one");

        // When
        Files.write(log, new byte[0]);
        write(file, "two");

        // Then
        assertThat(files()).containsEntry("audit.log", "two\n");
    }

    @Test
    void aFolderThatIsGoneIsMadeAgain() throws IOException {
        // Given
        log = folder.resolve("deep/down/audit.log");
        AuditFile file = open(1000, 5);
        write(file, "one");

        // When
        Files.delete(log);
        Files.delete(folder.resolve("deep/down"));
        write(file, "two");

        // Then
        assertThat(Files.readString(log)).isEqualTo("two\n");
    }

    @Test
    void aFileThatCannotBeRenamedGoesOnGrowingForAWhile() throws IOException {
        // Given a name with which that of a predecessor is too long
        log = folder.resolve("n".repeat(250));
        AuditFile file = open(5, 5);
        write(file, "1234");

        // When
        write(file, "5678");
        write(file, "90ab");

        // Then
        assertThat(files()).containsExactly(Map.entry("n".repeat(250), "1234\n5678\n90ab\n"));
    }

    @Test
    void linesThatCouldNotBeWrittenWholeAreEndedBeforeAnythingElse() throws IOException {
        // Given
        AuditFile file = open(8, 5);
        ByteBuffer lines = ByteBuffer.wrap("first\nsecond\n".getBytes(US_ASCII));
        lines.limit(9);
        file.write(lines);
        now = now.plus(Duration.ofDays(1));

        // When
        lines.limit(lines.capacity());
        file.write(lines);
        write(file, "third");

        // Then
        assertThat(files())
                .containsEntry("audit.log.2026-11-21.1", "first\nsecond\n")
                .containsEntry("audit.log", "third\n");
    }

    @Test
    void aDiskWithoutRoomIsAFailureAndNoFileIsRenamed() throws IOException {
        // Given
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        try (AuditFile file = AuditFile.open(full, new AuditFile.Options(1, 1, false))) {
            // When
            assertThatThrownBy(() -> write(file, "x"))
                    // Then
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left");
        }
        assertThat(full).exists();
    }

    @Test
    void aFileIsNobodyElsesToRead() throws IOException {
        // Given
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));

        // When
        AuditFile file = open(5, 5);
        write(file, "1234");
        write(file, "5678");

        // Then
        for (String each : List.of("audit.log", "audit.log.2026-11-21.1")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(each))))
                    .matches("rw-r?-----|rw-------|rw-r-----")
                    .endsWith("---");
        }
    }

    @Test
    void aFolderIsNoFile() throws IOException {
        log = folder;
        assertThatThrownBy(() -> open(1000, 5)).isInstanceOf(IOException.class);
    }

    @Test
    void durableLinesAreForcedToTheDisk() throws IOException {
        try (AuditFile file = AuditFile.open(log, new AuditFile.Options(1000, 5, true), () -> now)) {
            write(file, "one");
            assertThat(Files.readString(log)).isEqualTo("one\n");
        }
    }

    /** Three processes, of which each thinks that it renames the file. */
    @Test
    void severalWhoShareAFileLoseNothing() throws Exception {
        int each = 400;
        List<Callable<Void>> writers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String name = "w" + i;
            writers.add(() -> {
                try (AuditFile file = AuditFile.open(log, new AuditFile.Options(200, 100_000, false), () -> now)) {
                    for (int line = 0; line < each; line++) {
                        write(file, name + " " + line);
                    }
                }
                return null;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(writers.size());
        try {
            for (Future<Void> writer : threads.invokeAll(writers)) {
                writer.get();
            }
        } finally {
            threads.shutdownNow();
        }
        Map<String, String> files = files();
        assertThat(files).hasSizeGreaterThan(10);
        assertThat(files.values().stream().flatMap(String::lines))
                .hasSize(3 * each)
                .doesNotHaveDuplicates();
    }

    /** A name that is free for a moment is one that somebody else takes, and the next rename replaces their lines. */
    @Test
    void theNameOfAPredecessorIsNeverFreeAgain() throws Exception {
        Files.writeString(log, "a line\n");
        LocalDate day = LocalDate.of(2026, 11, 21);
        List<String> removed = new ArrayList<>();
        try (WatchService watch = log.getFileSystem().newWatchService()) {
            WatchKey key = folder.register(watch, StandardWatchEventKinds.ENTRY_DELETE);
            new Predecessors(log).take(day);
            // The last event there is tells that all before it have come.
            Path end = Files.createFile(log.resolveSibling("end"));
            Files.delete(end);
            while (!removed.contains("end")) {
                key.pollEvents().forEach(event -> removed.add(String.valueOf(event.context())));
            }
        }
        assertThat(removed).containsExactly("audit.log", "end");
        assertThat(files()).containsExactly(Map.entry("audit.log.2026-11-21.1", "a line\n"));
    }
}
