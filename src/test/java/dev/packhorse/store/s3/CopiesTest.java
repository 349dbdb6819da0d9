package dev.packhorse.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.object.Condition;
import dev.packhorse.store.object.Headers;
import dev.packhorse.store.object.Stored;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Copies of what is too large for one request, where that is little. */
class CopiesTest {

    private static final int MIB = 1 << 20;
    private static final long WHOLE = 5 * MIB;

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static S3Server server;

    private final Requests requests = new Requests();
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private String name = "";

    @SuppressWarnings("NullAway.Init")
    private S3Client client;

    @SuppressWarnings("NullAway.Init")
    private Bucket bucket;

    @SuppressWarnings("NullAway.Init")
    private Copies copies;

    @BeforeAll
    static void startTheServer() throws Exception {
        server = S3Server.start(folder);
    }

    @AfterAll
    static void stopTheServer() throws Exception {
        server.close();
    }

    @BeforeEach
    void open() {
        name = server.bucket();
        client = Clients.of(server.options(), List.of(requests));
        bucket = new Bucket(client, name, "", true);
        copies = new Copies(bucket, server.options(), threads, WHOLE);
    }

    @AfterEach
    void close() {
        client.close();
        threads.shutdownNow();
    }

    private Stored put(String key, byte[] bytes) throws FsException {
        server.client()
                .putObject(
                        request -> request.bucket(name)
                                .key(key)
                                .contentType("text/plain")
                                .cacheControl("no-store")
                                .metadata(Map.of("note", "kept")),
                        RequestBody.fromBytes(bytes));
        Stored stored = Objects.requireNonNull(bucket.head(key, "copy", FsPath.ROOT));
        requests.take();
        return stored;
    }

    private Stored copy(Stored source, String target, Condition condition) throws FsException {
        Headers headers = new Headers("text/plain", source.metadata());
        return copies.copy(source, target, headers, condition, "copy", FsPath.ROOT);
    }

    private byte[] read(String key) throws IOException {
        return server.client()
                .getObject(request -> request.bucket(name).key(key))
                .readAllBytes();
    }

    @Test
    void upToTheLimitOneRequestCopies() throws IOException {
        byte[] bytes = random((int) WHOLE);

        Stored made = copy(put("a", bytes), "b", Condition.NONE);

        assertThat(requests.take()).containsExactly("CopyObject");
        assertThat(read("b")).isEqualTo(bytes);
        Stored there = Objects.requireNonNull(bucket.head("b", "copy", FsPath.ROOT));
        assertThat(there.etag()).isEqualTo(made.etag());
        assertThat(there.metadata()).containsEntry("note", "kept");
    }

    @Test
    void whatIsLargerIsCopiedInPartsWithAllItHas() throws IOException {
        byte[] bytes = random(20 * MIB + 7);

        Stored made = copy(put("a", bytes), "b", Condition.ABSENT);

        assertThat(requests.take())
                .startsWith("CreateMultipartUpload")
                .endsWith("CompleteMultipartUpload")
                .hasSize(5)
                .filteredOn("UploadPartCopy"::equals)
                .hasSize(3);
        assertThat(read("b")).isEqualTo(bytes);
        Stored there = Objects.requireNonNull(bucket.head("b", "copy", FsPath.ROOT));
        assertThat(there.etag()).isEqualTo(made.etag()).endsWith("-3");
        assertThat(there.size()).isEqualTo(bytes.length);
        assertThat(there.contentType()).isEqualTo("text/plain");
        assertThat(there.metadata()).containsEntry("note", "kept");
        assertThat(there.served().cacheControl()).isEqualTo("no-store");
    }

    @Test
    void aSourceThatIsReplacedMeanwhileLeavesNothingBehind() throws IOException {
        Stored source = put("a", random(12 * MIB));
        byte[] other = random(12 * MIB + 1);
        requests.before(
                "UploadPartCopy",
                () -> server.client()
                        .putObject(request -> request.bucket(name).key("a"), RequestBody.fromBytes(other)));

        assertThatThrownBy(() -> copy(source, "b", Condition.NONE))
                .isInstanceOfSatisfying(
                        FsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.PRECONDITION_FAILED));

        assertThat(requests.take()).endsWith("AbortMultipartUpload");
        assertThat(server.client()
                        .listMultipartUploads(request -> request.bucket(name))
                        .uploads())
                .isEmpty();
        assertThat(bucket.head("b", "copy", FsPath.ROOT)).isNull();
    }

    @Test
    void aTargetThatIsThereMeanwhileIsLeftAsItIs() throws IOException {
        Stored source = put("a", random(12 * MIB));
        requests.before(
                "CompleteMultipartUpload",
                () -> server.client()
                        .putObject(request -> request.bucket(name).key("b"), RequestBody.fromString("mine")));

        assertThatThrownBy(() -> copy(source, "b", Condition.ABSENT))
                .isInstanceOfSatisfying(
                        FsException.class, e -> assertThat(e.kind()).isEqualTo(Kind.PRECONDITION_FAILED));

        assertThat(read("b")).asString().isEqualTo("mine");
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
