package dev.packhorse.front.openhands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.RecordedLog;
import dev.packhorse.front.http.FakeRequest;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that has no room holds up a mirror for a while, and never for ever. */
class FullStoreTest {

    private static final Mirror.Pauses SHORT = new Mirror.Pauses(Duration.ofMillis(1), Duration.ofMillis(5));

    @TempDir
    Path folder;

    /** Of two large files it takes one. */
    private final FaultyStore store = new FaultyStore(new MemoryStore(1 << 20));

    private final String large = "x".repeat(700_000);
    private Mirror mirror;
    private WebhookFront front;

    @BeforeEach
    void start() throws IOException {
        start(SHORT);
    }

    private void start(Mirror.Pauses pauses) throws IOException {
        if (mirror != null) {
            mirror.close();
        }
        mirror = Mirror.start("/mirror", folder, caller -> store, WebhookOptions.DEFAULT, pauses);
        front = new WebhookFront(WebhookOptions.DEFAULT, mirror);
    }

    @AfterEach
    void stop() {
        store.mend();
        mirror.close();
    }

    private void post(String target, String body) throws IOException {
        FakeRequest request = new FakeRequest("POST", target).body(Body.of(body.getBytes(UTF_8)));
        assertThat(front.handle(request, RequestTarget.parse(target), store).status())
                .isEqualTo(200);
    }

    private void delete(String target) throws IOException {
        assertThat(front.handle(new FakeRequest("DELETE", target), RequestTarget.parse(target), store)
                        .status())
                .isEqualTo(204);
    }

    private List<String> mirrored() throws IOException {
        await().atMost(Duration.ofMinutes(1)).until(() -> mirror.backlog() == 0);
        List<String> all = new ArrayList<>();
        try (Listing list = store.list(FsPath.ROOT)) {
            for (Node node = list.next(); node != null; node = list.next()) {
                all.add(node.path().toString());
            }
        }
        return all;
    }

    @Test
    void whatHasNoRoomIsLeftOutSoThatARemovalBehindItCanMakeSome() throws IOException {
        try (RecordedLog log = new RecordedLog(Mirror.class.getName(), Level.SEVERE)) {
            post("/a", large);
            post("/b", large);
            post("/c", large);
            delete("/a");
            post("/d", large);
            post("/e", "small");

            assertThat(mirrored()).containsExactly("/d", "/e");
            assertThat(mirror.failed()).isEqualTo(2);
            assertThat(mirror.applied()).isEqualTo(4);
            assertThat(log.records()).hasSize(1);
        }
    }

    @Test
    void roomThatComesInTimeLosesNothing() throws IOException {
        start(new Mirror.Pauses(Duration.ofMillis(50), Duration.ofMinutes(1)));
        post("/a", large);
        post("/b", large);
        await().until(() -> mirror.applied() == 1);

        store.remove(FsPath.parse("/a"), Preconditions.NONE);

        assertThat(mirrored()).containsExactly("/b");
        assertThat(mirror.failed()).isZero();
    }

    @Test
    void aStoreThatIsFullAgainIsGivenTimeAgain() throws IOException {
        store.fail("write", Kind.NO_SPACE);
        post("/a", "1");
        post("/b", "2");
        await().until(() -> mirror.failed() == 2);
        store.mend();
        post("/c", "3");
        assertThat(mirrored()).containsExactly("/c");

        start(new Mirror.Pauses(Duration.ofMillis(50), Duration.ofMinutes(1)));
        store.fail("write", Kind.NO_SPACE);
        post("/d", "4");
        await().until(() -> mirror.backlog() > 0);
        store.mend();

        assertThat(mirrored()).containsExactly("/c", "/d");
        assertThat(mirror.failed()).isZero();
    }
}
