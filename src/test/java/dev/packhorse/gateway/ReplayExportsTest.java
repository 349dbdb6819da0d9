package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.server.RawClient;
import dev.packhorse.store.memory.MemoryStore;
import dev.packhorse.wire.replay.EncryptedQuery;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the options {@code replay.*} of an export make of it on the emulated device (HTTPFS.txt, "Visible", "Encrypted", "Writable"). */
class ReplayExportsTest {

    private static final String OK = "0";
    private static final String MISSING = "80820005";
    private static final String DENIED = "80820024";
    private static final String OWN = "User-Agent: Replay-HTTPFS/1\r\n";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final MemoryStore photos = new MemoryStore(1 << 20);

    @SuppressWarnings("NullAway.Init")
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
        photos.write(FsPath.parse("/a"), Body.of("text".getBytes(UTF_8)), WriteOptions.DEFAULT);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
    }

    private void serve(String... options) throws Exception {
        Map<String, String> all = new HashMap<>(Map.of("protocols", "replay"));
        for (int i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        gateway.export("photos", all, photos);
    }

    /** What is behind the head of an answer to a command, without the framing of its chunks. */
    private String ask(String command, String query, String headers) throws IOException {
        try (RawClient client = new RawClient(gateway.devicePort())) {
            String answer = client.send(
                            "GET /httpfs-" + command + "?" + query + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n")
                    .readAll();
            return answer.substring(answer.indexOf("\r\n\r\n") + 4)
                    .replaceAll("(?m)^[0-9a-f]+\r\n|^\r\n", "")
                    .strip();
        }
    }

    private static String sealed(String query) {
        return EncryptedQuery.seal(query.getBytes(UTF_8), Instant.now(), 1, 2);
    }

    @Test
    void byItselfAnExportIsVisibleAndWritableAndTakesPlainQueries() throws Exception {
        serve();

        assertThat(ask("ls", "name=/", "")).isEqualTo(OK + "\nphotos");
        assertThat(ask("ls", "name=/photos", "")).isEqualTo(OK + "\na");
        assertThat(ask("create", "name=/photos/b", "")).isEqualTo(OK);
        assertThat(ask("ls", sealed("name=/photos"), "")).isEqualTo(OK + "\na\nb");
    }

    @Test
    void anInvisibleExportIsThereForReplayTvsOnly() throws Exception {
        serve("replay.visible", "false");

        assertThat(ask("ls", "name=/", "")).isEqualTo(OK);
        assertThat(ask("fstat", "name=/photos/a", "")).isEqualTo(MISSING);
        assertThat(ask("ls", "name=/", OWN)).isEqualTo(OK + "\nphotos");
        assertThat(ask("ls", "name=/photos", OWN)).isEqualTo(OK + "\na");
    }

    @Test
    void anEncryptedExportRefusesPlainQueries() throws Exception {
        serve("replay.encrypted", "true");

        assertThat(ask("ls", "name=/photos", OWN)).isEqualTo(DENIED);
        assertThat(ask("readfile", "name=/photos/a", OWN)).isEqualTo(DENIED);
        assertThat(ask("readfile", sealed("name=/photos/a"), OWN)).isEqualTo(OK + "\ntext");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create?name=/photos/b",
                "mkdir?name=/photos/b",
                "rm?name=/photos/a",
                "mv?old=/photos/a&new=/photos/b",
                "cp?src=/photos/a&dest=/photos/b"
            })
    void anExportThatIsNotWritableIsNotChanged(String command) throws Exception {
        serve("replay.writable", "false");

        String[] parts = command.split("\\?", 2);
        assertThat(ask(parts[0], parts[1], OWN)).isEqualTo(DENIED);
        assertThat(ask("ls", "name=/photos", OWN)).isEqualTo(OK + "\na");
    }

    @Test
    void aFileOfAnExportThatIsNotWritableIsNotWrittenTo() throws Exception {
        serve("replay.writable", "false");

        try (RawClient client = new RawClient(gateway.devicePort())) {
            String answer = client.send("POST /httpfs-writefile?pos=0&name=/photos/a HTTP/1.0\r\nContent-Length: 3\r\n"
                            + OWN + "\r\nnew")
                    .readAll();
            assertThat(answer).contains(DENIED);
        }
        assertThat(ask("readfile", "name=/photos/a", OWN)).isEqualTo(OK + "\ntext");
    }
}
