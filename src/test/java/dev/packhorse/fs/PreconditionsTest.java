package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PreconditionsTest {

    private static final Instant TIME = Instant.parse("2024-01-01T00:00:00.5Z");
    private static final Instant SECOND = Instant.parse("2024-01-01T00:00:00Z");
    private static final Node NODE =
            new Node(FsPath.ROOT, NodeType.FILE, Mode.FILE_DEFAULT, 1, TIME, Owner.ROOT, "tag", null, null);

    private static EtagMatch tags(String... tags) {
        return new EtagMatch(false, List.of(tags));
    }

    private static boolean holds(
            @Nullable Node node, @Nullable EtagMatch match, @Nullable EtagMatch noneMatch, @Nullable Instant since) {
        try {
            new Preconditions(match, noneMatch, since, null).check(node, "write", FsPath.ROOT);
            return true;
        } catch (FsException e) {
            assertThat(e.kind()).isEqualTo(FsException.Kind.PRECONDITION_FAILED);
            return false;
        }
    }

    @Test
    void nothingAlwaysHolds() {
        assertThat(holds(NODE, null, null, null)).isTrue();
        assertThat(holds(null, null, null, null)).isTrue();
        assertThat(Preconditions.NONE.needNode()).isFalse();
    }

    @Test
    void ifMatchWantsTheNode() {
        assertThat(holds(NODE, tags("x", "tag"), null, null)).isTrue();
        assertThat(holds(NODE, tags("x"), null, null)).isFalse();
        assertThat(holds(NODE, tags("W/\"tag\""), null, null)).isFalse();
        assertThat(holds(NODE, EtagMatch.ANY, null, null)).isTrue();
        assertThat(holds(null, EtagMatch.ANY, null, null)).isFalse();
        assertThat(holds(null, tags("tag"), null, null)).isFalse();
    }

    @Test
    void ifNoneMatchWantsAnother() {
        assertThat(holds(NODE, null, tags("tag"), null)).isFalse();
        assertThat(holds(NODE, null, tags("x"), null)).isTrue();
        assertThat(holds(NODE, null, EtagMatch.ANY, null)).isFalse();
        assertThat(holds(null, null, EtagMatch.ANY, null)).isTrue();
        assertThat(Preconditions.MUST_NOT_EXIST.needNode()).isTrue();
    }

    @Test
    void timesAreComparedInWholeSeconds() {
        assertThat(holds(NODE, null, null, SECOND)).isTrue();
        assertThat(holds(NODE, null, null, SECOND.minusSeconds(1))).isFalse();
        assertThat(holds(null, null, null, SECOND.minusSeconds(1))).isTrue();
    }

    @Test
    void aTagOutweighsATimeButNotAnotherTag() {
        assertThat(holds(NODE, tags("tag"), null, SECOND.minusSeconds(1))).isTrue();
        assertThat(holds(NODE, tags("tag"), tags("tag"), null)).isFalse();
    }

    @Test
    void theChangeTimestampIsLeftToOthers() {
        Preconditions ordered = new Preconditions(null, EtagMatch.ANY, null, 5L);
        assertThat(ordered.withoutChangeTimestamp()).isEqualTo(Preconditions.MUST_NOT_EXIST);
        assertThat(new Preconditions(null, null, null, 5L).needNode()).isFalse();
    }
}
