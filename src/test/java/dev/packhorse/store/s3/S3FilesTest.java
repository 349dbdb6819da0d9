package dev.packhorse.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.Canary;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.object.Buffers;
import dev.packhorse.store.object.Condition;
import dev.packhorse.store.object.Headers;
import dev.packhorse.store.object.Upload;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/** What a bucket holds for what a client does, how many requests that takes, and what others have put there. */
class S3FilesTest {

    private static final int MIB = 1 << 20;

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static S3Server server;

    private final Requests requests = new Requests();
    private String bucket = "";

    @SuppressWarnings("NullAway.Init")
    private S3Store store;

    @BeforeAll
    static void startTheServer() throws Exception {
        server = S3Server.start(folder);
    }

    @AfterAll
    static void stopTheServer() throws Exception {
        server.close();
    }

    @BeforeEach
    void open() throws FsException {
        bucket = server.bucket();
        store = S3Store.open(bucket, "", server.options(), List.of(requests));
        requests.take();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aReadIsOneRequestAndARangeOneMore() throws IOException {
        byte[] bytes = random(300_000);
        put("d/a", bytes);
        try (Content content = store.read(path("/d/a"))) {
            assertThat(bytes(content.body())).isEqualTo(bytes);
        }
        assertThat(requests.take()).containsExactly("GetObject");
        try (Content content = store.read(path("/d/a"))) {
            assertThat(bytes(content.body(new ByteRange(200_000, 10))))
                    .isEqualTo(Arrays.copyOfRange(bytes, 200_000, 200_010));
        }
        assertThat(requests.take()).containsExactly("GetObject", "GetObject");
    }

    @Test
    void whatIsMissingIsToldInFourRequests() throws IOException {
        put("sessions/1/a", random(1));
        assertFails(Kind.NOT_FOUND, () -> store.read(path("/sessions/1/b")));
        assertThat(requests.take()).hasSizeLessThanOrEqualTo(4);
        assertFails(Kind.NOT_FOUND, () -> store.stat(path("/b")));
        assertThat(requests.take()).containsExactly("HeadObject", "ListObjectsV2");
    }

    @Test
    void listingOneLevelNeverReadsASubtree() throws Exception {
        putAll(1500, i -> "d/sub/" + i);
        put("d/a", random(1));
        requests.take();
        assertThat(listed("/d")).containsExactly("a", "sub");
        assertThat(requests.take()).containsExactly("ListObjectsV2");
        assertThat(walked("/d")).hasSize(1502);
        assertThat(requests.take()).containsExactly("ListObjectsV2", "ListObjectsV2");
    }

    @Test
    void tenThousandAndOneNamesAreListedAndRemoved() throws Exception {
        putAll(10_001, i -> "d/" + i + ".json");
        requests.take();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 10_001; i++) {
            expected.add(i + ".json");
        }
        Collections.sort(expected);
        assertThat(listed("/d")).isEqualTo(expected);
        assertThat(requests.take()).hasSize(11).containsOnly("ListObjectsV2");
        store.remove(path("/d"), Preconditions.NONE);
        assertThat(requests.take().stream().filter("DeleteObjects"::equals)).hasSize(11);
        assertThat(keys()).isEmpty();
    }

    @Test
    void aLargeFileGoesUpInPartsAndComesBack() throws IOException {
        byte[] bytes = random(20 * MIB + 7);
        Node node = store.write(path("/large"), unknown(bytes), WriteOptions.of(mode(0600)));
        assertThat(requests.take())
                .containsOnlyOnce("CreateMultipartUpload", "CompleteMultipartUpload")
                .doesNotContain("PutObject", "AbortMultipartUpload");
        assertThat(node.size()).isEqualTo(bytes.length);
        assertThat(node.mode()).isEqualTo(new Mode(0600));
        assertThat(node.etag()).endsWith("-3");
        assertThat(read("/large")).isEqualTo(bytes);
        assertThat(Buffers.SHARED.available()).isPositive();
    }

    @Test
    void manyEmptyFilesAreWrittenOverTheSameConnections() throws IOException {
        for (int i = 0; i < 300; i++) {
            store.write(path("/" + i), Body.of(new byte[0]), WriteOptions.DEFAULT);
        }
        assertThat(listed("/")).hasSize(300);
        assertThat(requests.take().stream().filter("PutObject"::equals)).hasSize(300);
    }

