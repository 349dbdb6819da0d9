package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.FsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client must not send: one clear line back, nothing changed, nothing told. */
class BadRequestsTest {

    private static final String MARK = "echo-4711";

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
        Files.writeString(gateway.root.resolve("f"), "old");
        Files.createDirectories(gateway.root.resolve("d"));
        Files.writeString(gateway.root.resolve("d/inner"), "inner");
    }

    @AfterEach
    void nothingHasChanged() throws IOException {
        try (var all = Files.walk(gateway.root)) {
            assertThat(all.map(path -> gateway.root.relativize(path).toString()))
                    .containsExactlyInAnyOrder("", "f", "d", "d/inner");
        }
        assertThat(Files.readString(gateway.root.resolve("f"))).isEqualTo("old");
        gateway.close();
    }

    private void assertRefused(int status, String line, TestGateway.Reply reply) {
        assertThat(reply.body()).isEqualTo(line + "\n");
        assertThat(reply.status()).isEqualTo(status);
        assertSilent(reply);
    }

    private void assertSilent(TestGateway.Reply reply) {
        assertThat(reply.head() + reply.body())
                .doesNotContain(
                        MARK,
                        TestGateway.SECRET,
                        "hush",
                        "Exception",
                        "\tat ",
                        "java.",
                        "dev.packhorse",
                        folder.toString());
    }

    @Test
    void aBadNameIsRefusedByEveryMethod() throws IOException {
        String path = "/x".repeat(2049);
        for (String name : List.of(
                "a%00b",
                "a%0ab",
                "a%0db",
                "%0d%0aSet-Cookie:%20x",
                "a%01",
                "a%1f",
                "a%7f",
                "%ff",
                "%c3%28",
                "%ed%a0%80",
                "x".repeat(256),
                TestGateway.wire("\u00e9").repeat(128),
                ".packhorse-x.tmp",
                ".packhorse-x.tmp/y",
                path.substring(1))) {
            for (String method : List.of("GET", "HEAD", "PUT", "PATCH", "DELETE", "MOVE", "COPY")) {
                TestGateway.Reply reply =
                        gateway.send(method, "/fs/files/" + name, "", "Destination: /fs/files/new", "X-Mark: " + MARK);
                assertThat(reply.status()).as(method + " " + name).isEqualTo(400);
                assertSilent(reply);
            }
        }
        for (String name : List.of(":", "...")) {
            for (String method : List.of("PUT", "PATCH", "DELETE", "MOVE", "COPY")) {
                assertThat(gateway.send(method, "/fs/files/d/" + name, "", "Destination: /fs/files/new")
                                .status())
                        .as(method + " " + name)
                        .isEqualTo(400);
            }
            assertRefused(
                    400,
                    "Bad Destination: /fs/files/d/" + name,
                    gateway.send("COPY", "/fs/files/f", "", "Destination: /fs/files/d/" + name));
        }
    }

    @Test
    void theLongestNameIsTaken() throws IOException {
        String name = "/fs/files/" + "n".repeat(255);
        assertThat(gateway.send("PUT", name, "x").status()).isEqualTo(200);
        assertThat(gateway.send("PUT", name, "y").status()).isEqualTo(200);
        assertThat(gateway.send("GET", name, "").body()).isEqualTo("y");
        assertThat(gateway.send("MOVE", name, "", "Destination: /fs/files/" + "m".repeat(255))
                        .status())
                .isEqualTo(200);
        assertThat(gateway.send("DELETE", "/fs/files/" + "m".repeat(255), "").status())
                .isEqualTo(200);
    }

    @Test
    void aPathOf4096BytesIsLookedUpAndALongerOneIsRefused() throws IOException {
        String longest = "/fs/files/xx" + "/x".repeat(2042);
        assertThat(longest).hasSize(4096);
        assertRefused(404, "Object Not Found", gateway.send("GET", longest, ""));
        assertThat(gateway.send("GET", longest + "x", "").status()).isEqualTo(400);
        assertThat(gateway.send("PUT", longest + "x", "x").status()).isEqualTo(400);
    }

    @Test
    void aBadMetadataHeaderIsNamedAndTheBodyIsNotKept() throws IOException {
        for (String header : List.of(
                "Content-Mode: rwx",
                "Content-Mode: -1",
                "Content-Mode: 0644",
                "Content-Mode: 99999999999999999999",
                "Content-Modified: soon",
                "Content-Modified: 9223372036854775808",
                "Content-Modified: 1.5",
                "Content-Ownership: root",
                "Content-Ownership: 1:",
                "Content-Ownership: -1:0",
                "Content-Ownership: 4294967296:0",
                "Change-Timestamp: never",
                "Change-Timestamp: -5")) {
            for (String target : List.of("f", "new", "d/new")) {
                assertRefused(400, "Bad " + header, gateway.send("PUT", "/fs/files/" + target, "new", header));
            }
            assertRefused(400, "Bad " + header, gateway.send("PATCH", "/fs/files/f", "", header));
        }
        for (String header : List.of("Overwrite: maybe", "Destination: relative", "Change-Timestamp: x")) {
            String destination = header.startsWith("D") ? "X: y" : "Destination: /fs/files/new";
            assertRefused(400, "Bad " + header, gateway.send("MOVE", "/fs/files/f", "", destination, header));
        }
    }

    @Test
    void eachRefusalIsOneLine() throws IOException {
        String mark = "X-Mark: " + MARK;
        assertRefused(404, "Object Not Found", gateway.send("GET", "/fs/files/none", "", mark));
        assertRefused(404, "Object Not Found", gateway.send("PUT", "/fs/files/none/x", "x", mark));
        assertRefused(404, "Object Not Found", gateway.send("GET", "/" + MARK.length(), "", mark));
        assertRefused(405, "Method Not Allowed", gateway.send("BREW", "/fs/files/f", "", mark));
        assertRefused(409, "Is A Directory", gateway.send("PUT", "/fs/files/d", "x", mark));
        assertRefused(412, "Precondition Failed", gateway.send("PUT", "/fs/files/f", "x", "If-Match: \"no\"", mark));
        assertRefused(
                412,
                "Destination Exists",
                gateway.send("COPY", "/fs/files/f", "", "Destination: /fs/files/d/inner", "Overwrite: F", mark));
        assertRefused(400, "Destination Required", gateway.send("MOVE", "/fs/files/f", "", mark));
        assertRefused(403, "Forbidden", gateway.send("DELETE", "/fs/files/", "", mark));
        for (String odd : List.of(
                "GET /fs/files/f HTTP/1.1\r\nX: " + MARK + "\r\nHost: h\r\n folded: x\r\nConnection: close\r\n\r\n",
                "GET /fs/files/" + MARK + "x".repeat(20_000) + " HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /fs/files/f HTTP/1.1\r\nHost: h\r\nX: " + MARK + "x".repeat(40_000) + "\r\n\r\n",
                "PUT /fs/files/f HTTP/1.1\r\nHost: h\r\nX: " + MARK + "\r\nConnection: close\r\n\r\n",
                "GET /fs/files/f HTTP/9.9\r\nX: " + MARK + "\r\nHost: h\r\n\r\n",
                "PUT /fs/files/f HTTP/1.1\r\nHost: h\r\nX: " + MARK
                        + "\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                MARK + "\r\n\r\n")) {
            TestGateway.Reply reply = gateway.exchange(odd);
            assertThat(reply.status()).as(odd.lines().findFirst().orElse("")).isBetween(400, 505);
            assertThat(reply.body()).matches("[A-Za-z -]+\n");
            assertSilent(reply);
        }
        TestGateway.Reply range = gateway.send("GET", "/fs/files/f", "", "Range: bytes=9-", mark);
        assertThat(range.status()).isEqualTo(416);
        assertThat(range.header("Content-Range")).isEqualTo("bytes */3");
        assertThat(range.body()).matches("[A-Za-z -]+\n");
        assertSilent(range);
    }

    @Test
    void whatAStoreOrARouteSaysStaysInside() throws IOException {
        for (String method : List.of("GET", "HEAD", "PUT", "PATCH", "DELETE", "MOVE", "COPY")) {
            TestGateway.Reply reply = gateway.send(
                    method, "/fs/broken/x", "x", "Destination: /fs/broken/y", "Content-Mode: 33188", "X: " + MARK);
            assertThat(reply.status()).as(method).isEqualTo(502);
            assertThat(reply.body()).isEqualTo(method.equals("HEAD") ? "" : "Store Failed\n");
            assertSilent(reply);
        }
        for (FsException.Kind kind : FsException.Kind.values()) {
            gateway.faulty.fail("read", kind);
            TestGateway.Reply reply = gateway.send("GET", "/fs/faulty/x", "", "X: " + MARK);
            assertThat(reply.status()).as(kind.toString()).isBetween(400, 507);
            assertThat(reply.body()).matches("[A-Za-z -]+\n");
            assertSilent(reply);
        }
    }
}
