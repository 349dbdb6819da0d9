package dev.packhorse.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.gateway.TestGateway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/** How many requests of S3 one request of a client costs. */
class S3FrontsTest {

    private static final Requests REQUESTS = new Requests();

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static S3Server server;

    @SuppressWarnings("NullAway.Init")
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.start(folder);
        String bucket = server.bucket();
        for (String key : List.of("sessions/1/metadata.json", "sessions/1/events/0.json", "sessions/1/events/1.json")) {
            server.client().putObject(request -> request.bucket(bucket).key(key), RequestBody.fromString("{}"));
        }
        for (int i = 0; i < 1_100; i++) {
            String key = "sessions/1/deep/" + i;
            server.client().putObject(request -> request.bucket(bucket).key(key), RequestBody.empty());
        }
        gateway = new TestGateway(Files.createDirectory(folder.resolve("gateway")));
        gateway.serve(
                "/b",
                "openhands, httpfs, jsonfs",
                S3Store.open(bucket, "", server.options(), List.of(REQUESTS)),
                Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
        server.close();
    }

    @BeforeEach
    void forget() {
        REQUESTS.take();
    }

    private static void assertAsks(String method, String target, int status, String... requests) throws Exception {
        assertThat(gateway.send(method, target, "").status()).as(target).isEqualTo(status);
        assertThat(REQUESTS.take()).as("%s %s", method, target).containsExactly(requests);
    }

    @Test
    void aFileIsOneRequest() throws Exception {
        for (String base : List.of("/openhands/b/files", "/fs/b", "/jsonfs/b")) {
            assertAsks("GET", base + "/sessions/1/metadata.json", 200, "GetObject");
        }
        for (String base : List.of("/fs/b", "/jsonfs/b")) {
            assertAsks("HEAD", base + "/sessions/1/metadata.json", 200, "HeadObject");
        }
        // Whether it is UTF-8 is in its bytes.
        assertAsks("HEAD", "/openhands/b/files/sessions/1/metadata.json", 200, "GetObject");
    }

    /** There might be a directory, and a symlink on the way. */
    @Test
    void whatIsNotThereIsThree() throws Exception {
        for (String base : List.of("/openhands/b/files", "/fs/b", "/jsonfs/b")) {
            assertAsks("GET", base + "/none", 404, "GetObject", "ListObjectsV2");
            assertAsks("GET", base + "/sessions/1/none.json", 404, "GetObject", "ListObjectsV2", "ListObjectsV2");
        }
        assertAsks("HEAD", "/fs/b/sessions/1/none.json", 404, "HeadObject", "ListObjectsV2", "ListObjectsV2");
    }

    /** Of more names below it than one answer holds, none is read. */
    @Test
    void oneLevelIsOneRequestOfTheFileStoreAndThreeOfTheOthers() throws Exception {
        assertAsks("GET", "/openhands/b/files/sessions/1/list", 200, "ListObjectsV2");
        assertAsks("OPTIONS", "/openhands/b/files/sessions/1", 200, "ListObjectsV2");
        for (String base : List.of("/fs/b", "/jsonfs/b")) {
            assertAsks("GET", base + "/sessions/1/", 200, "HeadObject", "ListObjectsV2", "ListObjectsV2");
        }
        assertAsks(
                "GET",
                "/openhands/b/files/sessions/none/list",
                404,
                "ListObjectsV2",
                "HeadObject",
                "ListObjectsV2",
                "ListObjectsV2");
    }
}