    @Test
    void aBodyOfExactlyOnePartIsPutWhole() throws IOException {
        for (int length : new int[] {64 * 1024, 64 * 1024 + 1, 8 * MIB}) {
            byte[] bytes = random(length);
            store.write(path("/a"), unknown(bytes), WriteOptions.DEFAULT);
            assertThat(requests.take()).contains("PutObject").doesNotContain("CreateMultipartUpload");
            assertThat(read("/a")).isEqualTo(bytes);
            requests.take();
        }
        store.write(path("/a"), unknown(random(8 * MIB + 1)), WriteOptions.DEFAULT);
        assertThat(requests.take().stream().filter("UploadPart"::equals)).hasSize(2);
    }

    @Test
    void aLargeBodyThatBreaksLeavesNothingBehind() throws IOException {
        store.write(path("/a"), Body.of(new byte[] {1}), WriteOptions.DEFAULT);
        int free = Buffers.SHARED.available();
        for (Body body : List.of(breaking(30 * MIB), declared(random(20 * MIB), 20 * MIB + 1))) {
            assertFails(Kind.IO, () -> store.write(path("/a"), body, WriteOptions.DEFAULT));
            assertThat(requests.take()).containsOnlyOnce("AbortMultipartUpload");
        }
        assertThat(read("/a")).containsExactly(1);
        assertThat(server.client()
                        .listMultipartUploads(request -> request.bucket(bucket))
                        .uploads())
                .isEmpty();
        assertThat(Buffers.SHARED.available()).isEqualTo(free);
    }

