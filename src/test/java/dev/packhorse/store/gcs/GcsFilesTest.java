package dev.packhorse.store.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a bucket holds for what a client does, how many requests that takes, what others have put there, and a service in trouble. */
class GcsFilesTest {

    private static final int LARGE = 20 << 20;

    @SuppressWarnings("NullAway.Init")
    private GcsServer server;

    @SuppressWarnings("NullAway.Init")
    private GcsStore store;

    @BeforeEach
    void open() throws IOException {
        server = GcsServer.start("bucket");
        store = GcsStore.open("bucket", "", server.options());
        server.takeRequests();
    }

    @AfterEach
    void close() {
        store.close();
        server.close();
    }

    @Test
    void aReadIsTwoRequestsAndARangeOneMore() throws IOException {
        byte[] bytes = random(300_000);
        server.put("d/a", bytes, new JsonObject());
        try (Content content = store.read(path("/d/a"))) {
            assertThat(bytes(content.body())).isEqualTo(bytes);
        }
        assertThat(server.takeRequests()).containsExactly("GET object", "GET media");
        try (Content content = store.read(path("/d/a"))) {
            assertThat(bytes(content.body(new ByteRange(200_000, 10))))
                    .isEqualTo(Arrays.copyOfRange(bytes, 200_000, 200_010));
        }
        assertThat(server.takeRequests()).containsExactly("GET object", "GET media", "GET media");
    }

    @Test
    void aSmallWriteIsOneRequestBehindALookAtWhatIsThere() throws IOException {
        store.write(path("/a"), Body.of(random(600)), WriteOptions.DEFAULT);
        server.takeRequests();
        store.write(path("/a"), Body.of(random(600)), WriteOptions.DEFAULT);
        assertThat(server.takeRequests()).containsExactly("GET object", "POST multipart");
    }

    @Test
    void oneLevelOfALargeTreeIsOneRequestAndShowsAllMetadata() throws IOException {
        AttributeChange change =
                new AttributeChange(new Mode(0640), Instant.parse("2001-02-03T04:05:06.5Z"), new Owner(7, 8), "a/b");
        store.write(path("/a"), Body.of(random(3)), WriteOptions.of(change));
        store.link(path("/l"), "a", WriteOptions.DEFAULT);
        store.makeDirectory(
                path("/d"), WriteOptions.of(new AttributeChange(new Mode(0700), Instant.EPOCH, null, null)));
        for (int i = 0; i < 2500; i++) {
            server.put("d/deep/" + i, new byte[0], new JsonObject());
        }
        server.takeRequests();
        List<Node> nodes = nodes(store.list(FsPath.ROOT));
        assertThat(server.takeRequests()).containsExactly("GET list");
        for (Node node : nodes) {
            assertThat(node).isEqualTo(store.stat(node.path()));
        }
        assertThat(nodes).extracting(node -> node.path().name()).containsExactly("a", "d", "l");
        server.takeRequests();
        assertThat(nodes(store.walk(FsPath.ROOT))).hasSize(2504);
        assertThat(server.takeRequests()).containsExactly("GET list", "GET list", "GET list");
    }

    @Test
    void smallPagesChangeNothingInTheOrder() throws IOException {
        for (String key : List.of("a-b", "a.d", "a/c", "a0", "b/", "😀", "\uE000", "é/x", "c//d", "d_$folder$")) {
            server.put(key, new byte[0], new JsonObject());
        }
        for (int page : new int[] {1, 2, 1000}) {
            server.page(page);
            assertThat(nodes(store.list(FsPath.ROOT)))
                    .extracting(node -> node.path().toString())
                    .containsExactly("/a", "/a-b", "/a.d", "/a0", "/b", "/c", "/é", "/\uE000", "/😀");
            assertThat(nodes(store.walk(FsPath.ROOT)))
                    .extracting(node -> node.path().toString())
                    .containsExactly("/a", "/a-b", "/a.d", "/a/c", "/a0", "/b", "/c", "/é", "/é/x", "/\uE000", "/😀");
        }
    }

