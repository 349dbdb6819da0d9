package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every store does, and every policy around a store, and every front with its own client.
 *
 * <p>Tests skip by what the store declares, never by what it is. What is not declared must fail as {@code UNSUPPORTED}. In the
 * end nothing may be open.
 */
public abstract class StoreContract {

    @SuppressWarnings("NullAway.Init")
    private RecordingStore store;

    /** A store with an empty root; closed by this class. Called once for each test. */
    protected abstract Store create() throws Exception;

    /** Tells whether the back end can hold a name at all; its own test then shows that it refuses it. */
    protected boolean holds(String name) {
        return true;
    }

    /** Tells whether the back end can keep these permissions; they are left out if not. */
    protected boolean keeps(Mode mode) {
        return true;
    }

    /** Tells whether the same content written again gets another ETag. One of the content alone is strong as well. */
    protected boolean tellsEqualContentsApart() {
        return true;
    }

    /** The store under test, wrapped. */
    protected final RecordingStore store() {
        return store;
    }

    @BeforeEach
    final void openTheStore() throws Exception {
        store = new RecordingStore(create());
    }

    @AfterEach
    final void nothingIsLeftOpen() throws FsException {
        store.close();
        assertThat(store.open()).as("open contents, listings and streams").isZero();
    }

    @Test
    void theRootIsAnEmptyDirectory() throws FsException {
        Node root = store.stat(FsPath.ROOT);
        assertThat(root.type()).isEqualTo(NodeType.DIRECTORY);
        assertThat(root.path()).isEqualTo(FsPath.ROOT);
        assertThat(root.size()).isZero();
        assertThat(names(FsPath.ROOT)).isEmpty();
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        writable();
        Node node = write("/a", "hello");
        assertThat(node.size()).isEqualTo(5);
        assertThat(node.isFile()).isTrue();
        assertThat(text("/a")).isEqualTo("hello");
        assertThat(store.stat(path("/a"))).isEqualTo(node);
    }

    @Test
    void anEmptyFileIsAFile() throws IOException {
        writable();
        assertThat(write("/empty", "").size()).isZero();
        assertThat(text("/empty")).isEmpty();
    }

    @Test
    void aBodyOfUnknownLengthIsWrittenWhole() throws IOException {
        writable();
        byte[] bytes = random(300_000);
        store.write(path("/a"), body(bytes, Body.UNKNOWN), WriteOptions.DEFAULT);
        assertThat(bytes("/a")).isEqualTo(bytes);
    }

    @Test
    void rangesAreReadAsOftenAsWanted() throws IOException {
        writable();
        byte[] bytes = random(200_000);
        store.write(path("/a"), Body.of(bytes), WriteOptions.DEFAULT);
        try (Content content = store.read(path("/a"))) {
            for (ByteRange range : List.of(
                    new ByteRange(0, 1),
                    new ByteRange(65_535, 2),
                    new ByteRange(199_999, 1),
                    new ByteRange(200_000, 0),
                    new ByteRange(70_000, 120_000))) {
                Body body = content.body(range);
                assertThat(body.length()).isEqualTo(range.length());
                assertThat(bytes(body)).isEqualTo(Arrays.copyOfRange(bytes, (int) range.offset(), (int) range.end()));
            }
        }
    }

    @Test
    void anOpenContentOutlivesItsReplacementAndItsRemoval() throws IOException {
        writable();
        write("/a", "old");
        write("/b", "old");
        try (Content a = store.read(path("/a"));
                Content b = store.read(path("/b"))) {
            write("/a", "newer");
            store.remove(path("/b"), Preconditions.NONE);
            assertThat(new String(bytes(a.body()), StandardCharsets.UTF_8)).isEqualTo("old");
            assertThat(new String(bytes(b.body()), StandardCharsets.UTF_8)).isEqualTo("old");
        }
    }

    @Test
    void aShortBodyChangesNothing() throws IOException {
        writable();
        write("/a", "old");
        assertFails(FsException.Kind.IO, () -> store.write(path("/a"), body(random(10), 11), WriteOptions.DEFAULT));
        assertThat(text("/a")).isEqualTo("old");
        assertThat(names(FsPath.ROOT)).containsExactly("a");
    }

