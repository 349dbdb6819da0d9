package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.Canary;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.server.RawClient;
import dev.packhorse.store.s3.S3Server;
import dev.packhorse.store.sftp.MinaServer;
import dev.packhorse.store.vfs.ftp.TestFtpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each file of {@code routes/examples} starts, and does what its first lines say. */
class ExamplesTest {

    private static final Path EXAMPLES = Path.of("routes/examples");
    private static final String KEY = Canary.secret("key");
    private static final String NOT_THE_OATS = Canary.secret("not-the-oats");

    @TempDir
    Path folder;

    private TestGateway gateway;
    private Path archive;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(Files.createDirectories(folder.resolve("gateway")));
        archive = folder.resolve("archive.zip");
        try (OutputStream file = Files.newOutputStream(archive);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            for (String name : new String[] {"a.txt", "docs/b.txt"}) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(name.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    private void load(String example, Map<String, String> values) throws StartException {
        gateway.load(EXAMPLES.resolve(example), values);
    }

    private String get(String target) throws IOException {
        TestGateway.Reply reply = gateway.send("GET", target, "");
        return reply.status() + " " + reply.body();
    }

    private int send(String method, String target, String body, String... headers) throws IOException {
        return gateway.send(method, target, body, headers).status();
    }

    @Test
    void eachExampleHasItsTest() throws IOException {
        Set<String> tested = new TreeSet<>(Set.of(
                "all-protocols.yaml",
                "zip.yaml",
                "sftp.yaml",
                "ftp-cached.yaml",
                "workbench.yaml",
                "failover.yaml",
                "jsonfs-mount.yaml",
                "openhands.yaml",
                "openhands-mirror.yaml",
                "openhands-on-s3.yaml",
                "openhands-as-httpfs.yaml",
                "replay-demo.yaml",
                "chain.yaml"));
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString())
                            .collect(Collectors.toSet()))
                    .isEqualTo(tested);
        }
    }

    @Test
    void anArchiveIsAFolder() throws Exception {
        load("zip.yaml", Map.of("archive", archive.toString()));

        assertThat(get("/fs/archive/")).isEqualTo("200 a.txt 33188\ndocs 16877\n");
        assertThat(get("/fs/archive/docs/b.txt")).isEqualTo("200 docs/b.txt");
        assertThat(send("PUT", "/fs/archive/c.txt", "x")).isEqualTo(501);
    }

    @Test
    void oneFolderOverAllProtocols() throws Exception {
        Path files = folder.resolve("common");
        load("all-protocols.yaml", Map.of("common", files.toString()));

        // When: each protocol that has changes brings a file.
        assertThat(send("PUT", "/fs/common/httpfs.txt", "1")).isEqualTo(200);
        assertThat(send("POST", "/openhands/common/files/openhands.txt", "22")).isEqualTo(201);
        assertThat(send("POST", "/openhands-webhook/common/webhook.txt", "333")).isEqualTo(200);
        await().until(() -> Files.exists(files.resolve("webhook.txt")));
        assertThat(device("GET", "/httpfs-create?name=/common/replay.txt", "")).isEqualTo("0\n");
        assertThat(device("POST", "/httpfs-writefile?name=/common/replay.txt", "4444"))
                .isEqualTo("0\n");

        // Then: all show all.
        Map<String, String> all =
                Map.of("httpfs.txt", "1", "openhands.txt", "22", "webhook.txt", "333", "replay.txt", "4444");
        assertThat(get("/fs/common/"))
                .isEqualTo("200 httpfs.txt 33188\nopenhands.txt 33188\nreplay.txt 33188\nwebhook.txt 33188\n");
        assertThat(get("/jsonfs/common")).contains("[\"httpfs.txt\",\"openhands.txt\",\"replay.txt\",\"webhook.txt\"]");
        assertThat(gateway.send("OPTIONS", "/openhands/common/", "").body())
                .isEqualTo("[\"httpfs.txt\",\"openhands.txt\",\"replay.txt\",\"webhook.txt\"]");
        assertThat(device("GET", "/httpfs-ls?name=/common", ""))
                .isEqualTo("0\nhttpfs.txt\nopenhands.txt\nreplay.txt\nwebhook.txt\n");
        for (Map.Entry<String, String> each : all.entrySet()) {
            String name = each.getKey();
            assertThat(files.resolve(name)).hasContent(each.getValue());
            assertThat(get("/fs/common/" + name)).isEqualTo("200 " + each.getValue());
            assertThat(get("/jsonfs/common/" + name)).isEqualTo("200 " + each.getValue());
            assertThat(get("/openhands/common/files/" + name)).isEqualTo("200 " + each.getValue());
            assertThat(device("GET", "/httpfs-readfile?name=/common/" + name, ""))
                    .isEqualTo("0\n" + each.getValue());
        }
    }

    /** What the emulated device answers. */
    private String device(String method, String target, String body) throws IOException {
        try (RawClient client = new RawClient(gateway.devicePort())) {
            return TestGateway.reply(client.send(method + " " + target + " HTTP/1.0\r\nContent-Length: " + body.length()
                                    + "\r\n\r\n" + body)
                            .readAll())
                    .body();
        }
    }

    @Test
    void aFolderOfAnSftpServer() throws Exception {
        Path known = folder.resolve("known_hosts");
        Path files = Files.createDirectories(folder.resolve("files"));
        try (MinaServer server = new MinaServer(known)) {
            load("sftp.yaml", Map.of("nas", at(server, files), "nas.key", key(), "nas.known-hosts", known.toString()));

            assertThat(send("PUT", "/fs/nas/x.txt", "hello", "Content-Mode: 33152"))
                    .isEqualTo(200);
            assertThat(get("/fs/nas/")).isEqualTo("200 x.txt 33152\n");
            assertThat(get("/fs/nas/x.txt")).isEqualTo("200 hello");
            assertThat(gateway.send("HEAD", "/fs/nas/x.txt", "").header("Cache-Control-TTL"))
                    .isEqualTo("30");
            assertThat(files.resolve("x.txt")).hasContent("hello");
        }
        assertThat(send("GET", "/fs/nas/x.txt", "")).isEqualTo(503);
        assertThat(gateway.send("GET", "/fs/nas/x.txt", "").header("Retry-After"))
                .isNotEmpty();
        assertThat(send("GET", "/fs/files/", "")).as("others").isEqualTo(200);
    }

    @Test
    void anFtpServerBehindACache() throws Exception {
        try (TestFtpServer server = new TestFtpServer(TestFtpServer.Kind.RICH)) {
            server.files.write(
                    FsPath.parse("/x.txt"), Body.of("hello".getBytes(StandardCharsets.UTF_8)), WriteOptions.DEFAULT);
            load("ftp-cached.yaml", Map.of("mirror", at(server)));

            assertThat(get("/fs/mirror/")).isEqualTo("200 x.txt 33188\n");
            assertThat(get("/fs/mirror/x.txt")).isEqualTo("200 hello");
            server.files.write(FsPath.parse("/y.txt"), Body.of(new byte[1]), WriteOptions.DEFAULT);
            assertThat(get("/fs/mirror/")).as("from memory").isEqualTo("200 x.txt 33188\n");
        }
        assertThat(get("/fs/mirror/")).as("the server is gone").isEqualTo("200 x.txt 33188\n");
        assertThat(send("GET", "/fs/mirror/x.txt", "")).isEqualTo(503);
    }

    @Test
    void aFolderToWorkInBesideAnArchive() throws Exception {
        Path work = folder.resolve("work");
        load("workbench.yaml", Map.of("archive", archive.toString(), "workbench", work.toString()));

        assertThat(send("PUT", "/fs/workbench/desk/", "")).isEqualTo(200);
        assertThat(send("COPY", "/fs/workbench/docs", "", "Destination: /fs/workbench/desk/docs"))
                .isEqualTo(200);
        assertThat(send("PUT", "/fs/workbench/desk/docs/b.txt", "changed", "Content-Mode: 33152"))
                .isEqualTo(200);
        assertThat(get("/fs/workbench/desk/docs/")).as("the folder keeps modes").isEqualTo("200 b.txt 33152\n");
        assertThat(get("/fs/workbench/desk/docs/b.txt")).isEqualTo("200 changed");
        assertThat(get("/fs/workbench/docs/b.txt")).isEqualTo("200 docs/b.txt");
        assertThat(work.resolve("desk/docs/b.txt")).hasContent("changed");
        assertThat(send("MOVE", "/fs/workbench/a.txt", "", "Destination: /fs/workbench/desk/a.txt"))
                .as("out of what is read-only")
                .isEqualTo(501);
        assertThat(get("/fs/workbench/a.txt")).isEqualTo("200 a.txt");
    }

    @Test
    void theSecondServerTakesOverWhenTheFirstIsGone() throws Exception {
        Path files = Files.createDirectories(folder.resolve("files"));
        Files.writeString(files.resolve("x.txt"), "hello");
        Path known = folder.resolve("known_hosts");
        Path knownToo = folder.resolve("known_hosts2");
        try (MinaServer second = new MinaServer(knownToo)) {
            try (MinaServer first = new MinaServer(known)) {
                Files.writeString(known, Files.readString(known) + Files.readString(knownToo));
                load(
                        "failover.yaml",
                        Map.of(
                                "twin.a", at(first, files),
                                "twin.b", at(second, files),
                                "twin.key", key(),
                                "twin.known-hosts", known.toString()));
                assertThat(get("/fs/twins/x.txt")).isEqualTo("200 hello");
            }
            assertThat(get("/fs/twins/x.txt")).isEqualTo("200 hello");
            assertThat(send("GET", "/fs/twins/none", "")).as("an answer").isEqualTo(404);
        }
        assertThat(send("GET", "/fs/twins/x.txt", "")).isEqualTo(503);
    }

    @Test
    void aFileStoreForOpenHands() throws Exception {
        Path files = folder.resolve("sessions");
        load("openhands.yaml", Map.of("openhands.key", KEY, "openhands.folder", files.toString()));
        String base = "/openhands/sessions";
        String event = base + "/files/sessions/1/events/0.json";

        assertThat(get(base + "/health")).isEqualTo("200 {\"status\":\"ok\"}");
        assertThat(send("POST", event, "{}")).isEqualTo(401);
        assertThat(send("POST", event, "{}", "X-API-Key: " + KEY)).isEqualTo(201);
        assertThat(send("POST", event, "{\"a\": \"é\"}", "X-API-Key: " + KEY)).isEqualTo(200);
        TestGateway.Reply read = gateway.send("GET", event, "", "X-API-Key: " + KEY);
        assertThat(read.body()).isEqualTo("{\"a\": \"é\"}");
        assertThat(read.header("Content-Length")).isEqualTo("10");
        assertThat(gateway.send("GET", base + "/files/sessions/1/events//list", "", "X-API-Key: " + KEY)
                        .body())
                .isEqualTo("[\"sessions/1/events/0.json\"]");
        assertThat(gateway.send("OPTIONS", base + "/", "", "X-API-Key: " + KEY).body())
                .isEqualTo("[\"sessions/\"]");
        assertThat(get("/fs/sessions/sessions/1/events/"))
                .as("over another protocol")
                .isEqualTo("200 0.json 33188\n");
        assertThat(send("DELETE", base + "/files/sessions/1", "", "X-API-Key: " + KEY))
                .isEqualTo(204);
        assertThat(files.resolve("sessions")).isEmptyDirectory();
    }

    @Test
    void aFileStoreElsewhereIsAFolder() throws Exception {
        Path files = folder.resolve("sessions");
        load("openhands.yaml", Map.of("openhands.key", KEY, "openhands.folder", files.toString()));
        load(
                "openhands-as-httpfs.yaml",
                Map.of(
                        "filestore",
                        "http://127.0.0.1:" + gateway.listener.getPort() + "/openhands/sessions",
                        "filestore.key",
                        KEY));

        assertThat(send("PUT", "/fs/remote/d/", "")).isEqualTo(200);
        assertThat(send("PUT", "/fs/remote/d/a.txt", "hello", "Content-Mode: 33152"))
                .isEqualTo(200);
        assertThat(get("/fs/remote/d/")).isEqualTo("200 a.txt 33152\n");
        assertThat(gateway.send("GET", "/fs/remote/d/a.txt", "", "Range: bytes=1-3")
                        .body())
                .isEqualTo("ell");
        assertThat(files.resolve("d/a.txt")).hasContent("hello");
    }

    @Test
    void aChainOfGatewaysLosesNothing() throws Exception {
        Path files = folder.resolve("far");
        load(
                "chain.yaml",
                Map.of(
                        "far",
                        "http://127.0.0.1:" + gateway.listener.getPort() + "/fs/far",
                        "far.folder",
                        files.toString()));

        assertThat(send("PUT", "/fs/near/d/", "")).isEqualTo(200);
        assertThat(send(
                        "PUT",
                        "/fs/near/d/a%20b.txt",
                        "hello",
                        "Content-Mode: 33152",
                        "Content-Modified: 1641024000",
                        "Change-Timestamp: 2000000",
                        "If-None-Match: *"))
                .isEqualTo(200);
        assertThat(send("PUT", "/fs/near/d/a%20b.txt", "late", "Change-Timestamp: 1000000"))
                .isEqualTo(412);
        assertThat(send("PUT", "/fs/far/d/a%20b.txt", "late", "Change-Timestamp: 1000000"))
                .as("the far gateway knows the order as well")
                .isEqualTo(412);
        assertThat(get("/fs/near/d/")).isEqualTo("200 a b.txt 33152\n");
        TestGateway.Reply near = gateway.send("GET", "/fs/near/d/a%20b.txt", "", "Range: bytes=1-3");
        TestGateway.Reply far = gateway.send("GET", "/fs/far/d/a%20b.txt", "", "Range: bytes=1-3");
        assertThat(near.body()).isEqualTo("ell");
        for (String name : List.of(
                "ETag", "Content-Mode", "Content-Modified", "Content-Ownership", "Content-Range", "Change-Timestamp")) {
            assertThat(near.header(name)).as(name).isEqualTo(far.header(name)).isNotEmpty();
        }
        assertThat(files.resolve("d/a b.txt")).hasContent("hello");
    }

    @Test
    void aFileStoreInABucketThatIsAwayDoesNotStopTheStart() throws Exception {
        load(
                "openhands-on-s3.yaml",
                Map.of(
                        "openhands.key",
                        KEY,
                        "bucket",
                        "b?endpoint=http://127.0.0.1:1&access-key=x&secret-key=y&retries=0&session-token=t"));

        assertThat(send("GET", "/openhands/sessions/files/a", "", "X-API-Key: " + KEY))
                .isEqualTo(503);
        assertThat(get("/openhands/sessions/health")).isEqualTo("200 {\"status\":\"ok\"}");
    }

    @Test
    void aFileStoreInABucket() throws Exception {
        try (S3Server server = S3Server.start(Files.createDirectory(folder.resolve("s3proxy")))) {
            gateway.environment.putAll(Map.of(
                    "AWS_ACCESS_KEY_ID",
                    server.credentials().accessKey(),
                    "AWS_SECRET_ACCESS_KEY",
                    server.credentials().secretKey(),
                    "AWS_S3_ENDPOINT",
                    "127.0.0.1:" + server.port(),
                    "AWS_S3_SECURE",
                    "false"));
            load("openhands-on-s3.yaml", Map.of("openhands.key", "hush", "bucket", server.bucket()));
            String event = "/openhands/sessions/files/sessions/1/events/0.json";

            assertThat(send("POST", event, "{}")).isEqualTo(401);
            assertThat(send("POST", event, "{}", "X-API-Key: hush")).isEqualTo(201);
            assertThat(gateway.send("GET", event, "", "X-API-Key: hush").body()).isEqualTo("{}");
            assertThat(gateway.send("GET", "/openhands/sessions/files//list", "", "X-API-Key: hush")
                            .body())
                    .isEqualTo("[\"sessions/\"]");
            assertThat(send("DELETE", "/openhands/sessions/files/sessions", "", "X-API-Key: hush"))
                    .isEqualTo(204);
            assertThat(send("GET", event, "", "X-API-Key: hush")).isEqualTo(404);
        }
    }

    @Test
    void aFuseMountThroughProgriumsClient() throws Exception {
        Path shared = Files.createDirectories(folder.resolve("shared/docs"));
        Files.writeString(shared.resolve("a.txt"), "hello");
        load(
                "jsonfs-mount.yaml",
                Map.of(
                        "shared",
                        folder.resolve("shared").toString(),
                        "server",
                        "http://127.0.0.1:" + gateway.listener.getPort() + "/jsonfs/shared"));

        GoMount mount = new GoMount(gateway, "/jsonfs/shared");
        assertThat(mount.names("")).containsExactly("docs");
        assertThat(mount.names("/docs")).containsExactly("a.txt");
        assertThat(mount.read("/docs/a.txt")).asString(StandardCharsets.UTF_8).isEqualTo("hello");
        assertThat(get("/fs/mounted/")).isEqualTo("200 docs 16877\n");
        assertThat(get("/fs/mounted/docs/")).isEqualTo("200 a.txt 33188\n");
        assertThat(get("/fs/mounted/docs/a.txt")).isEqualTo("200 hello");
        assertThat(send("PUT", "/fs/mounted/docs/b.txt", "x"))
                .as("it is read-only")
                .isEqualTo(501);
    }

    @Test
    void whatOpenHandsKeepsIsMirrored() throws Exception {
        Path known = folder.resolve("known_hosts");
        Path files = Files.createDirectories(folder.resolve("files"));
        try (MinaServer server = new MinaServer(known)) {
            load(
                    "openhands-mirror.yaml",
                    Map.of(
                            "openhands.key", KEY,
                            "nas", at(server, files),
                            "nas.key", key(),
                            "nas.known-hosts", known.toString()));
            String batch = "[{\"method\": \"POST\", \"path\": \"sessions/1/a.json\", \"content\": \"{}\"},"
                    + " {\"method\": \"POST\", \"path\": \"sessions/1/b\", \"content\": \"/w==\", \"encoding\": \"base64\"}]";

            assertThat(send("POST", "/openhands-webhook/mirror", batch)).isEqualTo(401);
            assertThat(send("POST", "/openhands-webhook/mirror", batch, "X-API-Key: " + KEY))
                    .isEqualTo(200);
            assertThat(send("DELETE", "/openhands-webhook/mirror/sessions/1/a.json", "", "X-API-Key: " + KEY))
                    .isEqualTo(204);

            await().untilAsserted(() -> {
                assertThat(files.resolve("sessions/1/b")).hasBinaryContent(new byte[] {(byte) 0xff});
                assertThat(files.resolve("sessions/1/a.json")).doesNotExist();
            });
        }
    }

    @Test
    void aReplayTvWithoutHardware() throws Exception {
        Path device = folder.resolve("device");
        copyTree(EXAMPLES.resolve("replay-demo"), device);
        byte[] recording = Files.readAllBytes(device.resolve("Video/1009760397.mpg"));
        load(
                "replay-demo.yaml",
                Map.of("device", device.toString(), "packhorse.replay.port", Integer.toString(gateway.bindDevice())));

        assertThat(get("/fs/living-room/")).isEqualTo("200 Photo 16877\nVideo 16749\n");
        assertThat(get("/fs/living-room/Photo/")).isEqualTo("200 album 16877\nbars.jpg 33188\nmandelbrot.jpg 33188\n");
        TestGateway.Reply part =
                gateway.send("GET", "/fs/living-room/Video/1009760397.mpg", "", "Range: bytes=100000-100009");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.body().getBytes(StandardCharsets.ISO_8859_1))
                .isEqualTo(Arrays.copyOfRange(recording, 100_000, 100_010));
        assertThat(gateway.send("GET", "/fs/living-room/Video/1009760397.mpg", "")
                        .body()
                        .getBytes(StandardCharsets.ISO_8859_1))
                .isEqualTo(recording);
        assertThat(send("PUT", "/fs/living-room/Photo/new%20one.jpg", "JPEG")).isEqualTo(200);
        assertThat(device.resolve("Photo/new one.jpg")).hasContent("JPEG");
        assertThat(send(
                        "MOVE",
                        "/fs/living-room/Photo/new%20one.jpg",
                        "",
                        "Destination: /fs/living-room/Photo/album/newer.jpg"))
                .isEqualTo(200);
        assertThat(send("PATCH", "/fs/living-room/Photo/album/newer.jpg", "", "Content-Mode: 33152"))
                .isEqualTo(200);
        assertThat(get("/fs/living-room/Photo/album/")).isEqualTo("200 newer.jpg 33152\nsun set.jpg 33188\n");
        assertThat(send("PUT", "/fs/living-room/Video/x", "x")).isEqualTo(403);
        assertThat(device.resolve("Video/x")).doesNotExist();
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> tree = Files.walk(from)) {
            for (Path each : (Iterable<Path>) tree::iterator) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
    }

    @Test
    void aWrongPasswordStopsTheStartWithoutBeingSaid() throws Exception {
        Path known = folder.resolve("known_hosts");
        try (MinaServer server = new MinaServer(known)) {
            String at = MinaServer.USER + ":" + NOT_THE_OATS + "@127.0.0.1:" + server.port() + folder;
            assertThatThrownBy(() ->
                            load("sftp.yaml", Map.of("nas", at, "nas.key", key(), "nas.known-hosts", known.toString())))
                    .isInstanceOf(StartException.class)
                    .message()
                    .startsWith(EXAMPLES.resolve("sftp.yaml") + ": route nas: ")
                    .doesNotContain(NOT_THE_OATS)
                    .doesNotContain("\n");
        }
    }

    @Test
    void aServerThatIsDownDoesNotStopTheStart() throws Exception {
        Path known = Files.createFile(folder.resolve("known_hosts"));
        load("sftp.yaml", Map.of("nas", "joe@127.0.0.1:1/srv", "nas.key", key(), "nas.known-hosts", known.toString()));

        assertThat(send("GET", "/fs/nas/", "")).isEqualTo(503);
        assertThat(send("GET", "/fs/files/", "")).isEqualTo(200);
    }

    private static String at(MinaServer server, Path files) {
        return MinaServer.USER + ":" + MinaServer.PASSWORD + "@127.0.0.1:" + server.port() + files;
    }

    private static String at(TestFtpServer server) {
        String password = URLEncoder.encode(TestFtpServer.PASSWORD, StandardCharsets.UTF_8)
                .replace("+", "%20");
        return TestFtpServer.USER + ":" + password + "@127.0.0.1:" + server.port() + "/";
    }

    /** A key that nobody knows: the servers here take the password that the location brings. */
    private String key() throws Exception {
        Path file = folder.resolve("id_ecdsa");
        if (!Files.exists(file)) {
            var generator = SecurityUtils.getKeyPairGenerator("EC");
            generator.initialize(256);
            try (OutputStream out = Files.newOutputStream(file)) {
                new OpenSSHKeyPairResourceWriter().writePrivateKey(generator.generateKeyPair(), "test", null, out);
            }
        }
        return file.toString();
    }
}