    @Test
    void metadataIsThatOfS3fs() throws IOException {
        AttributeChange change = new AttributeChange(
                new Mode(0640), Instant.parse("2001-02-03T04:05:06.5Z"), new Owner(1000, 1001), "text/x-verse");
        store.write(path("/a"), Body.of(new byte[1]), WriteOptions.of(change));
        assertThat(resource("a").getAsJsonObject("metadata").asMap())
                .isEqualTo(Map.of(
                        "mode", new JsonPrimitive("33184"),
                        "uid", new JsonPrimitive("1000"),
                        "gid", new JsonPrimitive("1001"),
                        "mtime", new JsonPrimitive("981173106.500000000")));
        assertThat(resource("a").get("contentType").getAsString()).isEqualTo("text/x-verse");
        // What is usual again is taken away by name.
        store.change(path("/a"), new AttributeChange(Mode.FILE_DEFAULT, null, null, null), Preconditions.NONE);
        assertThat(resource("a").getAsJsonObject("metadata").has("mode")).isFalse();
    }

    @Test
    void aLargeBodyOfUnknownLengthIsAResumableUpload() throws IOException {
        byte[] bytes = random(LARGE + 1);
        Node node = store.write(path("/large"), unknown(bytes, null), WriteOptions.DEFAULT);
        assertThat(server.takeRequests())
                .containsExactly(
                        "GET object",
                        "GET list",
                        "POST resumable",
                        "PUT session",
                        "PUT session",
                        "PUT session",
                        "GET object");
        assertThat(node).isEqualTo(store.stat(path("/large")));
        assertThat(read("/large")).isEqualTo(bytes);
        assertThat(server.sessions()).isZero();
    }

    @Test
    void aBodyThatBreaksCancelsItsUpload() throws IOException {
        store.write(path("/a"), Body.of(new byte[] {1}), WriteOptions.DEFAULT);
        assertFails(
                Kind.IO,
                () -> store.write(path("/a"), unknown(random(LARGE), new IOException("cut")), WriteOptions.DEFAULT));
        assertThat(server.takeRequests()).endsWith("DELETE session");
        assertThat(server.sessions()).isZero();
        assertThat(read("/a")).containsExactly(1);
    }

    @Test
    void anUploadGoesOnBehindFailuresThatPass() throws IOException {
        byte[] bytes = random(LARGE);
        server.fail("PUT session", 503, 502);
        server.fail("POST resumable", 503);
        store.write(path("/large"), unknown(bytes, null), WriteOptions.DEFAULT);
        assertThat(read("/large")).isEqualTo(bytes);
    }

    @Test
    void ofLargeFilesThatMayNotReplaceOneEachOtherOneWins() throws IOException {
        byte[] bytes = random(LARGE);
        WriteOptions createNew = new WriteOptions(AttributeChange.NONE, Preconditions.MUST_NOT_EXIST);
        Body late = new Body() {
            @Override
            public long length() {
                return UNKNOWN;
            }

            @Override
            public InputStream open() {
                InputStream end = new End() {
                    @Override
                    void reached() {
                        // Somebody else is faster.
                        server.put("a", new byte[] {7}, new JsonObject());
                    }
                };
                return new SequenceInputStream(new ByteArrayInputStream(bytes), end);
            }
        };
        assertFails(Kind.PRECONDITION_FAILED, () -> store.write(path("/a"), late, createNew));
        assertThat(read("/a")).containsExactly(7);
        assertThat(server.sessions()).isZero();
    }

    @Test
    void anEtagHoldsAgainstWritersThatKnowNothingOfIt() throws IOException {
        Node seen = store.write(path("/a"), Body.of(new byte[] {1}), WriteOptions.DEFAULT);
        Preconditions same =
                new Preconditions(new EtagMatch(false, List.of(String.valueOf(seen.etag()))), null, null, null);
        server.put("a", new byte[] {2}, new JsonObject());
        assertFails(
                Kind.PRECONDITION_FAILED,
                () -> store.write(path("/a"), Body.of(new byte[] {3}), new WriteOptions(AttributeChange.NONE, same)));
        assertFails(Kind.PRECONDITION_FAILED, () -> store.remove(path("/a"), same));
        assertThat(read("/a")).containsExactly(2);
    }

