package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.FileTree;
import dev.packhorse.server.RawClient;
import dev.packhorse.store.sftp.MinaServer;
import dev.packhorse.wire.replay.EncryptedQuery;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link TraversalTest} says of httpfs, of every other front, of names within bodies, and of other stores below. */
class TraversalFrontsTest {

    private static final String CANARY = Outside.CANARY;

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static TestGateway gateway;

    @SuppressWarnings("NullAway.Init")
    private Outside beside;

    @BeforeAll
    static void start() throws Exception {
        gateway = new TestGateway(Files.createDirectory(folder.resolve("served")));
        gateway.serve("all", "httpfs,jsonfs,openhands,openhands-webhook,replay", "root:all", Map.of());
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
    }

    @BeforeEach
    void plant() throws IOException {
        Path served = folder.resolve("served");
        Files.createDirectories(gateway.root.resolve("a/b"));
        Files.writeString(gateway.root.resolve("mine"), "mine");
        beside = Outside.plant(folder, gateway.root, served.resolve("state"), served.resolve("spool"));
    }

    @AfterEach
    void nothingOutsideHasChanged() throws IOException {
        try {
            beside.assertUnchanged();
        } finally {
            Outside.clear(gateway.root);
        }
    }

    /** {@code null} for a connection that was closed without an answer. */
    private static String sent(String method, String target, String body, String... headers) throws IOException {
        TestGateway.Reply reply;
        try {
            reply = gateway.send(method, target, body, headers);
        } catch (SocketException e) {
            return "";
        }
        String said = method + " " + target + " " + reply.status();
        assertThat(reply.head() + reply.body()).as(said).doesNotContain(CANARY);
        assertThat(reply.status() < 500 || reply.status() == 501).as(said).isTrue();
        return reply.body();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/jsonfs/all", "/openhands/all/files", "/openhands-webhook/all"})
    void noSpellingOfATargetLeavesTheRoot(String base) throws IOException {
        for (String target : Outside.targets(base, folder)) {
            for (String method : List.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "MOVE", "COPY")) {
                sent(method, target, "x", "Destination: " + target, "Content-Type: application/octet-stream");
            }
            sent("GET", target + "/list", "");
            sent("GET", target + "//list", "");
        }
        awaitMirrors();
    }

    private static void awaitMirrors() {
        Path spool = folder.resolve("served/spool/webhook");
        // But for the file by which a process keeps others out.
        await().until(() ->
                FileTree.paths(spool).stream().filter(Files::isRegularFile).allMatch(each -> each.endsWith(".lock")));
    }

    /** OpenHands joins a base and a path without a slash. */
    @Test
    void noPathBehindABareBaseLeavesTheRoot() throws IOException {
        for (String name : Outside.UPS) {
            for (String path : List.of(name + "/canary", name, name + "/" + name + "/outside/canary")) {
                for (String base : List.of("/openhands-webhook/all", "/openhands-webhook/hooked")) {
                    sent("POST", base + path, "x");
                    sent("DELETE", base + path, "");
                }
            }
        }
        awaitMirrors();
    }

    @Test
    void noPathInABatchLeavesTheRoot() throws IOException {
        StringBuilder batch = new StringBuilder("[");
        for (String name : Outside.names(folder)) {
            String path = json(name);
            for (String each : List.of(path, path.replace(".", "\\u002e").replace("/", "\\/"))) {
                batch.append("{\"method\":\"POST\",\"path\":\"").append(each).append("\",\"content\":\"x\"},");
                batch.append("{\"method\":\"DELETE\",\"path\":\"").append(each).append("\"},");
            }
        }
        String body = batch + "{\"method\":\"POST\",\"path\":\"well\",\"content\":\"x\"}]";
        assertThat(sent("POST", "/openhands-webhook/all", TestGateway.wire(body), "Content-Type: application/json"))
                .contains("..");
        awaitMirrors();
        assertThat(gateway.root.resolve("well")).hasContent("x");
    }

    private static String json(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            escaped.append(c < ' ' || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        }
        return escaped.toString();
    }

    @Test
    void noNameOfADeviceLeavesItsExport() throws IOException {
        for (String name : Outside.names(folder)) {
            String below = "/all/" + name;
            for (String query : List.of(
                    "httpfs-ls?name=\"" + below + "\"",
                    "httpfs-fstat?name=\"" + below + "\"",
                    "httpfs-readfile?name=\"" + below + "\"",
                    "httpfs-writefile?name=\"" + below + "\"&pos=\"0\"",
                    "httpfs-create?name=\"" + below + "\"",
                    "httpfs-mkdir?name=\"" + below + "\"",
                    "httpfs-volinfo?name=\"" + below + "\"",
                    "httpfs-cp?src=\"" + below + "\"&dest=\"/all/stolen\"",
                    "httpfs-cp?src=\"/all/mine\"&dest=\"" + below + "\"",
                    "httpfs-mv?old=\"" + below + "\"&new=\"/all/stolen\"",
                    "httpfs-mv?old=\"/all/mine\"&new=\"" + below + "\"",
                    "httpfs-rm?name=\"" + below + "\"",
                    "httpfs-ls?name=\"" + name + "\"",
                    "httpfs-readfile?name=\"" + name + "\"",
                    "httpfs-readfile?name=" + below)) {
                device(query);
                int mark = query.indexOf('?') + 1;
                String sealed = EncryptedQuery.seal(query.substring(mark).getBytes(UTF_8), Instant.now(), 17, 4711);
                device(query.substring(0, mark) + EncryptedQuery.PREFIX + sealed);
            }
            Path stolen = gateway.root.resolve("stolen");
            if (Files.isRegularFile(stolen)) {
                assertThat(Files.readString(stolen)).isNotEqualTo(CANARY);
                Files.delete(stolen);
            }
            Files.writeString(gateway.root.resolve("mine"), "mine");
        }
    }

