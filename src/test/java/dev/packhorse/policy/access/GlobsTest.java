package dev.packhorse.policy.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobsTest {

    @ParameterizedTest
    @CsvSource({
        ".git, .git, true",
        ".git, .Git, false",
        ".git, .gitignore, false",
        ".git*, .gitignore, true",
        "*.tmp, a.tmp, true",
        "*.tmp, .tmp, true",
        "*.tmp, a.tmp.txt, false",
        "*.tmp, a.TMP, false",
        "a?c, abc, true",
        "a?c, ac, false",
        "a?c, a\uD83D\uDE00c, true",
        "a*b*c, axxbxxbxxc, true",
        "a*b*c, axxcxxb, false",
        "~$*, ~$x.doc, true",
        "[a], a, false",
        "[a], [a], true",
    })
    void namesAreMatched(String pattern, String name, boolean matches) {
        assertThat(Globs.parse(pattern).match(name)).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a,,b", "a,", "*", "**", "a/b", "/a", "..", ".", "a\nb", "a,a"})
    void whatIsNoPatternIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Globs.parse(text));
    }

    @Test
    void anyNameOnAPathCounts() {
        Globs globs = Globs.parse(".git, *.tmp");
        assertThat(globs.matchAny("/a/.git/config")).isTrue();
        assertThat(globs.matchAny("/a/x.tmp")).isTrue();
        assertThat(globs.matchAny("../.git")).isTrue();
        assertThat(globs.matchAny("/a/git")).isFalse();
        assertThat(globs.matchAny("/")).isFalse();
    }

    @Test
    void theyAgreeWithRegularExpressions() {
        Random random = new Random(3);
        for (int i = 0; i < 50_000; i++) {
            String pattern = word(random, "ab.*?*");
            String name = word(random, "ab.");
            if (pattern.isEmpty() || name.isEmpty() || pattern.matches("\\*+|\\.{1,2}")) {
                continue;
            }
            String regex = pattern.replace(".", "\\.").replace("*", ".*").replace("?", ".");
            assertThat(Globs.parse(pattern).match(name))
                    .as("%s for %s", pattern, name)
                    .isEqualTo(Pattern.matches(regex, name));
        }
    }

    private static String word(Random random, String letters) {
        StringBuilder word = new StringBuilder();
        for (int length = random.nextInt(8); length > 0; length--) {
            word.append(letters.charAt(random.nextInt(letters.length())));
        }
        return word.toString();
    }

    @Test
    void nothingTakesLong() {
        Globs globs = Globs.parse("*a".repeat(100) + "*b");
        String name = "a".repeat(20_000);
        assertTimeout(Duration.ofSeconds(5), () -> assertThat(globs.match(name)).isFalse());
    }
}