    @Test
    void aConditionalChangeWhoseAnswerIsLostMeetsItsOwn() throws IOException {
        WriteOptions createNew = new WriteOptions(AttributeChange.NONE, Preconditions.MUST_NOT_EXIST);
        server.lose("POST multipart");
        Node made = store.write(path("/a"), Body.of(new byte[] {1}), createNew);
        assertThat(store.stat(path("/a"))).isEqualTo(made);
        server.lose("POST rewrite");
        store.copy(path("/a"), path("/b"), TransferOptions.CREATE_NEW);
        assertThat(read("/b")).containsExactly(1);
        server.lose("DELETE object");
        store.remove(
                path("/a"),
                new Preconditions(new EtagMatch(false, List.of(String.valueOf(made.etag()))), null, null, null));
        assertThat(server.keys()).containsExactly("b");
    }

    @Test
    void aDirectoryThatSomebodyElseMakesMeanwhileIsNotCreatedOnceMore() throws IOException {
        WriteOptions createNew = new WriteOptions(AttributeChange.NONE, Preconditions.MUST_NOT_EXIST);
        AtomicInteger looks = new AtomicInteger();
        server.before("GET object", () -> {
            if (looks.incrementAndGet() == 2) {
                server.put("d/", new byte[0], new JsonObject());
            }
        });
        assertFails(Kind.PRECONDITION_FAILED, () -> store.makeDirectory(path("/d"), createNew));
        assertThat(looks).hasValue(2);
    }

