package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.ListedPaths;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.server.HttpSettings;
import dev.packhorse.server.RawClient;
import dev.packhorse.store.local.LocalStore;
import dev.packhorse.store.memory.MemoryStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What exports say about who may do what, through the whole gateway. */
class AccessTest {

    private static final String[] STRANGER = TestCallers.as("");

    @TempDir
    Path folder;

    private TestGateway gateway;
    private MemoryStore memory;

    @BeforeEach
    void start() throws Exception {
        memory = new MemoryStore(8 << 20);
        gateway = new TestGateway(folder, HttpSettings.DEFAULT, new TestCallers());
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    private void put(String... paths) throws FsException {
        for (String each : paths) {
            FsPath path = FsPath.parse(each);
            FsPath at = FsPath.ROOT;
            List<String> segments = path.segments();
            for (String segment : segments.subList(0, segments.size() - 1)) {
                at = at.child(segment);
                memory.makeDirectory(at, WriteOptions.DEFAULT);
            }
            memory.write(path, Body.of(each.getBytes(UTF_8)), WriteOptions.DEFAULT);
        }
    }

    private static List<String> walked(Store store) throws FsException {
        return ListedPaths.of(store.walk(FsPath.ROOT));
    }

    private int status(String method, String target, String body, String... headers) throws Exception {
        return gateway.send(method, target, body, headers).status();
    }

    private void export(Map<String, String> options) throws Exception {
        gateway.export("x", options, memory);
    }

    @Test
    void withoutRulesOnlyThisHostHasAnything() throws Exception {
        put("/f");
        export(Map.of("protocols", "httpfs"));

        assertThat(status("GET", "/fs/x/f", "")).isEqualTo(200);
        assertThat(status("PUT", "/fs/x/g", "x")).isEqualTo(200);
        assertThat(status("GET", "/fs/x/f", "", STRANGER)).isEqualTo(401);
        assertThat(status("GET", "/fs/x/f", "", TestCallers.as("owner"))).isEqualTo(403);
        assertThat(status("PUT", "/fs/x/h", "x", STRANGER)).isEqualTo(401);
    }

    @Test
    void rulesGoByGroupsAndAddressesToo() throws Exception {
        put("/f");
        export(Map.of("access", "family:r, @198.51.100.0/24:r"));

        assertThat(status("GET", "/fs/x/f", "", TestCallers.as("reader"))).isEqualTo(200);
        assertThat(status("GET", "/fs/x/f", "", TestCallers.as("writer"))).isEqualTo(403);
        assertThat(status("GET", "/fs/x/f", "", TestCallers.FROM + ": 198.51.100.9"))
                .isEqualTo(200);
        assertThat(status("GET", "/fs/x/f", "")).isEqualTo(401);
    }

    @Test
    void wrongCredentialsAreRefusedAlsoWhereNoneAreNeeded() throws Exception {
        put("/f");
        export(Map.of("access", "anyone:r", "cors.origins", "https://app.example"));

        TestGateway.Reply wrong = gateway.send(
                "GET",
                "/fs/x/f",
                "",
                "Authorization: " + TestCallers.basic("owner", "wrong"),
                "Origin: https://app.example");
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.head()).contains("WWW-Authenticate: Basic", "WWW-Authenticate: Bearer");
        assertThat(wrong.header("Access-Control-Allow-Origin")).isEqualTo("https://app.example");
        TestGateway.Reply later = gateway.send("GET", "/fs/x/f", "", "Authorization: Bearer barred");
        assertThat(later.status()).isEqualTo(429);
        assertThat(later.header("Retry-After")).isEqualTo("2");
        assertThat(status("GET", "/fs/", "", "Authorization: Bearer wrong")).isEqualTo(401);
    }