    @Test
    void aLongBodyChangesNothing() throws IOException {
        writable();
        assertFails(FsException.Kind.IO, () -> store.write(path("/a"), body(random(12), 11), WriteOptions.DEFAULT));
        assertThat(names(FsPath.ROOT)).isEmpty();
    }

    @Test
    void aBodyThatBreaksChangesNothing() throws IOException {
        writable();
        Node old = write("/a", "old");
        for (FsException.Kind kind : List.of(FsException.Kind.TOO_LARGE, FsException.Kind.TIMEOUT)) {
            assertFails(kind, () -> store.write(path("/a"), broken(kind), WriteOptions.DEFAULT));
        }
        assertThat(store.stat(path("/a"))).isEqualTo(old);
        assertThat(text("/a")).isEqualTo("old");
    }

    @Test
    void replacingAFileKeepsItsMetadata() throws IOException {
        writable();
        has(Capability.MODE);
        write("/a", "old", mode(0640));
        assertThat(write("/a", "new").mode()).isEqualTo(new Mode(0640));
        assertThat(write("/a", "new", mode(0600)).mode()).isEqualTo(new Mode(0600));
    }

    @Test
    void newNodesHaveDefaultPermissions() throws IOException {
        writable();
        has(Capability.MODE);
        assertThat(write("/a", "").mode()).isEqualTo(Mode.FILE_DEFAULT);
        assertThat(directory("/d").mode()).isEqualTo(Mode.DIRECTORY_DEFAULT);
    }

    @Test
    void allPermissionsAreKept() throws IOException {
        writable();
        has(Capability.MODE);
        for (int permissions : new int[] {0, 0400, 0777, 04755, 02755, 01777, 07777}) {
            if (!keeps(new Mode(permissions))) {
                continue;
            }
            write("/a", "x", mode(permissions));
            assertThat(store.stat(path("/a")).mode()).isEqualTo(new Mode(permissions));
            store.change(path("/a"), mode(0644), Preconditions.NONE);
            assertThat(store.change(path("/a"), mode(permissions), Preconditions.NONE)
                            .mode())
                    .isEqualTo(new Mode(permissions));
            assertThat(store.makeDirectory(path("/d"), WriteOptions.of(mode(permissions)))
                            .mode())
                    .isEqualTo(new Mode(permissions));
            assertThat(store.stat(path("/d")).mode()).isEqualTo(new Mode(permissions));
        }
        store.change(path("/d"), mode(0755), Preconditions.NONE);
    }

    @Test
    void timesAreKept() throws IOException {
        writable();
        has(Capability.MODIFIED);
        for (String text : List.of("2001-02-03T04:05:06Z", "2024-02-29T23:59:58.123456Z", "1970-01-01T00:00:00Z")) {
            Instant time = Instant.parse(text);
            write("/a", "x", modified(time));
            assertTime(store.stat(path("/a")), time);
            write("/b", "x");
            assertTime(store.change(path("/b"), modified(time), Preconditions.NONE), time);
            assertTime(store.stat(path("/b")), time);
            store.makeDirectory(path("/d"), WriteOptions.of(modified(time)));
            assertTime(store.stat(path("/d")), time);
        }
    }

    @Test
    void aNewFileIsYoung() throws IOException {
        writable();
        Instant before = Instant.now().minusSeconds(2);
        assertThat(write("/a", "x").modified()).isBetween(before, Instant.now().plusSeconds(2));
    }

    @Test
    void ownersAreKept() throws IOException {
        writable();
        has(Capability.OWNER);
        Owner owner = new Owner(1234, 4_000_000_000L);
        AttributeChange change = new AttributeChange(new Mode(06755), null, owner, null);
        assertThat(write("/a", "x", change).owner()).isEqualTo(owner);
        assertThat(store.stat(path("/a")).mode()).isEqualTo(new Mode(06755));
        assertThat(write("/a", "y").owner()).isEqualTo(owner);
        assertThat(store.makeDirectory(path("/d"), WriteOptions.of(change)).owner())
                .isEqualTo(owner);
        Node changed = store.change(path("/a"), new AttributeChange(null, null, Owner.ROOT, null), Preconditions.NONE);
        assertThat(changed.owner()).isEqualTo(Owner.ROOT);
        assertThat(store.stat(path("/a"))).isEqualTo(changed);
        assertThat(changed.mode()).isEqualTo(new Mode(06755));
    }