    @Test
    void uploadsAtTheSameTimeShareTheBuffers() throws Exception {
        byte[] bytes = random(17 * MIB);
        ExecutorService threads = Executors.newFixedThreadPool(6);
        int free = Buffers.SHARED.available();
        try {
            List<Future<Node>> uploads = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                FsPath path = path("/large" + i);
                uploads.add(threads.submit(() -> store.write(path, unknown(bytes), WriteOptions.DEFAULT)));
            }
            for (Future<Node> upload : uploads) {
                assertThat(upload.get().size()).isEqualTo(bytes.length);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(read("/large5")).isEqualTo(bytes);
        assertThat(Buffers.SHARED.available()).isEqualTo(free);
    }

    @Test
    void anUploadWithoutAnyBufferUsesTheDisk(@TempDir Path temp) throws IOException {
        byte[] bytes = random(18 * MIB);
        Buffers none = new Buffers(0);
        Bucket whole = new Bucket(server.client(), bucket, "", true);
        Headers headers = new Headers("text/plain", Map.of());
        try (Upload upload =
                new S3Upload(whole, none, Runnable::run, temp, "spooled", false, "write", path("/spooled"))) {
            upload.receive(unknown(bytes), headers, Condition.NONE);
            assertThat(temp).isEmptyDirectory();
            upload.finish(headers, Condition.NONE);
        }
        assertThat(read("/spooled")).isEqualTo(bytes);
    }

    @Test
    void metadataIsThatOfS3fs() throws IOException {
        AttributeChange attributes = new AttributeChange(
                new Mode(0640), Instant.parse("2001-02-03T04:05:06.5Z"), new Owner(1000, 1001), "text/x-verse");
        store.write(path("/a"), Body.of(new byte[1]), WriteOptions.of(attributes));
        var head = server.client().headObject(request -> request.bucket(bucket).key("a"));
        assertThat(head.metadata())
                .isEqualTo(Map.of("mode", "33184", "uid", "1000", "gid", "1001", "mtime", "981173106.500000000"));
        assertThat(head.contentType()).isEqualTo("text/x-verse");
        store.link(path("/l"), "a", WriteOptions.DEFAULT);
        assertThat(server.client()
                        .headObject(request -> request.bucket(bucket).key("l"))
                        .metadata())
                .isEqualTo(Map.of("mode", "41471"));
        store.makeDirectory(path("/d"), WriteOptions.of(mode(0700)));
        head = server.client().headObject(request -> request.bucket(bucket).key("d/"));
        assertThat(head.metadata()).isEqualTo(Map.of("mode", "16832"));
        assertThat(head.contentType()).isEqualTo("application/x-directory");
    }

    @Test
    void aListingShowsMetadataWhereItIsAskedFor() throws IOException {
        store.makeDirectory(path("/d"), WriteOptions.of(mode(0700)));
        store.makeDirectory(path("/e"), WriteOptions.DEFAULT);
        put("prefix only/x", random(1));
        store.link(path("/l"), "a", WriteOptions.DEFAULT);
        for (int i = 0; i < 100; i++) {
            store.write(path("/d/" + i), Body.of(new byte[i]), WriteOptions.of(mode(i)));
        }
        try (S3Store whole = S3Store.open(bucket, "", server.options(true, true));
                Listing walk = whole.walk(FsPath.ROOT)) {
            int count = 0;
            for (Node node = walk.next(); node != null; node = walk.next()) {
                assertThat(node).isEqualTo(whole.stat(node.path()));
                count++;
            }
            assertThat(count).isEqualTo(105);
        }
    }

    @Test
    void aListingAsksForSymlinksOnly() throws IOException {
        put("a", random(3));
        store.link(path("/l"), "a", WriteOptions.DEFAULT);
        requests.take();
        try (Listing listing = store.list(FsPath.ROOT)) {
            assertThat(listing.next()).extracting(Node::type).isEqualTo(NodeType.FILE);
            Node link = listing.next();
            assertThat(link).isEqualTo(store.stat(path("/l")));
            assertThat(link).extracting(Node::type).isEqualTo(NodeType.SYMLINK);
        }
        assertThat(requests.take()).containsExactly("ListObjectsV2", "HeadObject", "HeadObject");
    }

    @Test
    void aChangedOrMovedLargeFileKeepsItsEtag() throws IOException {
        byte[] bytes = random(9 * MIB);
        String etag =
                store.write(path("/a"), Body.of(bytes), WriteOptions.DEFAULT).etag();
        assertThat(store.change(path("/a"), mode(0600), Preconditions.NONE).etag())
                .isEqualTo(etag);
        assertThat(store.stat(path("/a")).etag()).isEqualTo(etag);
        assertThat(store.move(path("/a"), path("/b"), TransferOptions.OVERWRITE).etag())
                .isEqualTo(etag);
        assertThat(read("/b")).isEqualTo(bytes);
        assertThat(keys()).containsExactly("b");
    }

    @Test
    void aChangeKeepsWhatOthersHaveWritten() throws IOException {
        server.client()
                .putObject(
                        request -> request.bucket(bucket)
                                .key("a")
                                .contentType("text/plain")
                                .cacheControl("no-store")
                                .metadata(Map.of("note", "kept", "mode", "33152")),
                        RequestBody.fromString("x"));
        Node old = store.stat(path("/a"));
        assertThat(old.mode()).isEqualTo(new Mode(0600));
        Node node =
                store.change(path("/a"), new AttributeChange(null, null, new Owner(5, 6), null), Preconditions.NONE);
        assertThat(node.modified()).isEqualTo(old.modified());
        assertThat(node).isEqualTo(store.stat(path("/a")));
        var head = server.client().headObject(request -> request.bucket(bucket).key("a"));
        assertThat(head.cacheControl()).isEqualTo("no-store");
        assertThat(head.contentType()).isEqualTo("text/plain");
        assertThat(head.metadata())
                .containsEntry("note", "kept")
                .containsEntry("mode", "33152")
                .containsEntry("uid", "5");
    }

    @Test
    void directoriesOfOthersAreDirectories() throws IOException {
        put("marked/", new byte[0]);
        put("implied/deep/a", random(1));
        put("hadoop_$folder$", new byte[0]);
        put("hadoop/a", random(1));
        put("odd/\uFFFD", random(1));
        assertThat(listed("/")).containsExactly("hadoop", "implied", "marked", "odd");
        assertThat(listed("/marked")).isEmpty();
        assertThat(listed("/odd")).isEmpty();
        assertThat(store.stat(path("/implied/deep")).isDirectory()).isTrue();
        assertThat(walked("/"))
                .containsExactly(
                        "/hadoop", "/hadoop/a", "/implied", "/implied/deep", "/implied/deep/a", "/marked", "/odd");
        assertFails(
                Kind.INVALID_NAME, () -> store.write(path("/x_$folder$"), Body.of(new byte[1]), WriteOptions.DEFAULT));
        assertFails(Kind.INVALID_NAME, () -> store.makeDirectory(path("/x_$folder$"), WriteOptions.DEFAULT));
        store.move(path("/odd"), path("/even"), TransferOptions.OVERWRITE);
        assertThat(keys()).contains("even/\uFFFD").doesNotContain("odd/\uFFFD");
    }

    @Test
    void removingTheLastChildKeepsItsDirectory() throws IOException {
        put("d/e/a", random(1));
        store.remove(path("/d/e/a"), Preconditions.NONE);
        assertThat(store.stat(path("/d/e")).isDirectory()).isTrue();
        store.write(path("/d/e/b"), Body.of(new byte[1]), WriteOptions.DEFAULT);
        store.move(path("/d/e"), path("/f"), TransferOptions.OVERWRITE);
        assertThat(walked("/")).containsExactly("/d", "/f", "/f/b");
    }

    @Test
    void aFileThatIsReplacedWhileItIsMovedIsMovedAsItIs() throws IOException {
        put("a", new byte[] {1});
        requests.before("DeleteObject", () -> put("a", new byte[] {2}));

        store.move(path("/a"), path("/b"), TransferOptions.CREATE_NEW);

        assertThat(keys()).containsExactly("b");
        assertThat(read("/b")).containsExactly(2);
    }

    @Test
    void aMoveOfWhatHasChangedMeanwhileLeavesNoCopy() throws IOException {
        String etag = store.write(path("/a"), Body.of(new byte[] {1}), WriteOptions.DEFAULT)
                .etag();
        requests.before("DeleteObject", () -> put("a", new byte[] {2}));
        Preconditions same = new Preconditions(new EtagMatch(false, List.of(String.valueOf(etag))), null, null, null);

        assertFails(
                Kind.PRECONDITION_FAILED, () -> store.move(path("/a"), path("/b"), new TransferOptions(true, same)));

        assertThat(keys()).containsExactly("a");
        assertThat(read("/a")).containsExactly(2);
    }

    @Test
    void theServiceCopiesAndNoBytesComeByHere() throws IOException {
        put("d/small", new byte[1]);
        requests.take();

        store.copy(path("/d/small"), path("/copy"), TransferOptions.OVERWRITE);
        store.copy(path("/d"), path("/e"), TransferOptions.OVERWRITE);
        store.move(path("/d"), path("/f"), TransferOptions.OVERWRITE);

        assertThat(requests.take())
                .contains("CopyObject")
                .doesNotContain("GetObject", "PutObject", "UploadPart", "CreateMultipartUpload");
    }

    @Test
    void mergingNeverPutsAFileAndADirectoryUnderOneName() throws IOException {
        put("s/x/a", random(1));
        put("t/x", random(1));
        assertFails(Kind.NOT_A_DIRECTORY, () -> store.copy(path("/s"), path("/t"), TransferOptions.OVERWRITE));
        put("u/y", random(1));
        put("v/y/a", random(1));
        assertFails(Kind.IS_A_DIRECTORY, () -> store.copy(path("/u"), path("/v"), TransferOptions.OVERWRITE));
        assertThat(keys()).containsExactly("s/x/a", "t/x", "u/y", "v/y/a");
    }

    @Test
    void aTreeOfMoreThanOneBatchIsMovedWhole() throws Exception {
        putAll(1203, i -> "d/" + i % 7 + "/" + i);
        store.move(path("/d"), path("/e"), TransferOptions.CREATE_NEW);
        assertThat(keys()).hasSize(1203).allMatch(key -> key.startsWith("e/"));
    }

    @Test
    void whatIsReplacedInATreeWhileItIsMovedStays() throws IOException {
        put("d/a", new byte[] {1});
        put("d/b", new byte[] {1});
        requests.before("CopyObject", () -> requests.before("ListObjectsV2", () -> put("d/a", new byte[] {2})));
        requests.before("DeleteObjects", () -> put("d/c", new byte[] {3}));
        store.move(path("/d"), path("/e"), TransferOptions.CREATE_NEW);
        assertThat(keys()).containsExactly("d/a", "d/c", "e/a", "e/b");
        assertThat(read("/d/a")).containsExactly(2);
    }

    @Test
    void conditionsAreCheckedByTheService() throws IOException {
        String etag = store.write(path("/a"), Body.of(new byte[] {1}), WriteOptions.DEFAULT)
                .etag();
        Preconditions same = new Preconditions(new EtagMatch(false, List.of(String.valueOf(etag))), null, null, null);
        Body late = declared(new byte[] {3}, Body.UNKNOWN);
        assertFails(
                Kind.PRECONDITION_FAILED,
                () -> store.write(path("/a"), before(late, () -> put("a", new byte[] {2})), WriteOptions.of(same)));
        assertFails(
                Kind.PRECONDITION_FAILED,
                () -> store.write(
                        path("/b"),
                        before(late, () -> put("b", new byte[] {2})),
                        WriteOptions.of(Preconditions.MUST_NOT_EXIST)));
        assertFails(
                Kind.PRECONDITION_FAILED,
                () -> store.write(
                        path("/c"),
                        before(unknown(random(9 * MIB)), () -> put("c", new byte[] {2})),
                        WriteOptions.of(Preconditions.MUST_NOT_EXIST)));
        for (String path : List.of("/a", "/b", "/c")) {
            assertThat(read(path)).containsExactly(2);
        }
    }

    @Test
    void aConditionalWriteWhoseAnswerIsLostMeetsItsOwn() throws IOException {
        WriteOptions createNew = WriteOptions.of(Preconditions.MUST_NOT_EXIST);
        requests.answer("PutObject", 500);
        Node made = store.write(path("/a"), Body.of(new byte[] {1}), createNew);
        assertThat(store.stat(path("/a"))).isEqualTo(made);
        requests.answer("CompleteMultipartUpload", 500);
        byte[] large = random(9 * MIB);
        store.write(path("/b"), unknown(large), createNew);
        assertThat(read("/b")).isEqualTo(large);
        requests.answer("PutObject", 500);
        store.write(path("/a"), Body.of(new byte[] {2}), WriteOptions.of(same(made)));
        assertThat(read("/a")).containsExactly(2);
        requests.answer("CopyObject", 500);
        store.move(path("/a"), path("/c"), TransferOptions.CREATE_NEW);
        assertThat(read("/c")).containsExactly(2);
        assertThat(keys()).containsExactly("b", "c");
    }

    @Test
    void aConditionalRemovalWhoseAnswerIsLostHasRemoved() throws IOException {
        Node there = store.write(path("/a"), Body.of(new byte[] {1}), WriteOptions.DEFAULT);
        put("b", new byte[] {1});
        // The first answer is lost; to the second request the service says that the object is not there.
        requests.answer("DeleteObject", 412);
        store.remove(path("/a"), same(there));
        assertThat(keys()).containsExactly("b");
    }

    private static Preconditions same(Node node) {
        return new Preconditions(new EtagMatch(false, List.of(String.valueOf(node.etag()))), null, null, null);
    }

    @Test
    void withoutConditionalWritesPreconditionsAreLookedAtBefore() throws IOException {
        try (S3Store plain = S3Store.open(bucket, "", server.options(false, false), List.of(requests))) {
            assertThat(plain.capabilities().has(Capability.ETAGS)).isFalse();
            plain.write(path("/a"), Body.of(new byte[1]), WriteOptions.of(Preconditions.MUST_NOT_EXIST));
            requests.take();
            assertFails(
                    Kind.PRECONDITION_FAILED,
                    () -> plain.write(
                            path("/b"),
                            before(unknown(new byte[1]), () -> put("b", new byte[2])),
                            WriteOptions.of(Preconditions.MUST_NOT_EXIST)));
            assertThat(requests.take()).doesNotContain("PutObject");
        }
    }

    @Test
    void aRangeOfAnotherVersionFails() throws IOException {
        put("a", random(200_000));
        try (Content content = store.read(path("/a"))) {
            put("a", random(300_000));
            assertFails(Kind.IO, () -> bytes(content.body(new ByteRange(150_000, 10))));
        }
    }

    @Test
    void aNameThatIsTooLongIsRefused() {
        assertFails(
                Kind.INVALID_NAME,
                () -> store.write(path("/" + "x".repeat(1025)), Body.of(new byte[1]), WriteOptions.DEFAULT));
    }

    @Test
    void theMetadataOfABucketItselfCannotBeChanged() throws IOException {
        assertFails(Kind.PERMISSION_DENIED, () -> store.change(FsPath.ROOT, mode(0700), Preconditions.NONE));
        try (S3Store below = S3Store.open(bucket, "/p/q/", server.options())) {
            assertThat(below.change(FsPath.ROOT, mode(0700), Preconditions.NONE).mode())
                    .isEqualTo(new Mode(0700));
            assertThat(below.stat(FsPath.ROOT).mode()).isEqualTo(new Mode(0700));
            assertThat(keys()).containsExactly("p/q/");
        }
    }

    @Test
    void whatTheOperatorCanMendIsToldInOneLine() {
        assertThatThrownBy(() -> S3Store.open("nowhere", "", server.options()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the bucket 'nowhere' cannot be opened: there is no such bucket");
        S3Options wrong = server.options()
                .withCredentials(
                        new S3Options.Credentials(server.credentials().accessKey(), Canary.secret("wrong"), null));
        assertThatThrownBy(() -> S3Store.open(bucket, "", wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the bucket '" + bucket + "' cannot be opened: ")
                .hasMessageContaining("secret key is wrong")
                .hasMessageNotContaining(Canary.secret("wrong"));
        try (S3Store late = S3Store.openLater(bucket, "", wrong)) {
            assertFails(Kind.PERMISSION_DENIED, () -> late.stat(path("/a")));
            assertFails(Kind.PERMISSION_DENIED, () -> late.list(FsPath.ROOT));
        }
        try (S3Store gone = S3Store.openLater("nowhere", "", server.options())) {
            assertFails(Kind.UNAVAILABLE, () -> gone.stat(path("/a")));
            assertFails(Kind.UNAVAILABLE, () -> gone.list(FsPath.ROOT));
        }
    }

    private interface Name {
        String of(int number);
    }

    private void putAll(int count, Name name) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> puts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String key = name.of(i);
                puts.add(threads.submit(() -> put(key, new byte[0])));
            }
            for (Future<?> put : puts) {
                put.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void put(String key, byte[] bytes) {
        server.client().putObject(request -> request.bucket(bucket).key(key), RequestBody.fromBytes(bytes));
    }

    private List<String> keys() {
        return server.client().listObjectsV2Paginator(request -> request.bucket(bucket)).contents().stream()
                .map(object -> object.key())
                .toList();
    }

    private List<String> listed(String directory) throws FsException {
        try (Listing listing = store.list(path(directory))) {
            List<String> names = new ArrayList<>();
            for (Node node = listing.next(); node != null; node = listing.next()) {
                names.add(node.path().name());
            }
            return names;
        }
    }

    private List<String> walked(String directory) throws FsException {
        try (Listing listing = store.walk(path(directory))) {
            List<String> paths = new ArrayList<>();
            for (Node node = listing.next(); node != null; node = listing.next()) {
                paths.add(node.path().toString());
            }
            return paths;
        }
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

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    private static AttributeChange mode(int permissions) {
        return new AttributeChange(new Mode(permissions), null, null, null);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static Body unknown(byte[] bytes) {
        return declared(bytes, Body.UNKNOWN);
    }

    private static Body declared(byte[] bytes, long length) {
        return body(length, () -> Body.of(bytes).open());
    }

    private static Body before(Body body, Runnable first) {
        return body(body.length(), () -> {
            first.run();
            return body.open();
        });
    }

    private static Body breaking(int after) {
        return body(
                Body.UNKNOWN,
                () -> new FilterInputStream(Body.of(new byte[after]).open()) {
                    @Override
                    public int read() throws IOException {
                        return checked(in.read());
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        return checked(in.read(buffer, offset, length));
                    }

                    private int checked(int result) throws IOException {
                        if (result < 0) {
                            throw new IOException("the client has gone");
                        }
                        return result;
                    }
                });
    }

    private interface Opening {
        InputStream open() throws IOException;
    }

    private static Body body(long length, Opening opening) {
        return new Body() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public InputStream open() throws IOException {
                return opening.open();
            }
        };
    }

    private static void assertFails(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        FsException.class, failure -> assertThat(failure.kind()).isEqualTo(kind));
    }
}
