package dev.packhorse.policy.observe;

import static dev.packhorse.fs.ForwardingStoreTest.assertOverridesEveryOperation;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.FileSlice;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Permissions;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.identity.Caller;
import dev.packhorse.store.local.LocalStore;
import dev.packhorse.store.memory.MemoryStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditStoreTest {

    static final Origin ORIGIN = new Origin(
            new Caller("ada", Set.of("family"), InetAddress.getLoopbackAddress(), null), "httpfs", "/photos", 17L);

    @TempDir
    Path folder;

    private final TestOutput output = new TestOutput();
    private final FaultyStore below = new FaultyStore(new MemoryStore(4 << 20));

    @SuppressWarnings("NullAway.Init")
    private AuditLog log;

    @SuppressWarnings("NullAway.Init")
    private Store store;

    @BeforeEach
    void open() throws Exception {
        log = AuditLog.to(output, AuditLog.Options.DEFAULT);
        store = new AuditStore(below, log, ORIGIN);
    }

    @AfterEach
    void close() {
        log.close();
    }

    /** What the log says, after all of it is written. */
    private List<Map<String, Object>> lines() throws Exception {
        log.close();
        return output.lines();
    }

    private Map<String, Object> line() throws Exception {
        List<Map<String, Object>> lines = lines();
        assertThat(lines).hasSize(1);
        return lines.get(0);
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    private static Body body(String text) {
        return Body.of(text.getBytes(UTF_8));
    }

    @Test
    void everyOperationIsOverridden() {
        assertOverridesEveryOperation(AuditStore.class);
    }

    /** A view of somebody who may do nothing and sees nothing. */
    private static final class Nobodys extends ForwardingStore implements Permissions {
        Nobodys(Store delegate) {
            super(delegate);
        }

        @Override
        public boolean mayDoSomething() {
            return false;
        }

        @Override
        public boolean mayWrite(FsPath path) {
            return false;
        }

        @Override
        public boolean mayRemove(FsPath path) {
            return false;
        }

        @Override
        public boolean mayDescribe(FsPath path) {
            return false;
        }

        @Override
        public boolean mayMoveAway(Node node) {
            return false;
        }

        @Override
        public boolean hidesIn(FsPath directory) {
            return true;
        }

        @Override
        public boolean isKnown() {
            return false;
        }

        @Override
        public String caller() {
            return "nobody";
        }
    }

    @Test
    void whatAFrontIsToldThatItMayNotDoIsALine() throws Exception {
        AuditStore view = new AuditStore(new Nobodys(below), log, ORIGIN);

        assertThat(view.mayWrite(path("/w"))).isFalse();
        assertThat(view.mayRemove(path("/r"))).isFalse();
        assertThat(view.mayMoveAway(below.stat(path("/")))).isFalse();
        assertThat(view.hidesIn(path("/"))).isTrue();
        assertThat(view.mayDescribe(path("/d"))).isFalse();
        assertThat(view.caller()).isEqualTo("nobody");

        assertThat(lines())
                .extracting(line -> line.get("operation"), line -> line.get("path"), line -> line.get("status"))
                .containsExactly(
                        tuple("write", "/w", "permission-denied"),
                        tuple("remove", "/r", "permission-denied"),
                        tuple("move", "/", "permission-denied"));
    }

    @Test
    void aLineSaysWhoDidWhatFromWhereAndWhatBecameOfIt() throws Exception {
        // When
        store.write(path("/a"), body("hello"), WriteOptions.DEFAULT);

        // Then
        Map<String, Object> line = line();
        assertThat(line)
                .containsEntry("caller", "ada")
                .containsEntry("address", "127.0.0.1")
                .containsEntry("protocol", "httpfs")
                .containsEntry("export", "/photos")
                .containsEntry("operation", "write")
                .containsEntry("path", "/a")
                .containsEntry("bytes", 5L)
                .containsEntry("status", "ok")
                .containsEntry("request", 17L)
                .containsOnlyKeys(
                        "time",
                        "caller",
                        "address",
                        "protocol",
                        "export",
                        "operation",
                        "path",
                        "bytes",
                        "status",
                        "ms",
                        "request");
        assertThat(String.valueOf(line.get("time"))).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat((Double) Objects.requireNonNull(line.get("ms"))).isNotNegative();
    }

    @Test
    void everyChangeIsALineWithBothItsPaths() throws Exception {
        // When
        store.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        store.write(path("/a"), body("hello"), WriteOptions.DEFAULT);
        store.link(path("/l"), "nowhere", WriteOptions.DEFAULT);
        store.change(path("/a"), new AttributeChange(new Mode(0600), null, null, null), Preconditions.NONE);
        store.copy(path("/a"), path("/b"), TransferOptions.CREATE_NEW);
        store.copy(path("/d"), path("/e"), TransferOptions.CREATE_NEW);
        store.move(path("/b"), path("/c"), TransferOptions.CREATE_NEW);
        store.remove(path("/c"), Preconditions.NONE);

        // Then
        assertThat(lines())
                .allSatisfy(line -> assertThat(line).containsEntry("status", "ok"))
                .extracting(
                        line -> line.get("operation"),
                        line -> line.get("path"),
                        line -> line.get("target"),
                        line -> line.get("bytes"))
                .containsExactly(
                        tuple("makeDirectory", "/d", null, null),
                        tuple("write", "/a", null, 5L),
                        tuple("link", "/l", null, 7L),
                        tuple("change", "/a", null, null),
                        tuple("copy", "/a", "/b", 5L),
                        tuple("copy", "/d", "/e", null),
                        tuple("move", "/b", "/c", null),
                        tuple("remove", "/c", null, null));
    }

    /** Before anybody is told of it. */
    @Test
    void theLineOfAChangeIsWrittenWhenTheOperationReturns() throws Exception {
        // When
        store.write(path("/a"), body("hello"), WriteOptions.DEFAULT);

        // Then
        assertThat(output.lines())
                .singleElement()
                .satisfies(line -> assertThat(line).containsEntry("path", "/a"));
    }

    @Test
    void whatFailsIsALineWithTheKindOfTheFailure() throws Exception {
        for (Kind kind : Kind.values()) {
            below.fail("write", kind);
            below.fail("read", kind);
            assertThatThrownBy(() -> store.write(path("/" + kind), body("x"), WriteOptions.DEFAULT))
                    .isInstanceOf(FsException.class);
            assertThatThrownBy(() -> store.read(path("/" + kind))).isInstanceOf(FsException.class);
        }
        assertThat(lines())
                .hasSize(2 * Kind.values().length)
                .allSatisfy(line -> assertThat("/"
                                + String.valueOf(line.get("status"))
                                        .toUpperCase(Locale.ROOT)
                                        .replace('-', '_'))
                        .isEqualTo(line.get("path")));
    }

    @Test
    void aDownloadIsOneLineWithTheBytesThatWereTaken() throws Exception {
        // Given
        below.write(path("/a"), body("0123456789"), WriteOptions.DEFAULT);

        // When
        try (Content content = store.read(path("/a"))) {
            store.stat(path("/a"));
            try (InputStream in = content.body(new ByteRange(2, 6)).open()) {
                assertThat(in.readNBytes(4)).hasSize(4);
            }
            assertThat(output.text()).isEmpty();
        }

        // Then
        assertThat(line())
                .containsEntry("operation", "read")
                .containsEntry("bytes", 4L)
                .containsEntry("status", "ok");
    }

    @Test
    void bytesThatTheKernelSendsAreCounted() throws Exception {
        // Given
        Files.write(folder.resolve("a"), new byte[100_000]);
        store = new AuditStore(LocalStore.open(folder, LocalStore.Options.DEFAULT), log, ORIGIN);

        // When
        try (Content content = store.read(path("/a"))) {
            FileSlice slice = Objects.requireNonNull(content.body().slice());
            slice.channel().transferTo(0, 70_000, Channels.newChannel(new ByteArrayOutputStream()));
            slice.channel().read(ByteBuffer.allocate(1000), 70_000);
            try (InputStream in = slice.open()) {
                in.readNBytes(10);
            }
        }

        // Then
        assertThat(line()).containsEntry("bytes", 71_010L);
        store.close();
    }

    @Test
    void aStreamThatIsAChannelStaysOneAndIsCounted() throws Exception {
        // Given
        Content content = new AuditedContent(new ChannelContent(), new Observed(log, ORIGIN, "read", path("/a"), null));

        // When
        try (content;
                InputStream in = content.body(new ByteRange(0, 10)).open()) {
            assertThat(in).isInstanceOf(ReadableByteChannel.class);
            ((ReadableByteChannel) in).read(ByteBuffer.allocate(3));
        }

        // Then
        assertThat(line()).containsEntry("bytes", 3L);
    }

    @Test
    void aListingIsOneLineWithTheEntriesThatWereRead() throws Exception {
        // Given
        for (String each : List.of("/a", "/b", "/c")) {
            below.write(path(each), body(""), WriteOptions.DEFAULT);
        }

        // When
        try (Listing listing = store.list(FsPath.ROOT)) {
            listing.next();
            listing.next();
        }
        try (Listing listing = store.walk(FsPath.ROOT)) {
            while (listing.next() != null) {
                // Counted.
            }
        }

        // Then
        assertThat(lines())
                .extracting(line -> line.get("operation"), line -> line.get("entries"))
                .containsExactly(tuple("list", 2L), tuple("walk", 3L));
    }

    @Test
    void whatBreaksInTheMiddleIsALineWithWhatCameBefore() throws Exception {
        // Given
        below.write(path("/a"), body("0123456789"), WriteOptions.DEFAULT);
        below.breakReadsAfter(7);

        // When
        try (Content content = store.read(path("/a"));
                InputStream in = content.body().open()) {
            assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
        }

        // Then
        assertThat(line()).containsEntry("bytes", 7L).doesNotContainEntry("status", "ok");
    }

    @Test
    void looksAreNoLinesUnlessTheyAreDenied() throws Exception {
        // When
        store.stat(FsPath.ROOT);
        assertThatThrownBy(() -> store.stat(path("/none"))).isInstanceOf(FsException.class);
        store.space();
        below.fail("stat", Kind.PERMISSION_DENIED);
        assertThatThrownBy(() -> store.stat(path("/secret"))).isInstanceOf(FsException.class);

        // Then
        assertThat(line())
                .containsEntry("operation", "stat")
                .containsEntry("path", "/secret")
                .containsEntry("status", "permission-denied");
    }

    @Test
    void looksAreLinesOnDemand() throws Exception {
        // Given
        AuditLog.Options usual = AuditLog.Options.DEFAULT;
        AuditLog all = AuditLog.to(output, new AuditLog.Options(true, usual.whenFull(), usual.patience()));
        Store looked = new AuditStore(below, all, ORIGIN);

        // When
        looked.stat(FsPath.ROOT);
        looked.space();
        all.close();

        // Then
        assertThat(output.lines()).extracting(line -> line.get("operation")).containsExactly("stat", "space");
    }

    @Test
    void somebodyWithoutANameIsAnonymous() throws Exception {
        // Given
        Store seen = new AuditStore(
                below,
                log,
                new Origin(Caller.anonymous(InetAddress.getByName("2001:db8::1")), "replay", "/shows", null));

        // When
        seen.makeDirectory(path("/d"), WriteOptions.DEFAULT);

        // Then
        assertThat(line())
                .containsEntry("caller", "anonymous")
                .containsEntry("address", "2001:db8:0:0:0:0:0:1")
                .doesNotContainKey("request");
    }

    /** Ten bytes from a stream that is a channel. */
    private static final class ChannelContent implements Content {

        @Override
        public Node node() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Body body(ByteRange range) {
            return new Body() {
                @Override
                public long length() {
                    return range.length();
                }

                @Override
                public InputStream open() {
                    return new Both();
                }
            };
        }

        @Override
        public void close() {}
    }

    private static final class Both extends ByteArrayInputStream implements ReadableByteChannel {

        Both() {
            super(new byte[10]);
        }

        @Override
        public int read(ByteBuffer to) {
            byte[] some = new byte[to.remaining()];
            int count = read(some, 0, some.length);
            to.put(some, 0, count);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }
    }
}
