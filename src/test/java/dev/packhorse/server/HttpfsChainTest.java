package dev.packhorse.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.policy.overlay.OverlayStore;
import dev.packhorse.policy.overlay.OverlayTable;
import dev.packhorse.policy.overlay.TestDatabase;
import dev.packhorse.store.httpfs.HttpfsOptions;
import dev.packhorse.store.httpfs.HttpfsStore;
import dev.packhorse.store.local.LocalStore;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways in a row, each with its overlay and its database: what the first shows is what the second has. */
class HttpfsChainTest {

    private static final Instant TIME = Instant.parse("2024-02-29T23:59:58.123456Z");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final TestDatabase nearDatabase = new TestDatabase();
    private final TestDatabase farDatabase = new TestDatabase();
    private final OverlayTable nearTable = table(nearDatabase);
    private final OverlayTable farTable = table(farDatabase);

    @SuppressWarnings("NullAway.Init")
    private Store far;

    @SuppressWarnings("NullAway.Init")
    private HttpfsServer server;

    @SuppressWarnings("NullAway.Init")
    private Store near;

    private static OverlayTable table(TestDatabase database) {
        return new OverlayTable(database, InstantSource.system(), OverlayTable.DEFAULT_RETENTION);
    }

    @BeforeEach
    void chain() throws Exception {
        Store local = LocalStore.open(Files.createDirectory(folder.resolve("x")), LocalStore.Options.DEFAULT);
        far = new OverlayStore(local, "file:x", farTable, OverlayStore.Options.TIMESTAMPS);
        server = new HttpfsServer(far);
        near = new OverlayStore(
                HttpfsStore.open(server.base(), HttpfsOptions.DEFAULT),
                "httpfs+http://far/x",
                nearTable,
                OverlayStore.Options.DEFAULT);
    }

    @AfterEach
    void stop() throws Exception {
        near.close();
        server.close();
        nearTable.close();
        farTable.close();
        nearDatabase.close();
        farDatabase.close();
    }

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    private static void assertFails(Kind kind, ThrowingCallable call) {
        FsException failure = catchThrowableOfType(FsException.class, call);
        assertThat(failure).as("a failure of kind %s", kind).isNotNull();
        assertThat(failure.kind()).as(String.valueOf(failure)).isEqualTo(kind);
    }

    private static Preconditions at(long micros) {
        return new Preconditions(null, null, null, micros);
    }

    @Test
    void nodesAreThoseOfTheFarStore() throws IOException {
        AttributeChange attributes = new AttributeChange(new Mode(04750), TIME, null, null);
        near.makeDirectory(path("/d"), WriteOptions.of(attributes));
        Node written = near.write(path("/d/a"), Body.of(new byte[100_000]), new WriteOptions(attributes, at(5)));
        near.link(path("/d/l"), "../a\n", WriteOptions.DEFAULT);

        assertThat(written).isEqualTo(far.stat(path("/d/a")));
        assertThat(written.modified()).isEqualTo(TIME);
        assertThat(written.changeTimestamp()).isEqualTo(5);
        for (String each : List.of("/", "/d", "/d/a", "/d/l")) {
            assertThat(near.stat(path(each))).isEqualTo(far.stat(path(each)));
        }
        try (Listing nearby = near.walk(FsPath.ROOT);
                Listing there = far.walk(FsPath.ROOT)) {
            for (Node node = there.next(); node != null; node = there.next()) {
                assertThat(nearby.next()).isEqualTo(node);
            }
            assertThat(nearby.next()).isNull();
        }
        try (Content content = near.read(path("/d/a"))) {
            assertThat(content.node()).isEqualTo(written);
        }
        assertThat(near.capabilities().has(Capability.ETAGS)).isTrue();
    }

    @Test
    void theOrderOfChangesIsThatOfTheFarGateway() throws IOException {
        near.write(path("/a"), Body.of(new byte[1]), WriteOptions.of(at(10)));
        assertFails(Kind.STALE, () -> far.write(path("/a"), Body.of(new byte[2]), WriteOptions.of(at(9))));
        far.write(path("/a"), Body.of(new byte[3]), WriteOptions.of(at(20)));
        for (ThrowingCallable late : List.<ThrowingCallable>of(
                () -> near.write(path("/a"), Body.of(new byte[4]), WriteOptions.of(at(19))),
                () -> near.write(path("/a"), Body.of(new byte[4_000_000]), WriteOptions.of(at(19))),
                () -> near.link(path("/a"), "x", WriteOptions.of(at(19))),
                () -> near.change(path("/a"), new AttributeChange(new Mode(0600), null, null, null), at(19)),
                () -> near.move(path("/a"), path("/b"), new TransferOptions(true, at(19))),
                () -> near.remove(path("/a"), at(19)))) {
            assertFails(Kind.STALE, late);
        }
        assertThat(near.stat(path("/a")).size()).isEqualTo(3);
        assertThat(near.stat(path("/a")).changeTimestamp()).isEqualTo(20);
        near.remove(path("/a"), at(30));
        assertFails(Kind.STALE, () -> far.write(path("/a"), Body.of(new byte[5]), WriteOptions.of(at(29))));
        assertFails(Kind.STALE, () -> near.write(path("/a"), Body.of(new byte[5]), WriteOptions.of(at(29))));
    }