    private static void device(String target) throws IOException {
        try (RawClient client = new RawClient(gateway.devicePort())) {
            String answer = client.send("GET /" + TestGateway.wire(target)
                            + " HTTP/1.1\r\nUser-Agent: Replay-HTTPFS/1\r\nContent-Length: 1\r\n\r\nx")
                    .readAll();
            assertThat(answer).as(target).doesNotContain(CANARY);
        } catch (SocketException e) {
            // Closed with a part of what was sent unread: an answer, too.
        }
    }

    @Test
    void noNameInAnArchiveLeavesItsBase() throws IOException {
        for (String base : List.of("/fs/all/", "/fs/all/a", "/fs/all/a/b")) {
            for (String name : Outside.names(folder)) {
                for (char type : new char[] {'0', '5', '2', '1'}) {
                    if (!name.isEmpty()) {
                        sent("PATCH", base, tar(name, type), "Content-Type: application/x-tar");
                    }
                }
            }
            // A link that leads out, and a file behind it.
            sent("PATCH", base, tar("way", '2'), "Content-Type: application/x-tar");
            sent("PATCH", base, tar("way/canary", '0'), "Content-Type: application/x-tar");
            sent("PATCH", base, tar("way/sub/canary", '0'), "Content-Type: application/x-tar");
        }
    }

    private static String tar(String name, char type) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            TarArchiveEntry entry = new TarArchiveEntry(name, (byte) type, true);
            if (type == '1' || type == '2') {
                entry.setLinkName(folder.resolve("outside").toString());
            }
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        }
        return out.toString(ISO_8859_1);
    }

    /** Somebody else has made symlinks that lead out; to clients they are there, and lead nowhere. */
    @Test
    void noSymlinkLeadsAnyFrontOutOfTheRoot() throws IOException {
        Files.createSymbolicLink(gateway.root.resolve("far"), folder.resolve("outside"));
        Files.createSymbolicLink(gateway.root.resolve("near"), Path.of("../../outside"));
        Files.createSymbolicLink(gateway.root.resolve("file"), folder.resolve("canary"));
        Files.createSymbolicLink(gateway.root.resolve("a/up"), Path.of("../../.."));
        for (String way : List.of("far", "near", "file", "a/up", "a/up/outside")) {
            for (String below : List.of("", "/", "/canary", "/sub/canary", "/new", "/...", "/:", "/list", "//list")) {
                for (String base :
                        List.of("/fs/all/", "/jsonfs/all/", "/openhands/all/files/", "/openhands-webhook/all/")) {
                    for (String method : List.of("GET", "HEAD", "OPTIONS")) {
                        sent(method, base + way + below, "");
                    }
                    if (!below.isEmpty() && !below.equals("/")) {
                        for (String method : List.of("PUT", "POST", "PATCH", "DELETE")) {
                            sent(method, base + way + below, "x", "Content-Mode: 33279");
                        }
                    }
                }
                for (String command : List.of("ls", "fstat", "readfile", "create", "mkdir", "volinfo")) {
                    device("httpfs-" + command + "?name=\"/all/" + way + below + "\"");
                }
                device("httpfs-cp?src=\"/all/" + way + below + "\"&dest=\"/all/stolen\"");
                device("httpfs-cp?src=\"/all/mine\"&dest=\"/all/" + way + "/stolen\"");
                device("httpfs-mv?old=\"/all/mine\"&new=\"/all/" + way + "/stolen\"");
                device("httpfs-writefile?name=\"/all/" + way + "/canary\"&pos=\"0\"");
                device("httpfs-rm?name=\"/all/" + way + "/canary\"");
            }
        }
        for (String all : List.of("/fs/all/...", "/jsonfs/all", "/openhands/all/files/list")) {
            sent("GET", all, "", "Accept: multipart/mixed");
        }
        awaitMirrors();
    }

    /** Stores that put names into URLs and commands of their own. */
    @Test
    void noSpellingLeavesTheRootOfAnotherStore() throws Exception {
        Path known = folder.resolve("served/state/known");
        try (MinaServer sftp = new MinaServer(known)) {
            String at = "127.0.0.1:" + gateway.listener.getPort();
            Map<String, String> locations = Map.of(
                    "vfs", "vfs:file://" + gateway.root,
                    "sftp", "sftp://" + MinaServer.USER + "@127.0.0.1:" + sftp.port() + gateway.root,
                    "far", "httpfs+http://" + at + "/fs/all",
                    "hands", "openhands+http://" + at + "/openhands/all",
                    "json", "jsonfs+http://" + at + "/jsonfs/all");
            for (Map.Entry<String, String> each : locations.entrySet()) {
                Map<String, String> options = each.getKey().equals("sftp")
                        ? Map.of("password", MinaServer.PASSWORD, "known-hosts", known.toString())
                        : Map.of();
                gateway.serve("on-" + each.getKey(), "httpfs", each.getValue(), options);
                String base = "/fs/on-" + each.getKey();
                for (String target : Outside.targets(base, folder)) {
                    if (!target.startsWith(base)) {
                        continue;
                    }
                    for (String method : List.of("GET", "PUT", "MOVE", "DELETE")) {
                        TestGateway.Reply reply = gateway.send(
                                method, target, method.equals("PUT") ? "x" : "", "Destination: " + base + "/stolen");
                        assertThat(reply.body()).as(method + " " + target).doesNotContain(CANARY);
                    }
                }
                Path stolen = gateway.root.resolve("stolen");
                if (Files.isRegularFile(stolen)) {
                    assertThat(stolen).content().isNotEqualTo(CANARY);
                }
                beside.assertUnchanged();
            }
        }
    }
}
