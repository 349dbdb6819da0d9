package dev.packhorse.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.gateway.TestGateway;
import dev.packhorse.gateway.TestGateway.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client, two gateways in a row and a folder, as bytes on the wire: who asks the near gateway is answered as by the far one, and what it
 * says arrives there. {@link dev.packhorse.server.HttpfsChainTest} has the same between the stores.
 */
class ChainTest {

    /** What differs between two connections, or says for how long the near gateway believes what it has been told. */
    private static final Set<String> OF_THE_GATEWAY = Set.of("date", "connection", "cache-control-ttl");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestGateway far;

    @SuppressWarnings("NullAway.Init")
    private TestGateway near;

    @BeforeEach
    void chain() throws Exception {
        far = new TestGateway(folder.resolve("far"));
        near = new TestGateway(folder.resolve("near"));
        Path kept = Files.createDirectory(folder.resolve("kept"));
        // Owners are kept beside the folder, since not everybody may set them.
        far.serve("x", "httpfs", "file:" + kept, Map.of("overlay", "true"));
        near.serve("x", "httpfs", "httpfs+http://127.0.0.1:" + far.port() + "/fs/x", Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        near.close();
        far.close();
    }

    private static List<String> headers(Reply reply) {
        return reply.head()
                .lines()
                .skip(1)
                .filter(line -> !OF_THE_GATEWAY.contains(
                        line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT)))
                .sorted()
                .collect(Collectors.toList());
    }

    /** Asks both, and returns what both have said. */
    private Reply ask(String method, String target, String... headers) throws IOException {
        Reply reply = near.send(method, target, "", headers);
        Reply expected = far.send(method, target, "", headers);
        assertThat(reply.status()).as("%s %s", method, target).isEqualTo(expected.status());
        assertThat(headers(reply)).as("%s %s", method, target).isEqualTo(headers(expected));
        assertThat(reply.body()).as("%s %s", method, target).isEqualTo(expected.body());
        return reply;
    }

    private int say(String method, String target, String body, String... headers) throws IOException {
        return near.send(method, target, body, headers).status();
    }

    @Test
    void metadataArrivesAndComesBack() throws IOException {
        assertThat(say("PUT", "/fs/x/d/", "")).isEqualTo(200);
        assertThat(say(
                        "PUT",
                        "/fs/x/d/a.txt",
                        "0123456789",
                        "Content-Mode: 35304",
                        "Content-Modified: 981173106",
                        "Content-Ownership: 1234:5678",
                        "Content-Type: text/x-verse",
                        "Change-Timestamp: 20"))
                .isEqualTo(200);
        assertThat(say("PUT", "/fs/x/d/link", "../elsewhere", "Content-Type: application/x-symlink"))
                .isEqualTo(200);

        Reply file = ask("GET", "/fs/x/d/a.txt");
        assertThat(file.header("Content-Mode")).isEqualTo("35304");
        assertThat(file.header("Content-Modified")).isEqualTo("981173106");
        assertThat(file.header("Content-Ownership")).isEqualTo("1234:5678");
        assertThat(file.header("Content-Type")).isEqualTo("text/x-verse");
        assertThat(file.header("Change-Timestamp")).isEqualTo("20");
        assertThat(file.header("ETag")).isNotEmpty();
        assertThat(ask("GET", "/fs/x/d/link").body()).isEqualTo("../elsewhere");
        assertThat(ask("GET", "/fs/x/d/").body()).startsWith("a.txt 35304\nlink 41471");
        for (String each : List.of("/fs/x/", "/fs/x/d", "/fs/x/d/a.txt", "/fs/x/d/link", "/fs/x/none")) {
            ask("HEAD", each);
        }

        assertThat(say("PATCH", "/fs/x/d/a.txt", "", "Content-Mode: 33152", "Content-Ownership: 1:2"))
                .isEqualTo(200);
        Reply changed = ask("HEAD", "/fs/x/d/a.txt");
        assertThat(changed.header("Content-Mode")).isEqualTo("33152");
        assertThat(changed.header("Content-Ownership")).isEqualTo("1:2");
        assertThat(changed.header("ETag")).isEqualTo(file.header("ETag"));
    }

    @Test
    void rangesAndConditionsAreAnsweredAsByTheFarOne() throws IOException {
        say("PUT", "/fs/x/a.txt", "0123456789");
        String tag = ask("HEAD", "/fs/x/a.txt").header("ETag");
        String date = ask("HEAD", "/fs/x/a.txt").header("Last-Modified");

        assertThat(ask("GET", "/fs/x/a.txt", "Range: bytes=2-4").body()).isEqualTo("234");
        assertThat(ask("GET", "/fs/x/a.txt", "Range: bytes=-3").body()).isEqualTo("789");
        assertThat(ask("GET", "/fs/x/a.txt", "Range: bytes=20-").status()).isEqualTo(416);
        assertThat(ask("GET", "/fs/x/a.txt", "Range: bytes=2-4", "If-Range: " + tag)
                        .status())
                .isEqualTo(206);
        assertThat(ask("GET", "/fs/x/a.txt", "Range: bytes=2-4", "If-Range: \"x\"")
                        .status())
                .isEqualTo(200);
        assertThat(ask("GET", "/fs/x/a.txt", "If-None-Match: " + tag).status()).isEqualTo(304);
        assertThat(ask("GET", "/fs/x/a.txt", "If-Match: \"x\"").status()).isEqualTo(412);
        assertThat(ask("GET", "/fs/x/a.txt", "If-Unmodified-Since: " + date).status())
                .isEqualTo(200);
    }

    @Test
    void aChangeIsMadeOnlyUnderItsConditions() throws IOException {
        say("PUT", "/fs/x/a.txt", "one");
        String tag = ask("HEAD", "/fs/x/a.txt").header("ETag");

        assertThat(say("PUT", "/fs/x/a.txt", "two", "If-None-Match: *")).isEqualTo(412);
        assertThat(say("PUT", "/fs/x/a.txt", "two", "If-Match: " + tag)).isEqualTo(200);
        assertThat(say("PUT", "/fs/x/a.txt", "three", "If-Match: " + tag)).isEqualTo(412);
        assertThat(say("DELETE", "/fs/x/a.txt", "", "If-Match: " + tag)).isEqualTo(412);
        assertThat(say("COPY", "/fs/x/a.txt", "", "Destination: /fs/x/b.txt", "If-Match: " + tag))
                .isEqualTo(412);
        assertThat(ask("GET", "/fs/x/a.txt").body()).isEqualTo("two");
        assertThat(ask("GET", "/fs/x/b.txt").status()).isEqualTo(404);

        // What somebody changes behind the back of the near gateway counts, though that believes what it was told
        // before.
        far.send("PUT", "/fs/x/a.txt", "four", "Change-Timestamp: 20");
        assertThat(say("PUT", "/fs/x/a.txt", "five", "Change-Timestamp: 19")).isEqualTo(412);
        assertThat(say("DELETE", "/fs/x/a.txt", "", "Change-Timestamp: 19")).isEqualTo(412);
        assertThat(say("PUT", "/fs/x/a.txt", "six", "Change-Timestamp: 21")).isEqualTo(200);
        assertThat(ask("GET", "/fs/x/a.txt").body()).isEqualTo("six");
    }
}