    @Test
    void whatPagesAskBeforehandNeedsNoCredential() throws Exception {
        export(Map.of("access", "owner:rw", "protocols", "httpfs, openhands, jsonfs", "cors.origins", "*"));
        String[] preflight = {
            TestCallers.FROM + ": 192.0.2.7",
            "Origin: https://app.example",
            "Access-Control-Request-Method: PUT",
            "Authorization: Bearer wrong"
        };

        for (String base : List.of("/fs/x/f", "/openhands/x/files/f", "/jsonfs/x/f")) {
            TestGateway.Reply reply = gateway.send("OPTIONS", base, "", preflight);
            assertThat(reply.status()).as(base).isBetween(200, 204);
            assertThat(reply.header("Access-Control-Allow-Origin")).isEqualTo("*");
        }
        TestGateway.Reply denied = gateway.send("GET", "/fs/x/f", "", STRANGER[0], "Origin: https://app.example");
        assertThat(denied.status()).isEqualTo(401);
        assertThat(denied.header("Access-Control-Allow-Origin")).isEqualTo("*");
    }

    @Test
    void whatAnExportCanDoIsToldToWhoMayDoSomethingThere() throws Exception {
        export(Map.of("access", "reader:r; /inbox/**: writer:write", "cors.origins", "*"));
        String client = "Packhorse: 1";

        for (String who : List.of("reader", "writer")) {
            String[] as = TestCallers.as(who);
            TestGateway.Reply told = gateway.send("OPTIONS", "/fs/x/", "", as[0], as[1], client);
            assertThat(told.status()).as(who).isEqualTo(200);
            assertThat(told.head()).contains("Allow: ", "Packhorse-Capabilities: ");
        }
        TestGateway.Reply stranger = gateway.send("OPTIONS", "/fs/x/f", "", STRANGER[0], client);
        assertThat(stranger.status()).isEqualTo(401);
        assertThat(stranger.head()).contains("WWW-Authenticate: ").doesNotContain("Allow: ", "Packhorse-Capabilities");
        assertThat(status("OPTIONS", "/fs/x/f", "", TestCallers.as("other"))).isEqualTo(403);
        TestGateway.Reply preflight = gateway.send(
                "OPTIONS",
                "/fs/x/f",
                "",
                STRANGER[0],
                client,
                "Origin: https://app.example",
                "Access-Control-Request-Method: PUT");
        assertThat(preflight.status()).isEqualTo(200);
        assertThat(preflight.head())
                .contains("Access-Control-Allow-Methods: ")
                .doesNotContain("Packhorse-Capabilities");
    }

    @Test
    void theIndexShowsWhatTheCallerMaySee() throws Exception {
        export(Map.of("access", "reader:r"));
        gateway.export("deep/y", Map.of("access", "writer:none; /a/**: writer:r"), new MemoryStore(1 << 20));

        assertThat(gateway.send("GET", "/fs/", "", STRANGER).body()).isEmpty();
        assertThat(gateway.send("GET", "/fs/", "", TestCallers.as("reader")).body())
                .contains("x")
                .doesNotContain("deep");
        assertThat(gateway.send("GET", "/fs/", "", TestCallers.as("writer")).body())
                .contains("deep")
                .doesNotContain("x ");
        assertThat(status("GET", "/fs/deep/", "", TestCallers.as("reader"))).isEqualTo(404);
        assertThat(status("GET", "/fs/deep/", "", TestCallers.as("writer"))).isEqualTo(200);
    }

    @Test
    void whatMayNotBeSeenAppearsInNoAnswer() throws Exception {
        put("/d/seen", "/d/secret", "/d/private/secret", "/d/blind/secret");
        export(Map.of(
                "protocols",
                "httpfs, openhands, jsonfs",
                "access",
                "reader:r; /d/secret: owner:rw; /d/private/**: owner:rw; /d/blind/**: reader:read"));
        String[] reader = TestCallers.as("reader");

        List<String> answers = new ArrayList<>();
        for (String each :
                List.of("/fs/x/d/", "/fs/x/d/:", "/fs/x/d/...", "/openhands/x/files/d/list", "/jsonfs/x/d")) {
            TestGateway.Reply reply = gateway.send("GET", each, "", reader);
            assertThat(reply.status()).as(each).isEqualTo(200);
            answers.add(reply.body());
        }
        TestGateway.Reply parts =
                gateway.send("GET", "/fs/x/d/...", "", reader[0], reader[1], "Accept: multipart/mixed");
        answers.add(parts.body());
        assertThat(parts.body()).contains("/fs/x/d/seen").containsPattern("--\\r\\n\\r\\n0\\r\\n");
        assertThat(answers).allSatisfy(body -> assertThat(body).contains("seen").doesNotContain("secret", "private"));
    }