    @Test
    void aLargeCopyIsRewrittenInSeveralSteps() throws IOException {
        byte[] bytes = random(5 << 20);
        JsonObject resource = new JsonObject();
        resource.addProperty("contentType", "video/mpeg");
        resource.addProperty("cacheControl", "no-store");
        resource.addProperty("storageClass", "NEARLINE");
        server.put("a", bytes, resource);
        Node before = store.stat(path("/a"));
        server.takeRequests();
        Node moved = store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE);
        assertThat(server.takeRequests()).filteredOn("POST rewrite"::equals).hasSize(5);
        assertThat(moved.etag()).isEqualTo(before.etag());
        assertThat(moved.modified()).isEqualTo(before.modified());
        assertThat(resource("b").get("cacheControl").getAsString()).isEqualTo("no-store");
        assertThat(resource("b").get("storageClass").getAsString()).isEqualTo("NEARLINE");
        assertThat(server.keys()).containsExactly("b");
        // A new content has a tag of its own.
        assertThat(store.write(path("/b"), Body.of(bytes), WriteOptions.DEFAULT).etag())
                .isNotEqualTo(before.etag());
    }

    @Test
    void aTreeIsRemovedAHundredAtATimeAndWhatFailsOnceIsRepeated() throws IOException {
        for (int i = 0; i < 250; i++) {
            server.put("d/" + i, new byte[0], new JsonObject());
        }
        server.put("e", new byte[0], new JsonObject());
        server.fail("batched", 503);
        server.takeRequests();
        store.remove(path("/d"), Preconditions.NONE);
        assertThat(server.takeRequests()).filteredOn("POST batch"::equals).hasSize(3);
        assertThat(server.keys()).containsExactly("e");
        server.put("d/x", new byte[0], new JsonObject());
        server.fail("batched", 403);
        assertFails(Kind.PERMISSION_DENIED, () -> store.remove(path("/d"), Preconditions.NONE));
    }

    @Test
    void whatIsKeptPackedIsReadAsItIsKept() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(new byte[200_000]);
        }
        JsonObject resource = new JsonObject();
        resource.addProperty("contentEncoding", "gzip");
        server.put("a.gz", packed.toByteArray(), resource);
        assertThat(read("/a.gz")).isEqualTo(packed.toByteArray());
    }

    @Test
    void aContentThatIsOpenStaysTheGenerationThatItWas() throws IOException {
        server.put("a", random(LARGE), new JsonObject());
        try (Content content = store.read(path("/a"))) {
            server.put("a", new byte[LARGE], new JsonObject());
            // The rest of the answer is the old one; what must be asked for again is gone.
            assertFails(Kind.IO, () -> bytes(content.body(new ByteRange(LARGE - 10, 10))));
        }
    }

    @Test
    void anAnswerThatIsCutIsContinuedOrFails() throws IOException {
        byte[] bytes = random(LARGE);
        server.put("a", bytes, new JsonObject());
        server.cutAfter(6 << 20);
        assertThat(read("/a")).isEqualTo(bytes);
        try (Content content = store.read(path("/a"));
                InputStream in = content.body().open()) {
            in.readNBytes(1 << 20);
            server.close();
            assertFails(Kind.UNAVAILABLE, in::readAllBytes);
        }
    }

    @Test
    void aServiceThatDiesInTheMiddleOfAWriteIsUnavailable() throws IOException {
        Body body = new Body() {
            @Override
            public long length() {
                return UNKNOWN;
            }

            @Override
            public InputStream open() {
                InputStream end = new End() {
                    @Override
                    void reached() {
                        server.close();
                    }
                };
                return new SequenceInputStream(new ByteArrayInputStream(random(LARGE)), end);
            }
        };
        assertFails(Kind.UNAVAILABLE, () -> store.write(path("/a"), body, WriteOptions.DEFAULT));
    }

    @Test
    void aConnectionThatIsCutIsTriedAgain() throws IOException {
        server.put("a", new byte[] {1}, new JsonObject());
        server.fail("GET object", 0, 503);
        assertThat(read("/a")).containsExactly(1);
        server.fail("GET object", 503, 503, 503, 503);
        assertFails(Kind.UNAVAILABLE, () -> store.stat(path("/a")));
        server.fail("GET object", 403);
        assertFails(Kind.PERMISSION_DENIED, () -> store.stat(path("/a")));
    }

    @Test
    void aServiceThatSaysNothingTimesOut() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            GcsOptions options = new GcsOptions(
                    URI.create("http://127.0.0.1:" + silent.getLocalPort()),
                    null,
                    true,
                    Duration.ofMillis(300),
                    Duration.ofMillis(300),
                    0);
            assertFails(Kind.TIMEOUT, () -> GcsStore.open("bucket", "", options));
        }
    }

    @Test
    void aBucketThatIsMissingIsToldAtTheStart() {
        assertThatThrownBy(() -> GcsStore.open("other", "", server.options()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the bucket 'other' cannot be opened: there is no such bucket");
        GcsStore later = GcsStore.openLater("other", "", server.options());
        assertFails(Kind.UNAVAILABLE, () -> later.stat(path("/a")));
        assertFails(Kind.UNAVAILABLE, () -> later.list(FsPath.ROOT));
        later.close();
    }

    @Test
    void aPrefixHoldsItsKeysTogether() throws IOException {
        try (GcsStore below = GcsStore.open("bucket", "/x/y/", server.options())) {
            below.write(path("/a"), Body.of(new byte[1]), WriteOptions.DEFAULT);
            assertThat(server.keys()).containsExactly("x/y/a");
            assertFails(
                    Kind.INVALID_NAME,
                    () -> below.stat(path("/" + "n".repeat(255) + "/" + ("é".repeat(127) + "/").repeat(4))));
        }
    }

    private JsonObject resource(String key) {
        JsonObject resource = server.resource(key);
        if (resource == null) {
            throw new AssertionError("no object " + key);
        }
        return resource;
    }

    private static FsPath path(String text) {
        try {
            return FsPath.parse(text);
        } catch (FsException e) {
            throw new AssertionError(text, e);
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static Body unknown(byte[] bytes, @Nullable IOException failure) {
        return new Body() {
            @Override
            public long length() {
                return UNKNOWN;
            }

            @Override
            public InputStream open() {
                InputStream end = new End() {
                    @Override
                    void reached() throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                    }
                };
                return new SequenceInputStream(new ByteArrayInputStream(bytes), end);
            }
        };
    }

    private byte[] read(String path) throws IOException {
        try (Content content = store.read(path(path))) {
            return bytes(content.body());
        }
    }

    private static byte[] bytes(Body body) throws IOException {
        try (InputStream in = body.open()) {
            return in.readAllBytes();
        }
    }

    private static List<Node> nodes(Listing listing) throws FsException {
        try (listing) {
            List<Node> nodes = new ArrayList<>();
            for (Node node = listing.next(); node != null; node = listing.next()) {
                nodes.add(node);
            }
            return nodes;
        }
    }

    private static void assertFails(Kind kind, ThrowingCallable operation) {
        assertThatThrownBy(operation)
                .isInstanceOfSatisfying(
                        FsException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    /** The end of a body, at which something happens. */
    private abstract static class End extends InputStream {

        abstract void reached() throws IOException;

        @Override
        public final int read() throws IOException {
            reached();
            return -1;
        }

        @Override
        public final int read(byte[] buffer, int offset, int length) throws IOException {
            return read();
        }
    }
}