    @Test
    void mediaTypesAreKept() throws IOException {
        writable();
        has(Capability.MEDIA_TYPE);
        AttributeChange change = new AttributeChange(null, null, null, "text/x-verse");
        assertThat(write("/a", "x", change).mediaType()).isEqualTo("text/x-verse");
        assertThat(write("/a", "y").mediaType()).isEqualTo("text/x-verse");
    }

    @Test
    void etagsChangeWithTheContentAndOnlyThen() throws IOException {
        writable();
        has(Capability.ETAGS);
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Node node = write("/a", "same length " + i % 10);
            assertThat(store.stat(path("/a")).etag()).isEqualTo(node.etag()).isNotNull();
            seen.add(String.valueOf(node.etag()));
        }
        assertThat(new HashSet<>(seen)).hasSize(tellsEqualContentsApart() ? 200 : 10);
        assertThat(directory("/d").etag()).isNull();
    }

    @Test
    void etagsSurviveMetadataAndMoves() throws IOException {
        writable();
        has(Capability.ETAGS);
        String etag = write("/a", "x").etag();
        Capabilities capabilities = store.capabilities();
        for (AttributeChange change : List.of(
                mode(0600),
                modified(Instant.parse("2001-02-03T04:05:06Z")),
                mode(0644),
                modified(Instant.parse("2001-02-03T04:05:06.789012Z")),
                mode(0640),
                modified(Instant.now()),
                new AttributeChange(null, null, new Owner(5, 6), null))) {
            if (change.equals(change.keptBy(capabilities))) {
                Node changed = store.change(path("/a"), change, Preconditions.NONE);
                assertThat(changed.etag()).as("after %s", change).isEqualTo(etag);
                assertThat(store.stat(path("/a")).etag()).as("after %s", change).isEqualTo(etag);
            }
        }
        assertThat(store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE).etag())
                .isEqualTo(etag);
        assertThat(store.stat(path("/b")).etag()).isEqualTo(etag);
    }

    @Test
    void etagsDifferAlsoWhereSizeAndTimeAreTheSame() throws IOException {
        writable();
        has(Capability.ETAGS);
        has(Capability.MODIFIED);
        AttributeChange time = modified(Instant.parse("2001-02-03T04:05:06Z"));
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Node node = write("/a", "same length " + i % 10, time);
            assertThat(store.stat(path("/a")).etag()).isEqualTo(node.etag());
            seen.add(String.valueOf(node.etag()));
        }
        assertThat(new HashSet<>(seen)).hasSize(tellsEqualContentsApart() ? 50 : 10);
    }

    @Test
    void preconditionsHoldOrNothingHappens() throws IOException {
        writable();
        has(Capability.ETAGS);
        Node old = write("/a", "old");
        String etag = String.valueOf(old.etag());
        Preconditions match = new Preconditions(new EtagMatch(false, List.of("x", etag)), null, null, null);
        Preconditions other = new Preconditions(new EtagMatch(false, List.of("x")), null, null, null);
        for (ThrowingCallable refused : List.<ThrowingCallable>of(
                () -> store.write(path("/a"), Body.of(random(3)), WriteOptions.of(other)),
                () -> store.write(path("/a"), Body.of(random(3)), WriteOptions.of(Preconditions.MUST_NOT_EXIST)),
                () -> store.write(path("/b"), Body.of(random(3)), WriteOptions.of(match)),
                () -> store.makeDirectory(path("/b"), WriteOptions.of(match)),
                () -> store.change(path("/a"), AttributeChange.NONE, other),
                () -> store.copy(path("/a"), path("/b"), new TransferOptions(true, other)),
                () -> store.move(path("/a"), path("/b"), new TransferOptions(true, other)),
                () -> store.remove(path("/a"), other))) {
            assertFails(FsException.Kind.PRECONDITION_FAILED, refused);
        }
        assertThat(store.stat(path("/a"))).isEqualTo(old);
        assertThat(names(FsPath.ROOT)).containsExactly("a");
        store.write(path("/a"), Body.of(random(3)), WriteOptions.of(match));
        store.write(path("/c"), Body.of(random(3)), WriteOptions.of(Preconditions.MUST_NOT_EXIST));
        assertThat(names(FsPath.ROOT)).containsExactly("a", "c");
    }

    @Test
    void ofManyThatMayCreateOneDoes() throws Exception {
        writable();
        has(Capability.ETAGS);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 10; round++) {
                FsPath path = path("/round" + round);
                Callable<Boolean> attempt = () -> {
                    try {
                        store.write(path, Body.of(random(10)), WriteOptions.of(Preconditions.MUST_NOT_EXIST));
                        return true;
                    } catch (FsException e) {
                        assertThat(e.kind()).isEqualTo(FsException.Kind.PRECONDITION_FAILED);
                        return false;
                    }
                };
                int created = 0;
                for (Future<Boolean> result : threads.invokeAll(List.of(attempt, attempt, attempt, attempt))) {
                    created += result.get() ? 1 : 0;
                }
                assertThat(created).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aReaderSeesOneVersionWhole() throws Exception {
        writable();
        FsPath path = path("/a");
        store.write(path, Body.of(filled(0)), WriteOptions.DEFAULT);
        ExecutorService threads = Executors.newFixedThreadPool(1);
        try {
            Future<?> writer = threads.submit(() -> {
                for (int i = 0; i < 100; i++) {
                    store.write(path, Body.of(filled(i)), WriteOptions.DEFAULT);
                }
                return null;
            });
            while (!writer.isDone()) {
                try (Content content = store.read(path)) {
                    byte[] bytes = bytes(content.body());
                    assertThat(bytes.length).isEqualTo(content.node().size());
                    assertThat(bytes).containsOnly(bytes[0]);
                }
            }
            writer.get();
        } finally {
            threads.shutdownNow();
        }
    }

    private static byte[] filled(int version) {
        byte[] bytes = new byte[50_000 + version * 10];
        Arrays.fill(bytes, (byte) version);
        return bytes;
    }

    @Test
    void changeTimestampsAreKeptOrRefused() throws FsException {
        writable();
        assumeTrue(!store.capabilities().has(Capability.CHANGE_TIMESTAMPS), "the overlay's tests cover them");
        Preconditions ordered = new Preconditions(null, null, null, 1L);
        assertFails(
                FsException.Kind.UNSUPPORTED,
                () -> store.write(path("/a"), Body.of(random(3)), WriteOptions.of(ordered)));
        assertThat(names(FsPath.ROOT)).isEmpty();
    }

    @Test
    void namesAreListedInBytewiseOrder() throws IOException {
        writable();
        List<String> names = new ArrayList<>(List.of(
                " ", "#", "%41", "-", "A", "\\", "a", "a b", "a-b", "a.d", "b", "~", "é", "日本", "\uE000", "\uFF5E",
                "😀"));
        names.removeIf(name -> !holds(name));
        List<String> shuffled = new ArrayList<>(names);
        Collections.shuffle(shuffled, new Random(7));
        for (String name : shuffled) {
            write("/" + name, name);
        }
        assertThat(names(FsPath.ROOT)).containsExactlyElementsOf(names);
        for (String name : names) {
            assertThat(text("/" + name)).isEqualTo(name);
        }
    }

    @Test
    void aListingShowsWhatStatShows() throws IOException {
        writable();
        write("/a", "x");
        directory("/d");
        if (store.capabilities().has(Capability.SYMLINKS)) {
            link("/l", "a");
        }
        try (Listing listing = store.list(FsPath.ROOT)) {
            for (Node node = listing.next(); node != null; node = listing.next()) {
                assertThat(node).isEqualTo(store.stat(node.path()));
            }
        }
    }

    @Test
    void aWalkShowsEverythingInOrderOfFullPaths() throws IOException {
        writable();
        directory("/a");
        directory("/a.d");
        write("/a/c", "");
        write("/a-b", "");
        write("/a.d/x", "");
        assertThat(walked(FsPath.ROOT)).containsExactly("/a", "/a-b", "/a.d", "/a.d/x", "/a/c");
        assertThat(walked(path("/a"))).containsExactly("/a/c");
    }

    @Test
    void aListingMayBeClosedBeforeItsEnd() throws IOException {
        writable();
        for (int i = 0; i < 100; i++) {
            write("/" + i, "");
        }
        try (Listing listing = store.list(FsPath.ROOT);
                Listing walk = store.walk(FsPath.ROOT)) {
            assertThat(listing.next()).isNotNull();
            assertThat(walk.next()).isNotNull();
        }
    }

    @Test
    void whatIsMissingIsNotFound() throws IOException {
        writable();
        for (String missing : List.of("/x", "/x/y")) {
            FsPath path = path(missing);
            assertFails(FsException.Kind.NOT_FOUND, () -> store.stat(path));
            assertFails(FsException.Kind.NOT_FOUND, () -> store.read(path).close());
            assertFails(FsException.Kind.NOT_FOUND, () -> store.list(path).close());
            assertFails(FsException.Kind.NOT_FOUND, () -> store.walk(path).close());
            assertFails(FsException.Kind.NOT_FOUND, () -> store.remove(path, Preconditions.NONE));
            assertFails(FsException.Kind.NOT_FOUND, () -> store.change(path, AttributeChange.NONE, Preconditions.NONE));
            assertFails(FsException.Kind.NOT_FOUND, () -> store.copy(path, path("/z"), TransferOptions.OVERWRITE));
            assertFails(FsException.Kind.NOT_FOUND, () -> store.move(path, path("/z"), TransferOptions.OVERWRITE));
        }
        write("/a", "x");
        assertFails(FsException.Kind.NOT_FOUND, () -> write("/x/y", ""));
        assertFails(FsException.Kind.NOT_FOUND, () -> directory("/x/y"));
        assertFails(FsException.Kind.NOT_FOUND, () -> store.copy(path("/a"), path("/x/y"), TransferOptions.OVERWRITE));
        assertFails(FsException.Kind.NOT_FOUND, () -> store.move(path("/a"), path("/x/y"), TransferOptions.OVERWRITE));
    }

    @Test
    void aFileIsNoDirectory() throws IOException {
        writable();
        write("/a", "x");
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> store.stat(path("/a/b")),
                () -> store.list(path("/a")).close(),
                () -> store.walk(path("/a")).close(),
                () -> write("/a/b", ""),
                () -> directory("/a"),
                () -> directory("/a/b"))) {
            assertFails(FsException.Kind.NOT_A_DIRECTORY, call);
        }
    }

    @Test
    void aDirectoryIsNoFile() throws IOException {
        writable();
        directory("/d");
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> store.read(path("/d")).close(),
                () -> store.read(FsPath.ROOT).close(),
                () -> write("/d", ""),
                () -> store.write(FsPath.ROOT, Body.of(random(1)), WriteOptions.DEFAULT))) {
            assertFails(FsException.Kind.IS_A_DIRECTORY, call);
        }
    }

    @Test
    void makingADirectoryTwiceKeepsItsChildren() throws IOException {
        writable();
        directory("/d");
        write("/d/a", "x");
        directory("/d");
        assertThat(store.makeDirectory(FsPath.ROOT, WriteOptions.DEFAULT).isDirectory())
                .isTrue();
        assertThat(names(path("/d"))).containsExactly("a");
    }

    @Test
    void aDirectoryIsRemovedWithAllBelow() throws IOException {
        writable();
        directory("/d");
        directory("/d/e");
        write("/d/e/f", "x");
        write("/d/g", "x");
        store.remove(path("/d"), Preconditions.NONE);
        assertThat(names(FsPath.ROOT)).isEmpty();
        assertFails(FsException.Kind.PERMISSION_DENIED, () -> store.remove(FsPath.ROOT, Preconditions.NONE));
    }

    @Test
    void aSymlinkIsKeptVerbatim() throws IOException {
        has(Capability.SYMLINKS);
        for (String target :
                List.of("a", "/a/b", "../../x", "x//y/", "//a", "a\n", "dangling é 😀", ".", "/", "a/./b")) {
            Node node = link("/l", target);
            assertThat(node.type()).isEqualTo(NodeType.SYMLINK);
            assertThat(node.size()).isEqualTo(target.getBytes(StandardCharsets.UTF_8).length);
            assertThat(text("/l")).isEqualTo(target);
            assertThat(store.stat(path("/l"))).isEqualTo(node);
        }
        assertThat(names(FsPath.ROOT)).containsExactly("l");
        assertFails(FsException.Kind.INVALID_NAME, () -> link("/l", ""));
        assertFails(FsException.Kind.INVALID_NAME, () -> link("/l", "a\0b"));
        assertFails(FsException.Kind.INVALID_NAME, () -> link("/l", "x".repeat(4096)));
    }

    @Test
    void aFinalSymlinkIsNeverFollowed() throws IOException {
        has(Capability.SYMLINKS);
        directory("/d");
        write("/d/a", "x");
        link("/l", "d");
        assertFails(
                FsException.Kind.NOT_A_DIRECTORY, () -> store.list(path("/l")).close());
        assertFails(FsException.Kind.NOT_A_DIRECTORY, () -> directory("/l"));
        link("/m", "d/a");
        assertThat(write("/m", "a file now").isFile()).isTrue();
        assertThat(text("/d/a")).isEqualTo("x");
        link("/n", "d");
        store.remove(path("/n"), Preconditions.NONE);
        assertThat(text("/d/a")).isEqualTo("x");
        assertFails(FsException.Kind.IS_A_DIRECTORY, () -> link("/d", "x"));
    }

    @Test
    void aSymlinkInTheMiddleIsFollowedInsideTheStore() throws IOException {
        has(Capability.SYMLINKS);
        directory("/d");
        directory("/d/e");
        write("/d/e/a", "x");
        link("/l", "d/./e");
        link("/d/up", "../l/");
        assertThat(text("/l/a")).isEqualTo("x");
        assertThat(text("/d/up/a")).isEqualTo("x");
        assertThat(store.stat(path("/d/up/a")).path()).isEqualTo(path("/d/up/a"));
        write("/l/b", "y");
        assertThat(text("/d/e/b")).isEqualTo("y");
        link("/out", "d/../..");
        assertFails(FsException.Kind.PERMISSION_DENIED, () -> store.stat(path("/out/x")));
        assertFails(FsException.Kind.PERMISSION_DENIED, () -> write("/out/x", ""));
        link("/loop", "loop2");
        link("/loop2", "loop");
        assertFails(FsException.Kind.NOT_FOUND, () -> store.stat(path("/loop/x")));
        link("/gone", "nowhere");
        assertFails(FsException.Kind.NOT_FOUND, () -> store.stat(path("/gone/x")));
    }

    @Test
    void aCopyIsEqualAndIndependent() throws IOException {
        writable();
        Node source = write(
                "/a",
                "x",
                new AttributeChange(new Mode(0640), Instant.parse("2001-02-03T04:05:06Z"), null, null)
                        .keptBy(store.capabilities()));
        write("/b", "replaced");
        Node copy = store.copy(path("/a"), path("/b"), TransferOptions.OVERWRITE);
        assertThat(copy).isEqualTo(store.stat(path("/b")));
        assertThat(copy.mode()).isEqualTo(source.mode());
        if (store.capabilities().has(Capability.MODIFIED)) {
            assertTime(copy, source.modified());
        }
        write("/a", "changed");
        assertThat(text("/b")).isEqualTo("x");
    }

    @Test
    void aDirectoryIsCopiedIntoWhatIsThere() throws IOException {
        writable();
        directory("/s");
        directory("/s/d");
        write("/s/a", "new");
        write("/s/d/b", "new");
        directory("/t");
        write("/t/a", "old");
        write("/t/c", "stays");
        store.copy(path("/s"), path("/t"), TransferOptions.OVERWRITE);
        assertThat(walked(FsPath.ROOT))
                .containsExactly("/s", "/s/a", "/s/d", "/s/d/b", "/t", "/t/a", "/t/c", "/t/d", "/t/d/b");
        assertThat(text("/t/a")).isEqualTo("new");
        store.copy(path("/s"), path("/u"), TransferOptions.CREATE_NEW);
        assertThat(text("/u/d/b")).isEqualTo("new");
    }

    @Test
    void aSymlinkIsCopiedAndMovedAsASymlink() throws IOException {
        has(Capability.SYMLINKS);
        link("/l", "nowhere");
        store.copy(path("/l"), path("/m"), TransferOptions.CREATE_NEW);
        assertThat(text("/m")).isEqualTo("nowhere");
        store.move(path("/m"), path("/n"), TransferOptions.CREATE_NEW);
        assertThat(text("/n")).isEqualTo("nowhere");
        assertThat(names(FsPath.ROOT)).containsExactly("l", "n");
    }

    @Test
    void aMoveTakesEverythingAlong() throws IOException {
        writable();
        Node file = write("/a", "x");
        Node moved = store.move(path("/a"), path("/b"), TransferOptions.CREATE_NEW);
        assertThat(moved).isEqualTo(file.at(path("/b"))).isEqualTo(store.stat(path("/b")));
        directory("/d");
        write("/d/c", "y");
        directory("/e");
        store.move(path("/d"), path("/e"), TransferOptions.OVERWRITE);
        store.move(path("/b"), path("/e/c"), TransferOptions.OVERWRITE);
        assertThat(walked(FsPath.ROOT)).containsExactly("/e", "/e/c");
        assertThat(text("/e/c")).isEqualTo("x");
    }

    @Test
    void transfersThatMakeNoSenseAreRefused() throws IOException {
        writable();
        write("/a", "a");
        write("/b", "b");
        directory("/d");
        directory("/full");
        write("/full/x", "x");
        assertTransferFails(FsException.Kind.ALREADY_EXISTS, "/a", "/b", TransferOptions.CREATE_NEW);
        assertTransferFails(FsException.Kind.ALREADY_EXISTS, "/d", "/full", TransferOptions.CREATE_NEW);
        assertTransferFails(FsException.Kind.INVALID_NAME, "/a", "/a", TransferOptions.OVERWRITE);
        assertTransferFails(FsException.Kind.INVALID_NAME, "/", "/d", TransferOptions.OVERWRITE);
        assertTransferFails(FsException.Kind.INVALID_NAME, "/d", "/", TransferOptions.OVERWRITE);
        assertTransferFails(FsException.Kind.BUSY, "/d", "/d/e", TransferOptions.OVERWRITE);
        assertTransferFails(FsException.Kind.IS_A_DIRECTORY, "/a", "/d", TransferOptions.OVERWRITE);
        assertTransferFails(FsException.Kind.NOT_A_DIRECTORY, "/d", "/a", TransferOptions.OVERWRITE);
        assertFails(FsException.Kind.NOT_EMPTY, () -> store.move(path("/d"), path("/full"), TransferOptions.OVERWRITE));
        assertThat(walked(FsPath.ROOT)).containsExactly("/a", "/b", "/d", "/full", "/full/x");
        assertThat(text("/b")).isEqualTo("b");
    }

    private void assertTransferFails(FsException.Kind kind, String source, String target, TransferOptions options) {
        assertFails(kind, () -> store.copy(path(source), path(target), options));
        assertFails(kind, () -> store.move(path(source), path(target), options));
    }

    @Test
    void theRoomIsToldOrRefused() throws FsException {
        if (store.capabilities().has(Capability.SPACE)) {
            Space space = store.space();
            assertThat(space.total()).isPositive();
            assertThat(space.free()).isBetween(0L, space.total());
        } else {
            assertFails(FsException.Kind.UNSUPPORTED, () -> store.space());
        }
    }

    @Test
    void whatIsNotDeclaredIsUnsupported() throws IOException {
        Capabilities capabilities = store.capabilities();
        if (!capabilities.has(Capability.WRITE)) {
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> write("/a", ""),
                    () -> directory("/d"),
                    () -> link("/l", "x"),
                    () -> store.copy(path("/a"), path("/b"), TransferOptions.OVERWRITE),
                    () -> store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE),
                    () -> store.remove(path("/a"), Preconditions.NONE))) {
                assertFails(FsException.Kind.UNSUPPORTED, call);
            }
            return;
        }
        if (!capabilities.has(Capability.SYMLINKS)) {
            assertFails(FsException.Kind.UNSUPPORTED, () -> link("/l", "x"));
        }
        write("/a", "x");
        for (AttributeChange change : List.of(
                mode(0600),
                modified(Instant.EPOCH),
                new AttributeChange(null, null, new Owner(1, 2), null),
                new AttributeChange(null, null, null, "text/plain"))) {
            if (!change.equals(change.keptBy(capabilities))) {
                assertFails(FsException.Kind.UNSUPPORTED, () -> store.change(path("/a"), change, Preconditions.NONE));
                assertFails(FsException.Kind.UNSUPPORTED, () -> write("/b", "", change));
                assertFails(
                        FsException.Kind.UNSUPPORTED, () -> store.makeDirectory(path("/d"), WriteOptions.of(change)));
            }
        }
        assertThat(names(FsPath.ROOT)).containsExactly("a");
    }

    @Test
    void aClosedStoreIsUnavailable() throws FsException {
        store.close();
        assertFails(FsException.Kind.UNAVAILABLE, () -> store.stat(FsPath.ROOT));
        assertFails(FsException.Kind.UNAVAILABLE, () -> store.list(FsPath.ROOT).close());
        assertFails(FsException.Kind.UNAVAILABLE, () -> store.read(path("/a")).close());
    }

    protected final void writable() {
        has(Capability.WRITE);
    }

    protected final void has(Capability capability) {
        assumeTrue(store.capabilities().has(capability), () -> "no " + capability);
    }

    protected static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    protected final Node write(String path, String text) throws FsException {
        return write(path, text, AttributeChange.NONE);
    }

    protected final Node write(String path, String text, AttributeChange attributes) throws FsException {
        return store.write(path(path), Body.of(text.getBytes(StandardCharsets.UTF_8)), WriteOptions.of(attributes));
    }

    protected final Node directory(String path) throws FsException {
        return store.makeDirectory(path(path), WriteOptions.DEFAULT);
    }

    protected final Node link(String path, String target) throws FsException {
        return store.link(path(path), target, WriteOptions.DEFAULT);
    }

    protected static AttributeChange mode(int permissions) {
        return new AttributeChange(new Mode(permissions), null, null, null);
    }

    protected static AttributeChange modified(Instant time) {
        return new AttributeChange(null, time, null, null);
    }

    protected final String text(String path) throws IOException {
        return new String(bytes(path), StandardCharsets.UTF_8);
    }

    protected final byte[] bytes(String path) throws IOException {
        try (Content content = store.read(path(path))) {
            return bytes(content.body());
        }
    }

    protected static byte[] bytes(Body body) throws IOException {
        try (InputStream in = body.open()) {
            return in.readAllBytes();
        }
    }

    protected final List<String> names(FsPath directory) throws FsException {
        try (Listing listing = store.list(directory)) {
            List<String> names = new ArrayList<>();
            for (Node node = listing.next(); node != null; node = listing.next()) {
                names.add(node.path().name());
            }
            return names;
        }
    }

    protected final List<String> walked(FsPath directory) throws FsException {
        try (Listing listing = store.walk(directory)) {
            List<String> paths = new ArrayList<>();
            for (Node node = listing.next(); node != null; node = listing.next()) {
                paths.add(node.path().toString());
            }
            return paths;
        }
    }

    protected static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** A body that says how long it is, truly or not. */
    protected static Body body(byte[] bytes, long declared) {
        Body body = Body.of(bytes);
        return new Body() {
            @Override
            public long length() {
                return declared;
            }

            @Override
            public InputStream open() throws IOException {
                return body.open();
            }
        };
    }

    /** A body that gives 100,000 bytes and fails. */
    protected static Body broken(FsException.Kind kind) {
        return new Body() {
            @Override
            public long length() {
                return 200_000;
            }

            @Override
            public InputStream open() {
                return new InputStream() {
                    private int given;

                    @Override
                    public int read() throws IOException {
                        byte[] one = new byte[1];
                        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        if (given >= 100_000) {
                            throw new FsException(kind, "body", FsPath.ROOT);
                        }
                        int count = Math.min(length, 100_000 - given);
                        given += count;
                        return count;
                    }
                };
            }
        };
    }

    protected static void assertFails(FsException.Kind kind, ThrowingCallable call) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure of kind %s", kind).isNotNull();
        assertThat(failure.kind()).as(String.valueOf(failure)).isEqualTo(kind);
    }

    private void assertTime(Node node, Instant time) {
        assertThat(node.modified()).isBetween(time.minus(store.capabilities().timePrecision()), time);
    }
}