    @Test
    void aTokenInTheQueryCountsWhereTheExportSaysSo() throws Exception {
        put("/f");
        export(Map.of("access", "owner:rw", "token", "true", "protocols", "httpfs, openhands, jsonfs"));
        gateway.export("y", Map.of("access", "owner:rw"), new MemoryStore(1 << 20));

        for (String each : List.of("/fs/x/f", "/openhands/x/files/f", "/jsonfs/x/f")) {
            assertThat(status("GET", each + "?token=owner", "", STRANGER))
                    .as(each)
                    .isEqualTo(200);
        }
        assertThat(status("GET", "/fs/x/f?token=reader", "", STRANGER)).isEqualTo(403);
        assertThat(status("GET", "/fs/y/?token=owner", "", STRANGER)).isEqualTo(401);
    }

    @Test
    void theRouteHearsWhoAsks() throws Exception {
        gateway.serveCallers("asked");

        gateway.send("GET", "/fs/asked/", "", TestCallers.as("owner"));
        gateway.send("GET", "/fs/asked/", "", TestCallers.as(""));

        assertThat(gateway.heard()).contains("owner", "anonymous");
    }

    @Test
    void credentialsOfOpenHandsAdmitFromEverywhereWhereThereAreNoRules() throws Exception {
        put("/f");
        export(Map.of("protocols", "httpfs, openhands, openhands-webhook", "openhands.api-key", "k1"));
        String[] key = {STRANGER[0], "X-API-Key: k1"};

        assertThat(status("GET", "/openhands/x/files/f", "", key)).isEqualTo(200);
        assertThat(status("POST", "/openhands/x/files/g", "x", key)).isEqualTo(201);
        assertThat(status("POST", "/openhands-webhook/x/h", "x", key)).isEqualTo(200);
        await().untilAsserted(() -> assertThat(walked(memory)).containsExactly("/f", "/g", "/h"));
        assertThat(status("GET", "/fs/x/f", "", key)).isEqualTo(401);
        assertThat(status("GET", "/openhands/x/files/f", "")).isEqualTo(401);
        assertThat(status("GET", "/openhands/x/files/f", "", STRANGER)).isEqualTo(401);
        assertThat(status("GET", "/openhands/x/files/f", "", STRANGER[0], "X-API-Key: k2"))
                .isEqualTo(401);
        assertThat(status("GET", "/openhands/x/health", "", STRANGER)).isEqualTo(200);
        assertThat(status("GET", "/openhands-webhook/x/health", "", STRANGER)).isEqualTo(200);
        assertThat(status("GET", "/openhands/x/files/f", "", TestCallers.as("owner")))
                .isEqualTo(403);
    }

    @Test
    void credentialsOfOpenHandsAreThoseOfAUserWhereThereAreRules() throws Exception {
        put("/f");
        export(Map.of(
                "protocols", "openhands", "openhands.api-key", "k1", "access", "users:r, owner:rw; /p/**: owner:rw"));
        String[] key = {STRANGER[0], "X-API-Key: k1"};

        assertThat(status("GET", "/openhands/x/files/f", "", key)).isEqualTo(200);
        assertThat(status("POST", "/openhands/x/files/f", "x", key)).isEqualTo(403);
        assertThat(status("POST", "/openhands/x/files/p/f", "x", key)).isEqualTo(403);
        assertThat(status("POST", "/openhands/x/files/p/f", "x", TestCallers.as("owner")))
                .isEqualTo(201);
        assertThat(status("GET", "/openhands/x/files/f", "", STRANGER)).isEqualTo(401);
    }

