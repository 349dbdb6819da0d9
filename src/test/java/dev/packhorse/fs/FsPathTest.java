package dev.packhorse.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FsPathTest {

    private static final String[] PIECES = {
        "/",
        "/",
        "/",
        ".",
        "..",
        "a",
        "b",
        "%2e",
        "\\",
        " ",
        "~",
        "é",
        "😀",
        "\uE000",
        "\uFFFD",
        "\0",
        "\n",
        "\r",
        "\u007f",
        "\u0085",
        "\uD800",
        "\uDC00",
        "\u202e",
        "x".repeat(300)
    };

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "a", "./a", "/.", "/..", "/a/../b", "/a/.", "/a\0", "/a\nb", "/\u007f", "/\u0085", "/\uD800",
                "/\uFFFD"
            })
    void whatIsNoPathIsRefused(String text) {
        assertThatThrownBy(() -> FsPath.parse(text))
                .isInstanceOfSatisfying(
                        FsException.class, e -> assertThat(e.kind()).isEqualTo(FsException.Kind.INVALID_NAME));
    }

    @Test
    void slashesCollapse() throws FsException {
        assertThat(FsPath.parse("//a///b/").toString()).isEqualTo("/a/b");
        assertThat(FsPath.parse("///")).isEqualTo(FsPath.ROOT);
    }

    @Test
    void aPathHasAtMostSoManyBytes() throws FsException {
        String name = "é".repeat(127);
        String text = ("/" + name).repeat(16);
        assertThat(FsPath.parse(text).toString()).hasSize(text.length());
        assertThatThrownBy(() -> FsPath.parse(text + "/" + name)).isInstanceOf(FsException.class);
        FsPath full = FsPath.parse(("/" + "x".repeat(255)).repeat(16));
        assertThat(full.toString()).hasSize(FsPath.MAX_BYTES);
        assertThatThrownBy(() -> full.child("x")).isInstanceOf(FsException.class);
    }

    @Test
    void whateverIsParsedIsAbsoluteAndNormal() {
        Random random = new Random(20_26);
        int parsed = 0;
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "" : "/");
            for (int n = random.nextInt(8); n > 0; n--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            try {
                FsPath path = FsPath.parse(text.toString());
                parsed++;
                assertInvariants(path);
            } catch (FsException e) {
                assertThat(e.kind()).isEqualTo(FsException.Kind.INVALID_NAME);
                assertThat(e.getMessage()).as("no echo").isEqualTo("INVALID_NAME in parse of /");
            }
        }
        assertThat(parsed).isGreaterThan(10_000);
    }

    private static void assertInvariants(FsPath path) throws FsException {
        String text = path.toString();
        List<String> segments = path.segments();
        assertThat(text).startsWith("/").doesNotContain("//");
        assertThat(segments).allMatch(FsPath::isName).doesNotContain(".", "..", "");
        assertThat(FsPath.of(segments)).isEqualTo(path).hasSameHashCodeAs(path);
        assertThat(FsPath.parse(text)).isEqualTo(path);
        assertThat(text.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(FsPath.MAX_BYTES);
        assertThat(text.chars()).noneMatch(c -> c < ' ' || c == 0x7f);
        FsPath parent = path.parent();
        if (parent == null) {
            assertThat(path).isEqualTo(FsPath.ROOT);
        } else {
            assertThat(path.isBelow(parent)).isTrue();
            assertThat(parent.child(path.name())).isEqualTo(path);
            assertThat(path.from(parent).under(parent)).isEqualTo(path);
        }
    }

    @Test
    void theOrderIsThatOfTheBytes() throws FsException {
        Random random = new Random(7);
        String[] letters = {"a", "b", "-", ".", "é", "\uD7FF", "\uE000", "\uFF5E", "😀", "\uD800\uDC00", "/c"};
        for (int i = 0; i < 50_000; i++) {
            FsPath a = random(random, letters);
            FsPath b = random(random, letters);
            int bytes = Arrays.compareUnsigned(
                    a.toString().getBytes(StandardCharsets.UTF_8), b.toString().getBytes(StandardCharsets.UTF_8));
            assertThat(Integer.signum(a.compareTo(b))).as("%s and %s", a, b).isEqualTo(Integer.signum(bytes));
        }
    }

    private static FsPath random(Random random, String[] letters) throws FsException {
        StringBuilder text = new StringBuilder("/");
        for (int n = random.nextInt(5); n > 0; n--) {
            text.append(letters[random.nextInt(letters.length)]);
        }
        try {
            return FsPath.parse(text.toString());
        } catch (FsException e) {
            return FsPath.parse("/a");
        }
    }

    @Test
    void belowIsAboutWholeNames() throws FsException {
        FsPath a = FsPath.parse("/a");
        assertThat(FsPath.parse("/a/b").isBelow(a)).isTrue();
        assertThat(FsPath.parse("/ab").isBelow(a)).isFalse();
        assertThat(a.isBelow(a)).isFalse();
        assertThat(a.isBelow(FsPath.ROOT)).isTrue();
        assertThatThrownBy(() -> FsPath.parse("/ab").from(a)).isInstanceOf(IllegalArgumentException.class);
    }
}
