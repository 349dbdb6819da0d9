package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.store.replay.Guide.Snapshot;
import dev.packhorse.store.replay.Show.Quality;
import dev.packhorse.store.replay.Show.Texts;
import dev.packhorse.wire.replay.ReplayStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bytes of the guide's exchanges, as INTEROP sections 2, 3 and 7 say them: requests must be these, answers are read. */
class GuideWireTest {

    private static final String SERIAL = "RTV4080K1A13141516";

    private static final Show SHOW = new Show(
            0x3c4a1b00L,
            1_099_596_117L,
            3,
            Quality.STANDARD,
            "NBC",
            new Texts("Friends", "The One with the Caf\u00e9", "Six of them.", "", "", "", ""),
            Instant.ofEpochSecond(1_099_596_120L),
            30,
            1795,
            3590,
            0,
            0,
            null);

    /** What is asked of the guide. */
    private interface Question<R> {
        R ask(Guide guide) throws IOException;
    }

    private static byte[] bytes(String name) throws IOException {
        try (InputStream in = GuideWireTest.class.getResourceAsStream("/replay/guide-" + name + ".http")) {
            return in.readAllBytes();
        }
    }

    /** Has the question asked of a server that plays the file, and compares what it heard with the file. */
    private static <R> R play(String name, int cut, Question<R> question) throws IOException {
        byte[] file = bytes(name);
        int request = new String(file, ISO_8859_1).indexOf("\r\n\r\n") + 4;
        byte[] answer = Arrays.copyOfRange(file, request, file.length - cut);
        try (Talk talk = new Talk(InetAddress.getLoopbackAddress(), answer)) {
            try {
                return question.ask(new Guide(talk.requests(), () -> SERIAL));
            } finally {
                assertThat(talk.heard)
                        .containsExactly(new String(file, 0, request, ISO_8859_1)
                                .replace("PORT", Integer.toString(talk.port())));
            }
        }
    }

    @Test
    void aSnapshot() throws IOException {
        Snapshot snapshot = play("snapshot", 0, guide -> guide.snapshot(null));

        assertThat(snapshot.name()).isEqualTo("1099596117");
        assertThat(snapshot.shows()).hasSize(2).startsWith(SHOW);
        assertThat(snapshot.shows().get(1).isUsable()).isFalse();
    }

    @Test
    void aSnapshotThatIsStillTheLatest() throws IOException {
        Snapshot last = new Snapshot("1099596117", List.of(SHOW));

        Snapshot answer = play("up-to-date", 0, guide -> guide.snapshot(last));

        assertThat(answer).isSameAs(last);
    }

    @Test
    void whetherAShowIsInUse() throws IOException {
        boolean used = play("in-use", 0, guide -> guide.isShowInUse(SHOW));
        boolean notUsed = play("not-in-use", 0, guide -> guide.isShowInUse(SHOW));

        assertThat(used).isTrue();
        assertThat(notUsed).isFalse();
    }

    @Test
    void aDeletion() throws IOException {
        String done = play("delete", 0, GuideWireTest::delete);

        assertThat(done).isEqualTo("deleted");
        assertThatThrownBy(() -> play("invalid-id", 0, GuideWireTest::delete))
                .isInstanceOfSatisfying(
                        StatusException.class, e -> assertThat(e.status()).isEqualTo(ReplayStatus.INVALID_ID));
    }

    private static String delete(Guide guide) throws IOException {
        guide.deleteShow(SHOW);
        return "deleted";
    }

    @Test
    void whatIsCutAnywhereIsNoSnapshot() throws IOException {
        int length = bytes("snapshot").length;
        // The last chunk of length 0 says nothing more.
        for (int cut = 8; cut < length - 600; cut += 97) {
            int each = cut;
            assertThatThrownBy(() -> play("snapshot", each, guide -> guide.snapshot(null)))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aDeletionWhoseAnswerIsLostIsSentOnceAndItsOutcomeIsNotKnown() throws IOException {
        int answer = bytes("delete").length - new String(bytes("delete"), ISO_8859_1).indexOf("\r\n\r\n") - 4;

        assertThatThrownBy(() -> play("delete", answer, GuideWireTest::delete))
                .isInstanceOf(UnknownOutcomeException.class);
    }
}