    @Test
    void oneDeletesOfTheRootWhatOneSees() throws Exception {
        put("/mine", "/theirs/f");
        export(Map.of("protocols", "openhands", "access", "writer:rw; /theirs/**: owner:rw"));

        assertThat(status("DELETE", "/openhands/x/files/", "", TestCallers.as("writer")))
                .isEqualTo(204);

        assertThat(walked(memory)).containsExactly("/theirs", "/theirs/f");
    }

    @Test
    void eachItemOfABatchIsCheckedWhenItComes() throws Exception {
        put("/theirs/f", "/mine/f");
        export(Map.of("protocols", "openhands-webhook", "access", "writer:rw; /theirs/**: owner:rw"));
        String batch = """
                [{"method":"POST","path":"mine/a","content":"1"},
                 {"method":"POST","path":"theirs/a","content":"2"},
                 {"method":"POST","path":"theirs/b","content":"Mg==","encoding":"base64"},
                 {"method":"DELETE","path":"theirs"},
                 {"method":"DELETE","path":"mine/f"},
                 {"method":"DELETE","path":""}]""";

        TestGateway.Reply reply = gateway.send("POST", "/openhands-webhook/x", batch, TestCallers.as("writer"));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body())
                .isEqualTo("[{\"item\":1,\"path\":\"theirs/a\",\"error\":\"Forbidden\"},"
                        + "{\"item\":2,\"path\":\"theirs/b\",\"error\":\"Forbidden\"},"
                        + "{\"item\":3,\"path\":\"theirs\",\"error\":\"Forbidden\"},"
                        + "{\"item\":5,\"path\":\"\",\"error\":\"Forbidden\"}]");
        await().untilAsserted(
                        () -> assertThat(walked(memory)).containsExactly("/mine", "/mine/a", "/theirs", "/theirs/f"));
    }

    @Test
    void whatWasTakenIsAppliedAsItsSenderMayAlsoAfterAStart() throws Exception {
        // Given: a sender that may write, and a store that takes nothing.
        FaultyStore faulty = new FaultyStore(memory);
        faulty.fail("write", Kind.UNAVAILABLE);
        faulty.fail("stat", Kind.UNAVAILABLE);
        Map<String, String> before = Map.of("protocols", "openhands-webhook", "access", "writer:rw, owner:rw");
        gateway.export("x", before, faulty);
        assertThat(status("POST", "/openhands-webhook/x/a", "1", TestCallers.as("writer")))
                .isEqualTo(200);
        assertThat(status("POST", "/openhands-webhook/x/b", "2", TestCallers.as("owner")))
                .isEqualTo(200);

        // When: it is another one that may, when the gateway is there again.
        gateway.close();
        memory = new MemoryStore(1 << 20);
        gateway = new TestGateway(folder, HttpSettings.DEFAULT, new TestCallers());
        export(Map.of("protocols", "openhands-webhook", "access", "owner:rw"));

        // Then
        await().untilAsserted(() -> assertThat(gateway.meters
                        .get("packhorse.webhook.failed")
                        .tag("export", "/x")
                        .functionCounter()
                        .count())
                .isEqualTo(1));
        await().untilAsserted(() -> assertThat(walked(memory)).containsExactly("/b"));
    }

    @Test
    void anEventOfOneSenderIsNoneOfAnother() throws Exception {
        export(Map.of("protocols", "openhands-webhook", "access", "writer:rw, owner:rw"));
        String id = "X-Packhorse-Event-Id: 7";
        String[] owner = TestCallers.as("owner");
        String[] writer = TestCallers.as("writer");

        assertThat(status("POST", "/openhands-webhook/x/a", "1", writer[0], writer[1], id))
                .isEqualTo(200);
        assertThat(status("POST", "/openhands-webhook/x/b", "2", owner[0], owner[1], id))
                .isEqualTo(200);

        await().untilAsserted(() -> assertThat(walked(memory)).containsExactly("/a", "/b"));
    }

    private String device(String method, String target) throws Exception {
        try (RawClient client = new RawClient(gateway.devicePort())) {
            return client.send(method + " /httpfs-" + target
                            + " HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .readAll();
        }
    }

    @Test
    void clientsOfTheDeviceAreKnownByTheirAddressAlone() throws Exception {
        put("/f");
        gateway.export("Read", Map.of("protocols", "replay", "access", "@127.0.0.0/8:r, @::1:r, owner:rw"), memory);
        gateway.export("Away", Map.of("protocols", "replay", "access", "owner:rw, @192.0.2.0/24:rw"), memory);

        assertThat(device("GET", "ls?name=\"/\"")).contains("Read").doesNotContain("Away");
        assertThat(device("GET", "readfile?name=\"/Read/f\"")).contains("\n0\n/f");
        assertThat(device("GET", "fstat?name=\"/Away/f\"")).doesNotContain("type=");
        for (String change : List.of(
                "rm?name=\"/Read/f\"",
                "mkdir?name=\"/Read/d\"",
                "create?name=\"/Read/n\"",
                "mv?old=\"/Read/f\"&new=\"/Read/g\"",
                "cp?src=\"/Read/f\"&dest=\"/Read/g\"",
                "rm?name=\"/Away/f\"")) {
            assertThat(device("GET", change)).as(change).containsPattern("\n8082[0-9A-F]{4}\n");
        }
        assertThat(walked(memory)).containsExactly("/f");
    }

    @Test
    void namesMayBeHiddenAndRefused() throws Exception {
        put("/.git/config", "/a.exe", "/f");
        export(Map.of("protocols", "httpfs, openhands", "hide", ".git", "refuse", "*.exe"));

        assertThat(gateway.send("GET", "/fs/x/", "").body()).doesNotContain(".git");
        assertThat(status("GET", "/fs/x/.git/config", "")).isEqualTo(404);
        assertThat(status("GET", "/openhands/x/files/.git/config", "")).isEqualTo(404);
        assertThat(status("PUT", "/fs/x/.git/config", "x")).isEqualTo(403);
        assertThat(status("PUT", "/fs/x/b.exe", "x")).isEqualTo(403);
        assertThat(status("MOVE", "/fs/x/f", "", "Destination: /fs/x/f.exe")).isEqualTo(403);
        assertThat(status("GET", "/fs/x/a.exe", "")).isEqualTo(200);
        assertThat(status("DELETE", "/fs/x/a.exe", "")).isEqualTo(200);
    }

    @Test
    void anExportMayBeReadOnlyOverEveryProtocol() throws Exception {
        put("/f");
        export(Map.of("protocols", "httpfs, openhands, replay", "read-only", "true", "replay.name", "X"));

        assertThat(status("GET", "/fs/x/f", "")).isEqualTo(200);
        assertThat(status("PUT", "/fs/x/f", "x")).isEqualTo(501);
        assertThat(status("POST", "/openhands/x/files/f", "x")).isEqualTo(501);
        assertThat(device("GET", "rm?name=\"/X/f\"")).contains("\n80820024\n");
        assertThat(walked(memory)).containsExactly("/f");
    }

    @Test
    void filesAreNotLargerThanTheyMayBeOverAnyProtocol() throws Exception {
        export(Map.of("protocols", "httpfs, openhands, replay", "max-file", "10", "replay.name", "X"));
        String eleven = "x".repeat(11);

        assertThat(status("PUT", "/fs/x/f", eleven)).isEqualTo(413);
        assertThat(gateway.exchange("PUT /fs/x/f HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
                                + "Connection: close\r\n\r\nb\r\n" + eleven + "\r\n0\r\n\r\n")
                        .status())
                .isEqualTo(413);
        assertThat(status("POST", "/openhands/x/files/f", eleven)).isEqualTo(413);
        assertThat(device("GET", "create?name=\"/X/f\"")).startsWith("HTTP/1.1 200");
        try (RawClient client = new RawClient(gateway.devicePort())) {
            assertThat(client.send(
                                    "POST /httpfs-writefile?name=\"/X/f\"&pos=0&size=11 HTTP/1.1\r\nContent-Length: 11\r\n\r\n"
                                            + eleven)
                            .readAll())
                    .contains("\n80820024\n");
        }
        assertThat(status("PUT", "/fs/x/f", "x".repeat(10))).isEqualTo(200);
        assertThat(memory.stat(FsPath.parse("/f")).size()).isEqualTo(10);
    }

    @Test
    void anExportHoldsNoMoreThanItsQuota() throws Exception {
        put("/f");
        export(Map.of("protocols", "httpfs, replay", "quota", "1k", "quota-entries", "3", "replay.name", "X"));

        assertThat(status("PUT", "/fs/x/g", "x".repeat(1025))).isEqualTo(507);
        assertThat(status("PUT", "/fs/x/g", "x".repeat(500))).isEqualTo(200);
        await().untilAsserted(
                        () -> assertThat(device("GET", "volinfo?name=\"/X\"")).contains("cap=1024", "inuse=502"));
        assertThat(status("PUT", "/fs/x/h", "x".repeat(523))).isEqualTo(507);
        assertThat(status("PUT", "/fs/x/h", "x".repeat(522))).isEqualTo(200);
        assertThat(status("PUT", "/fs/x/i", "")).isEqualTo(507);
        assertThat(status("DELETE", "/fs/x/g", "")).isEqualTo(200);
        assertThat(status("PUT", "/fs/x/i", "x".repeat(100))).isEqualTo(200);
    }

    @Test
    void noLinkOfALocalFolderLeadsAroundTheRules() throws Exception {
        // Given
        Path served = Files.createDirectories(folder.resolve("served"));
        Files.createDirectories(served.resolve("private/deep"));
        Files.createDirectories(served.resolve("pub"));
        Files.writeString(served.resolve("private/secret"), "the secret");
        Files.createSymbolicLink(served.resolve("pub/link"), Path.of("../private"));
        Files.createSymbolicLink(served.resolve("pub/file"), Path.of("../private/secret"));
        gateway.export(
                "local",
                Map.of(
                        "protocols",
                        "httpfs, openhands, jsonfs",
                        "access",
                        "reader:r, writer:rw; /private/**: owner:rw"),
                LocalStore.open(served, LocalStore.Options.DEFAULT));

        // When, Then
        for (String who : List.of("reader", "writer")) {
            for (String way : List.of(
                    "/fs/local/pub/link/secret",
                    "/fs/local/pub/link/",
                    "/fs/local/pub/file",
                    "/fs/local/pub/file/",
                    "/openhands/local/files/pub/link/secret",
                    "/openhands/local/files/pub/file",
                    "/jsonfs/local/pub/link/secret",
                    "/jsonfs/local/pub/link",
                    "/jsonfs/local/pub/file")) {
                TestGateway.Reply reply = gateway.send("GET", way, "", TestCallers.as(who));
                assertThat(reply.body()).as(way).doesNotContain("the secret", "deep");
            }
        }
        assertThat(status("PUT", "/fs/local/pub/link/new", "x", TestCallers.as("writer")))
                .isEqualTo(403);
        assertThat(status("DELETE", "/fs/local/pub/link/secret", "", TestCallers.as("writer")))
                .isEqualTo(403);
        assertThat(gateway.send("GET", "/fs/local/private/secret", "", TestCallers.as("owner"))
                        .body())
                .isEqualTo("the secret");
        assertThat(served.resolve("private/new")).doesNotExist();
    }

    @Test
    void whatIsWrongWithRulesStopsTheStart() {
        for (Map.Entry<Map<String, String>, String> each : Map.of(
                        Map.of("access", "nobody:rw"), "'nobody' is no user or group that is known",
                        Map.of("access", "owner:rw; /p/**: nobody:r"), "'nobody' is no user or group that is known",
                        Map.of("access", "@10.0.0.1/8:r"), "10.0.0.0/8",
                        Map.of("access./p/**", "owner:rw"), "unknown option 'access./p/**', options are access, ",
                        Map.of("hide", "*"), "'*' is no pattern",
                        Map.of("quota", "0"), "a quota of nothing")
                .entrySet()) {
            assertThatThrownBy(() -> export(each.getKey()))
                    .as(each.getKey().toString())
                    .rootCause()
                    .hasMessageContaining(each.getValue());
        }
    }
}
