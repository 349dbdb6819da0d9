package dev.packhorse.front.httpfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.front.http.Answer;
import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.fs.Body;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Bad input, from fixed seeds: every answer is one that the protocol has, and nothing is ever thrown. */
class FuzzTest {

    private static final String CANARY = "/canary";

    private final Client client = new Client();

    private static String noise(Random random, String alphabet, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            text.append(
                    random.nextInt(20) == 0
                            ? (char) random.nextInt(256)
                            : alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    @Test
    void headersOfAnyKindGetAnAnswer() {
        client.put("/f", "0123456789");
        Random random = new Random(1);
        String[] names = {
            "Range",
            "If-Range",
            "If-Match",
            "If-None-Match",
            "If-Modified-Since",
            "If-Unmodified-Since",
            "Accept",
            "Content-Mode",
            "Content-Modified",
            "Content-Ownership",
            "Change-Timestamp",
            "Overwrite",
            "Content-Type"
        };
        String[] methods = {"GET", "HEAD", "PUT", "PATCH"};
        for (int i = 0; i < 20_000; i++) {
            FakeRequest request = new FakeRequest(methods[random.nextInt(methods.length)], Client.BASE + "/f")
                    .body(Body.of(new byte[3]));
            for (int n = random.nextInt(4); n >= 0; n--) {
                request.with(
                        names[random.nextInt(names.length)],
                        noise(random, "bytes=0123456789-,,  \"\"W/*:;application/x-directory/multipart/mixed GMT", 40));
            }
            int status = client.send(request).status();
            assertThat(status).isIn(200, 206, 304, 400, 404, 409, 412, 413, 416);
            if (client.head("/f").header("Content-Type") == null
                    || "application/x-symlink".equals(client.head("/f").header("Content-Type"))) {
                client.put("/f", "0123456789");
            }
        }
    }

    @Test
    void targetsOfAnyKindGetAnAnswer() {
        client.put(CANARY, "here");
        Random random = new Random(2);
        for (int i = 0; i < 20_000; i++) {
            String target = "/fs/files/" + noise(random, "abc/..%2e%2F%00%:%%5c\\?#;+ ", 30);
            FakeRequest request =
                    new FakeRequest(random.nextBoolean() ? "GET" : "PUT", target).body(Body.of(new byte[0]));
            assertThat(client.send(request).status()).as(target).isIn(200, 400, 404, 409);
        }
        assertThat(client.get(CANARY).line()).isEqualTo("200 here");
    }

    @Test
    void destinationsOfAnyKindGetAnAnswer() {
        client.put(CANARY, "here");
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            client.put("/source", "x");
            String destination = noise(random, "/fs/files/ab..%2e%2fhttp://:?#\\", 40);
            FakeRequest request = new FakeRequest(random.nextBoolean() ? "MOVE" : "COPY", "/fs/files/source")
                    .with("Destination", destination);
            assertThat(client.send(request).status()).as(destination).isIn(200, 400, 404, 409);
        }
        assertThat(client.get(CANARY).line()).isEqualTo("200 here");
    }

    @Test
    void brokenArchivesAreRefusedAndStayBelowTheBase() {
        client.put(CANARY, "here");
        byte[][] archives = {
            Tar.of(Tar.file("d/e/f"), Tar.entry("d/", '5', 0), Tar.link("l", "/etc"), Tar.file("n".repeat(200))),
            new Tar()
                    .delete("d")
                    .records('g', "mtime", "1.5", "path", "p")
                    .raw("a", '0', new byte[700])
                    .raw("././@LongLink", 'L', "../../long\0".getBytes(UTF_8))
                    .raw("b", '0', new byte[5])
                    .end()
        };
        Random random = new Random(4);
        for (int i = 0; i < 10_000; i++) {
            byte[] archive = archives[i % archives.length].clone();
            int changes = 1 + random.nextInt(6);
            for (int n = 0; n < changes; n++) {
                int at = random.nextInt(archive.length);
                archive[at] =
                        (byte) (random.nextBoolean() ? random.nextInt(256) : "./0\0 78".charAt(random.nextInt(7)));
            }
            if (random.nextInt(4) == 0) {
                archive = Arrays.copyOf(archive, random.nextInt(archive.length));
            }
            if (random.nextBoolean()) {
                resign(archive);
            }
            Answer answer = client.tar("/base", archive);
            assertThat(answer.status()).isIn(200, 400, 403, 409, 507);
            assertThat(client.get(CANARY).line()).isEqualTo("200 here");
            for (String line : client.get("/").text().split("\n", -1)) {
                assertThat(line.isEmpty() || line.startsWith("base ") || line.startsWith("canary "))
                        .as(line)
                        .isTrue();
            }
        }
    }

    /** Mends the checksums, so that the fields behind them are read. */
    private static void resign(byte[] archive) {
        for (int at = 0; at + 512 <= archive.length; at += 512) {
            if (archive[at + 257] == 'u') {
                byte[] head = Arrays.copyOfRange(archive, at, at + 512);
                byte[] signed = new Tar().signed(head, new byte[0]).truncated(0);
                System.arraycopy(signed, 0, archive, at, 512);
            }
        }
    }

    @Test
    void noSpellingOfATraversalLeadsOut() throws IOException {
        client.put(CANARY, "here");
        List<String> corpus;
        try (InputStream in = FuzzTest.class.getResourceAsStream("/httpfs/traversal.txt")) {
            corpus = new String(in.readAllBytes(), UTF_8).lines().toList();
        }
        assertThat(corpus).hasSizeGreaterThan(40);
        Set<Integer> refusals = Set.of(400, 404, 409);
        for (String text : corpus) {
            for (String method : new String[] {"GET", "HEAD", "PUT", "PATCH", "DELETE", "MOVE", "COPY"}) {
                FakeRequest request = new FakeRequest(method, "/fs/files" + text)
                        .body(Body.of("x".getBytes(UTF_8)))
                        .with("Destination", "/target");
                assertThat(client.send(request).status())
                        .as(method + " " + text)
                        .isIn(refusals);
            }
            for (String prefix : new String[] {"", "http://h/fs/files"}) {
                client.put("/source", "x");
                FakeRequest request = new FakeRequest("MOVE", "/fs/files/source").with("Destination", prefix + text);
                int status = client.send(request).status();
                // As a path that is not decoded, an escape is a name like any other.
                assertThat(status == 400 || status == 404 || (prefix.isEmpty() && text.contains("%")))
                        .as("Destination: " + prefix + text + " " + status)
                        .isTrue();
            }
        }
        assertThat(client.get(CANARY).line()).isEqualTo("200 here");
    }
}
