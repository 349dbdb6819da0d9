package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.packhorse.RecordedLog;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.server.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /jsonfs} on a real socket: bytes on the wire, and what the client of the protocol makes of them. */
class JsonfsTest {

    private static final String ROUTES = """
            - route:
                from:
                  uri: export:/shared
                  parameters:
                    protocols: httpfs, jsonfs
                  steps:
                    - to: store:root:x
            - route:
                from:
                  uri: export:/brittle
                  parameters:
                    protocols: httpfs, jsonfs
                  steps:
                    - to: store:faulty:x
            """;

    /** Who may say something about a request. Others speak of what goes on beside it, or is left of other tests. */
    private static final String[] SAYING = {"dev.packhorse", "org.apache.camel", "io.netty"};

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestGateway gateway;

    @SuppressWarnings("NullAway.Init")
    private GoMount shared;

    @SuppressWarnings("NullAway.Init")
    private GoMount brittle;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
        gateway.load(Files.writeString(folder.resolve("routes.yaml"), ROUTES), Map.of());
        shared = new GoMount(gateway, "/jsonfs/shared");
        brittle = new GoMount(gateway, "/jsonfs/brittle");
    }

    @AfterEach
    void stop() throws Exception {
        gateway.faulty.mend();
        gateway.close();
    }

    @Test
    void theSessionGoesAsWritten() throws Exception {
        Path root = gateway.root;
        Files.createDirectories(root.resolve("b"));
        Files.createDirectories(root.resolve("😀"));
        Files.writeString(root.resolve("b-file"), "");
        Files.writeString(root.resolve("hello \"you\".txt"), "hello!");
        Files.writeString(root.resolve("é"), "");
        Files.writeString(root.resolve("100%"), "");
        Files.createSymbolicLink(root.resolve("dangling"), Path.of("none"));
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(root.resolve("b"), PosixFilePermissions.fromString("rwxr-x---"));
        Files.setPosixFilePermissions(root.resolve("hello \"you\".txt"), PosixFilePermissions.fromString("rw-r-----"));
        for (String dated : List.of("b", "hello \"you\".txt")) {
            Files.setLastModifiedTime(root.resolve(dated), FileTime.from(Instant.parse("2022-01-01T08:00:00Z")));
        }
        StringBuilder actual = new StringBuilder();
        String session = Files.readString(Path.of("src/test/resources/jsonfs/session.http"));
        for (String exchange : session.split("(?m)^### ", -1)) {
            if (exchange.isEmpty()) {
                continue;
            }
            String[] parts = exchange.split("(?m)^---\n", 2);
            String request = parts[0].substring(parts[0].indexOf('\n') + 1).replace("\n", "\r\n");
            String answer;
            try (RawClient client = gateway.connect()) {
                answer = client.send(request + "Host: h\r\nConnection: close\r\n\r\n")
                        .readAll();
            }
            String text = new String(answer.getBytes(ISO_8859_1), UTF_8);
            assertThat(text).contains("Connection: close\r\n");
            String masked = text.replace("\r\n", "\n")
                    .replace("Connection: close\n", "")
                    .replaceAll("(?m)^(Date|ETag): .*$", "$1: *");
            actual.append("### ").append(parts[0]).append("---\n");
            actual.append(
                    parts[1].contains("Last-Modified: *")
                            ? masked.replaceAll("(?m)^(Last-Modified): .*$", "$1: *")
                            : masked);
            actual.append(masked.endsWith("\n") ? "" : "\n");
        }
        assertThat(actual.toString()).isEqualTo(session);
    }

    @Test
    void theClientSeesEachEntryOfEachDirectory() throws Exception {
        List<String> askable = new ArrayList<>(List.of(
                " ",
                "a b",
                "\"q\"",
                "'",
                "+",
                "&",
                ";",
                "=",
                "@",
                ":",
                "\\",
                "~",
                "...",
                ".hidden",
                "..x",
                "😀",
                "é",
                "e\u0301",
                "\u05d0\u202e",
                "x".repeat(255),
                "trailing.",
                "trailing ",
                "-",
                "[x]",
                "{}",
                "|",
                "^",
                "`",
                "<>",
                "!",
                "*",
                "a,b",
                "$"));
        List<String> others = List.of("100%", "%41", "a?b", "#", "?", "%");
        for (String name : askable) {
            Files.writeString(gateway.root.resolve(name), name);
        }
        for (String name : others) {
            Files.writeString(gateway.root.resolve(name), "");
        }
        Files.createDirectories(gateway.root.resolve("sub dir/deep"));
        Files.writeString(gateway.root.resolve("sub dir/f"), "f");
        Files.createSymbolicLink(gateway.root.resolve("link"), Path.of("sub dir"));
        Files.createSymbolicLink(gateway.root.resolve("out"), Path.of("../state"));

        List<String> expected = new ArrayList<>(askable);
        expected.addAll(List.of("sub dir", "link"));
        assertThat(shared.names("")).containsExactlyInAnyOrderElementsOf(expected);
        for (String name : askable) {
            assertThat(shared.look("/" + name)).as(name).isNotNull();
            assertThat(new String(shared.read("/" + name), UTF_8)).isEqualTo(name);
        }
        assertThat(shared.names("/sub dir")).containsExactly("deep", "f");
        assertThat(shared.names("/link")).containsExactly("deep", "f");
        assertThat(shared.look("/none")).isNull();
    }

    @Test
    void whatAServerSaysIsBelievedForASecondThroughARoute() throws Exception {
        // Given
        Path file = Files.writeString(gateway.root.resolve("a"), "first");
        String shown = ":" + gateway.port() + "/jsonfs/shared";
        gateway.serve("near", "httpfs", "jsonfs+http://127.0.0.1" + shown, Map.of());
        gateway.serve("remembered", "httpfs", "jsonfs+http://localhost" + shown, Map.of("cache", "1h"));
        for (String export : List.of("near", "remembered")) {
            assertThat(gateway.send("HEAD", "/fs/" + export + "/a", "").header("Content-Length"))
                    .isEqualTo("5");
            assertThat(gateway.send("GET", "/fs/" + export + "/", "").body()).doesNotContain("b ");
        }
        // When
        Files.writeString(file, "and longer");
        Files.writeString(gateway.root.resolve("b"), "");
        // Then
        await().untilAsserted(() -> {
            assertThat(gateway.send("HEAD", "/fs/near/a", "").header("Content-Length"))
                    .isEqualTo("10");
            assertThat(gateway.send("GET", "/fs/near/", "").body()).contains("b ");
        });
        assertThat(gateway.send("HEAD", "/fs/near/a", "").header("Cache-Control-TTL"))
                .isEqualTo("1");
        assertThat(gateway.send("HEAD", "/fs/remembered/a", "").header("Content-Length"))
                .as("as the operator wants")
                .isEqualTo("5");
    }

    @Test
    void whatMayNotBeReadHidesNoNeighbour() throws Exception {
        gateway.send("PUT", "/fs/brittle/a", "text");
        gateway.send("PUT", "/fs/brittle/b", "");
        gateway.faulty.fail("read", Kind.PERMISSION_DENIED);
        GoMount.Look look = Objects.requireNonNull(brittle.look("/a"));
        assertThat(look.size()).isEqualTo(4);
        try (RawClient client = gateway.connect()) {
            assertThat(client.send("GET /jsonfs/brittle/a HTTP/1.1\r\nHost: h\r\n\r\n")
                            .readHead())
                    .startsWith("HTTP/1.1 200 OK\r\n");
            assertThatThrownBy(client::readAll).as("nothing short looks whole").isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UNAVAILABLE", "TIMEOUT", "IO"})
    void theLogSaysWhatTheAnswerDoesNot(Kind kind) throws Exception {
        gateway.send("PUT", "/fs/brittle/a", "text");
        gateway.faulty.fail("read", kind);
        try (RecordedLog log = new RecordedLog("", Level.WARNING)) {
            assertThat(gateway.send("GET", "/jsonfs/brittle/a", "").status()).isEqualTo(404);
            assertThat(log.records(SAYING))
                    .singleElement()
                    .satisfies(entry -> assertThat(String.format(entry.getMessage(), entry.getParameters()))
                            .contains("kind=" + kind));
        }
    }

    /** As for {@code ls -l}: looks by the hundred, each dropped in the middle of a body. */
    @Test
    void aClientThatDropsBodiesIsNoNews() throws Exception {
        gateway.send("PUT", "/fs/brittle/large", "x".repeat(8 << 20));
        Files.write(gateway.root.resolve("large"), new byte[8 << 20]);
        try (RecordedLog log = new RecordedLog("", Level.INFO)) {
            for (int i = 0; i < 200; i++) {
                GoMount.Look look = Objects.requireNonNull((i % 2 == 0 ? brittle : shared).look("/large"));
                assertThat(look.size()).isEqualTo(8 << 20);
            }
            await().untilAsserted(() -> assertThat(openFiles()).isZero());
            assertThat(log.records(SAYING)).isEmpty();
        }
        assertThat(shared.names("")).containsExactly("large");
    }

    /** How often this process has the file open that is dropped. */
    private long openFiles() throws Exception {
        long open = 0;
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path each : descriptors.toList()) {
                try {
                    open += Files.readSymbolicLink(each)
                                    .equals(gateway.root.resolve("large").toRealPath())
                            ? 1
                            : 0;
                } catch (NoSuchFileException e) {
                    // Closed since it was listed.
                    open += 0;
                }
            }
        }
        return open;
    }
}