    @Test
    void aLargeBodyThatMayNotBeWrittenIsNotSent() throws IOException {
        Node old = near.write(path("/a"), Body.of(new byte[1]), WriteOptions.DEFAULT);
        Body large = Body.of(new byte[32 << 20]);
        Preconditions other = new Preconditions(new EtagMatch(false, List.of("x")), null, null, null);

        assertFails(Kind.PRECONDITION_FAILED, () -> near.write(path("/a"), large, WriteOptions.of(other)));
        assertFails(
                Kind.PRECONDITION_FAILED,
                () -> near.write(path("/a"), large, WriteOptions.of(Preconditions.MUST_NOT_EXIST)));
        near.makeDirectory(path("/d"), WriteOptions.DEFAULT);
        assertFails(Kind.IS_A_DIRECTORY, () -> near.write(path("/d"), large, WriteOptions.DEFAULT));
        assertThat(near.stat(path("/a"))).isEqualTo(old);
    }

    @Test
    void mediaTypesTravelBothWays() throws IOException {
        try (HttpfsServer memory = new HttpfsServer(new MemoryStore(1 << 20));
                Store client = HttpfsStore.open(memory.base(), HttpfsOptions.DEFAULT)) {
            AttributeChange type = new AttributeChange(null, null, null, "application/x-directory");
            Node node = client.write(path("/a"), Body.of(new byte[1]), WriteOptions.of(type));
            assertThat(node.isFile()).isTrue();
            assertThat(node.mediaType()).isEqualTo("application/x-directory");
            AttributeChange other = new AttributeChange(null, null, null, "text/x-verse");
            assertThat(client.change(path("/a"), other, Preconditions.NONE).mediaType())
                    .isEqualTo("text/x-verse");
            assertThat(client.write(path("/b.txt"), Body.of(new byte[1]), WriteOptions.DEFAULT)
                            .mediaType())
                    .as("what is only guessed was not given")
                    .isNull();
        }
    }

    @Test
    void tenThousandDirectoriesAreOneRequest() throws IOException {
        MemoryStore many = new MemoryStore(256L << 20);
        for (int i = 0; i < 100; i++) {
            many.makeDirectory(path("/" + i), WriteOptions.DEFAULT);
            for (int j = 0; j < 99; j++) {
                many.makeDirectory(path("/" + i + "/" + j), WriteOptions.DEFAULT);
            }
            many.write(path("/" + i + "/file"), Body.of(new byte[i]), WriteOptions.DEFAULT);
        }
        try (HttpfsServer large = new HttpfsServer(many);
                Store client = HttpfsStore.open(large.base(), HttpfsOptions.DEFAULT)) {
            large.heard.clear();
            try (Listing walk = client.walk(FsPath.ROOT);
                    Listing expected = many.walk(FsPath.ROOT)) {
                int count = 0;
                for (Node node = walk.next(); node != null; node = walk.next()) {
                    assertThat(node).isEqualTo(expected.next());
                    count++;
                }
                assertThat(count).isEqualTo(10_100);
            }
            assertThat(large.heard).containsExactly("GET /...");
        }
    }

    @Test
    void namesComeThroughByteForByte() throws IOException {
        for (String name : List.of(
                " ",
                "a ",
                " a",
                "\"",
                "%",
                "%41",
                "?",
                "#",
                "+",
                "&",
                ";",
                "\\",
                ".x",
                "..x",
                "....",
                "a:",
                "😀",
                "e\u0301",
                "\u00e9",
                "\u05d0",
                "x".repeat(255),
                "a.",
                "[",
                "*",
                "~",
                "'")) {
            near.write(path("/" + name), Body.of(name.getBytes(UTF_8)), WriteOptions.DEFAULT);
            near.move(path("/" + name), path("/moved"), TransferOptions.CREATE_NEW);
            near.move(path("/moved"), path("/" + name), TransferOptions.CREATE_NEW);
            try (Content content = near.read(path("/" + name));
                    InputStream in = content.body().open()) {
                assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo(name);
            }
        }
        try (Listing nearby = near.list(FsPath.ROOT);
                Listing there = far.list(FsPath.ROOT)) {
            for (Node node = there.next(); node != null; node = there.next()) {
                assertThat(nearby.next()).isEqualTo(node);
            }
            assertThat(nearby.next()).isNull();
        }
    }
}
