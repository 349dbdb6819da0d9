package dev.packhorse.front.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.Preconditions;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionsTest {

    private static FakeRequest request() {
        return new FakeRequest("PUT", "/");
    }

    @Test
    void noHeaderIsNoCondition() {
        assertThat(Conditions.of(request())).isEqualTo(Conditions.NONE);
        assertThat(Conditions.NONE.preconditions(null)).isSameAs(Preconditions.NONE);
        assertThat(Conditions.NONE.preconditions(5L)).isEqualTo(new Preconditions(null, null, null, 5L));
    }

    @Test
    void tagsAreReadAcrossLines() {
        assertThat(Conditions.tags(List.of("\"a\" ,, \"b,c\"", "\"\", W/\"d\""), false))
                .isEqualTo(new EtagMatch(false, List.of("a", "b,c", "", "W/\"d\"")));
        assertThat(Conditions.tags(List.of(" * "), false)).isEqualTo(EtagMatch.ANY);
    }

    @Test
    void ifNoneMatchComparesWeakly() {
        assertThat(Conditions.of(request().with("If-None-Match", "W/\"a\"")).ifNoneMatch())
                .isEqualTo(new EtagMatch(false, List.of("a")));
        assertThat(Conditions.of(request().with("If-Match", "W/\"a\"")).ifMatch())
                .isEqualTo(new EtagMatch(false, List.of("W/\"a\"")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ",", "a", "\"a", "\"a\"b", "\"a\" \"b\"", "w/\"a\"", "W/a", "*, \"a\"", "\"a b\"", "\"a\", *"
            })
    void aListThatIsNoneIsKnownAsSuch(String value) {
        Conditions conditions = Conditions.of(request().with("If-Match", value));

        assertThat(conditions.malformed()).isTrue();
        assertThat(conditions.ifMatch()).isEqualTo(new EtagMatch(false, List.of()));
        assertThat(Conditions.of(request().with("If-None-Match", value)).malformed())
                .isTrue();
    }

    @Test
    void datesThatAreNoneOrMoreThanOneAreIgnored() {
        String date = "Sun, 06 Nov 1994 08:49:37 GMT";

        assertThat(Conditions.of(request().with("If-Unmodified-Since", date)).ifUnmodifiedSince())
                .isEqualTo(Instant.parse("1994-11-06T08:49:37Z"));
        assertThat(Conditions.of(request().with("If-Unmodified-Since", "now"))).isEqualTo(Conditions.NONE);
        assertThat(Conditions.of(request().with("If-Unmodified-Since", date).with("If-Unmodified-Since", date)))
                .isEqualTo(Conditions.NONE);
    }

    @Test
    void whateverComesIsReadOrRefused() {
        Random random = new Random(3);
        String alphabet = "\"\"\"W/*,, \tab\u00ff\u007f";
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(16); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            EtagMatch match = Conditions.tags(List.of(text.toString()), random.nextBoolean());
            assertThat(match == null || match.any() || !match.tags().isEmpty()).isTrue();
        }
    }
}
