package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a client names, nothing beside the root of its store is read, changed, made or removed. */
class TraversalTest {

    private static final String CANARY = Outside.CANARY;
    private static final List<String> READS = List.of("GET", "HEAD", "OPTIONS");
    private static final List<String> WRITES = List.of("PUT", "PATCH", "DELETE");
    private static final List<String> TRANSFERS = List.of("MOVE", "COPY");

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static TestGateway gateway;

    @SuppressWarnings("NullAway.Init")
    private Outside beside;

    private Path outside = folder;

    @BeforeAll
    static void start() throws Exception {
        gateway = new TestGateway(Files.createDirectory(folder.resolve("served")));
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
    }

    @BeforeEach
    void plant() throws IOException {
        beside = Outside.plant(folder, gateway.root, folder.resolve("served/state"));
        outside = folder.resolve("outside/sub");
        Files.createDirectories(gateway.root.resolve("a/b"));
        Files.writeString(gateway.root.resolve("mine"), "mine");
    }

    @AfterEach
    void nothingOutsideHasChanged() throws IOException {
        beside.assertUnchanged();
        Outside.clear(gateway.root);
    }

    private static List<String> corpus() throws IOException {
        List<String> all = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("src/test/resources/httpfs/traversal.txt"))) {
            all.add("/fs/files" + line);
        }
        all.addAll(Outside.targets("/fs/files", folder));
        return all;
    }

    @Test
    void noSpellingOfAPathLeavesTheRoot() throws IOException {
        for (String target : corpus()) {
            for (String method : READS) {
                assertStaysInside(method, target, gateway.send(method, target, ""));
            }
            for (String method : WRITES) {
                assertStaysInside(
                        method,
                        target,
                        gateway.send(method, target, method.equals("PUT") ? "x" : "", "Content-Mode: 33279"));
            }
        }
    }

    @Test
    void noSpellingOfASourceLeavesTheRoot() throws IOException {
        for (String source : corpus()) {
            for (String method : TRANSFERS) {
                assertStaysInside(method, source, gateway.send(method, source, "", "Destination: /fs/files/stolen"));
                Path stolen = gateway.root.resolve("stolen");
                if (Files.isRegularFile(stolen)) {
                    assertThat(Files.readString(stolen)).as(source).isNotEqualTo(CANARY);
                }
            }
        }
    }

    @Test
    void noSpellingOfADestinationLeavesTheRoot() throws IOException {
        for (String destination : corpus()) {
            for (String method : TRANSFERS) {
                gateway.send("PUT", "/fs/files/mine", "mine");
                for (String prefix : List.of("", "http://h")) {
                    assertStaysInside(
                            method,
                            destination,
                            gateway.send(method, "/fs/files/mine", "", "Destination: " + prefix + destination));
                }
            }
        }
    }

    private static void assertStaysInside(String method, String target, TestGateway.Reply reply) {
        assertThat(reply.body()).as(method + " " + target).doesNotContain(CANARY);
        // What lies above the exports is read-only, which is 501.
        assertThat(reply.status() < 500 || reply.status() == 501)
                .as(method + " " + target + " " + reply.status())
                .isTrue();
    }

    @Test
    void dotSegmentsAreRefusedInEverySpellingThatDecodesToThem() throws IOException {
        for (String up :
                List.of("..", "%2e%2e", "%2E%2E", ".%2e", "%2e.", ".", "%2e", "..%2f", "a%2fb", "%00", "%c0%ae")) {
            for (String method : List.of("GET", "HEAD", "PUT", "PATCH", "DELETE")) {
                assertThat(gateway.send(method, "/fs/files/" + up + "/canary", "")
                                .status())
                        .as(method + " " + up)
                        .isEqualTo(400);
            }
        }
    }

    @Test
    void noSymlinkLeadsOutOfTheRoot() throws IOException {
        for (String target : List.of(
                outside.toString(),
                "../../outside/sub",
                "a/../../../outside/sub",
                "/",
                "..",
                "//" + outside,
                "first",
                "/proc/self/cwd")) {
            assertThat(link("/fs/files/first", outside.toString()).status()).isEqualTo(200);
            String way = target.equals("first") ? "/fs/files/second" : "/fs/files/a/way";
            String leak = target.startsWith("..") ? "../" + target : target;
            assertThat(link(way, leak).status()).as(leak).isEqualTo(200);
            assertClosed(way);
        }
    }

    @Test
    void aSymlinkThatAMoveMakesLeadOutIsClosedToo() throws IOException {
        gateway.send("PUT", "/fs/files/a/b/", "");
        link("/fs/files/a/b/way", "../../../../outside/sub");
        assertThat(gateway.send("MOVE", "/fs/files/a/b", "", "Destination: /fs/files/c")
                        .status())
                .isEqualTo(200);
        assertClosed("/fs/files/c/way");
        // Above everything here, and at the directory outside once it is a level deeper.
        link("/fs/files/c/way", "../../../../outside/sub");
        link("/fs/files/c/here", "../../../../outside");
        assertThat(gateway.send("MOVE", "/fs/files/c", "", "Destination: /fs/files/a/c")
                        .status())
                .isEqualTo(200);
        assertClosed("/fs/files/a/c/way");
        assertClosed("/fs/files/a/c/here");
    }

    private static TestGateway.Reply link(String path, String target) throws IOException {
        return gateway.send("PUT", path, target, "Content-Type: application/x-symlink");
    }

    /** The link itself is a thing of the client's; below it is nothing. */
    private static void assertClosed(String way) throws IOException {
        for (String below : List.of("/canary", "/sub/canary", "/new", "/:", "/...", "/canary/x")) {
            for (String method : List.of("GET", "HEAD", "PUT", "PATCH", "DELETE")) {
                TestGateway.Reply reply =
                        gateway.send(method, way + below, method.equals("PUT") ? "x" : "", "Content-Mode: 33279");
                assertThat(reply.status()).as(method + " " + way + below).isBetween(400, 499);
                assertThat(reply.body()).doesNotContain(CANARY);
            }
            for (String method : TRANSFERS) {
                assertThat(gateway.send(method, way + below, "", "Destination: /fs/files/stolen")
                                .status())
                        .as(method + " from " + way + below)
                        .isBetween(400, 499);
                assertThat(gateway.send(method, "/fs/files/mine", "", "Destination: " + way + below)
                                .status())
                        .as(method + " to " + way + below)
                        .isBetween(400, 499);
            }
        }
        assertThat(gateway.send("GET", way, "").header("Content-Type")).isEqualTo("application/x-symlink");
        assertThat(gateway.send("GET", "/fs/files/...", "", "Accept: multipart/mixed")
                        .body())
                .doesNotContain(CANARY, way + "/");
        assertThat(gateway.send("DELETE", way, "").status()).isEqualTo(200);
    }

    /** One client swaps a directory for a symlink that leads out while others go through it. */
    @Test
    void aRaceBetweenSwapsAndRequestsStaysInside() throws Exception {
        int rounds = 60;
        Files.createDirectory(gateway.root.resolve("way"));
        Files.writeString(gateway.root.resolve("way/canary"), "x");
        List<Callable<Integer>> clients = new ArrayList<>();
        clients.add(() -> {
            for (int i = 0; i < rounds; i++) {
                gateway.send("MOVE", "/fs/files/way", "", "Destination: /fs/files/real");
                link("/fs/files/way", outside.toString());
                gateway.send("DELETE", "/fs/files/way", "");
                gateway.send("MOVE", "/fs/files/real", "", "Destination: /fs/files/way");
            }
            return 0;
        });
        for (String method : List.of("GET", "PUT", "DELETE")) {
            clients.add(() -> {
                int passed = 0;
                for (int i = 0; i < 4 * rounds; i++) {
                    TestGateway.Reply reply = gateway.send(
                            method,
                            "/fs/files/way/" + (method.equals("GET") ? "canary" : "mine"),
                            method.equals("PUT") ? "y" : "");
                    assertThat(reply.body()).doesNotContain(CANARY);
                    assertThat(reply.status()).isLessThan(500);
                    passed += reply.status() == 200 ? 1 : 0;
                }
                return passed;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(clients.size());
        try {
            int passed = 0;
            for (Future<Integer> client : threads.invokeAll(clients)) {
                passed += client.get();
            }
            assertThat(passed).as("requests that met no swap").isPositive();
        } finally {
            threads.shutdownNow();
        }
    }
}
