package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpsRedirectTest {

    @ParameterizedTest
    @CsvSource({
        "/a/b?c=d,                 example.org,         https://example.org:8443/a/b?c=d",
        "/a%20b%2f/../%zz?x=%0d,   example.org:8080,    https://example.org:8443/a%20b%2f/../%zz?x=%0d",
        "/,                        127.0.0.1:80,        https://127.0.0.1:8443/",
        "/,                        [::1]:8080,          https://[::1]:8443/",
        "/,                        my_host,             https://my_host:8443/",
        "//evil.example/x,         example.org,         https://example.org:8443//evil.example/x",
        "http://other.example/x,   example.org,         https://other.example:8443/x",
        "HTTP://other.example,     example.org,         https://other.example:8443/",
        "*,                        example.org,         https://example.org:8443/",
        "/a#b,                     example.org,         https://example.org:8443/a%23b",
    })
    void keepsTargetAndHost(String target, String host, String location) {
        assertThat(HttpsRedirect.location(target, host, 8443)).isEqualTo(location);
    }

    @Test
    void leavesTheUsualPortAway() {
        assertThat(HttpsRedirect.location("/x", "example.org:80", 443)).isEqualTo("https://example.org/x");
    }

    @Test
    void escapesWhatMayStandInNoHeader() {
        assertThat(HttpsRedirect.location("/\u00e4\u0001\r\n\u007f ", "h", 443))
                .isEqualTo("https://h/%e4%01%0d%0a%7f%20");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "a/b",
                "a@b",
                "user:pass@host",
                "a\r\nSet-Cookie: x",
                "a\tb",
                "a?b",
                "a#b",
                "a\\b",
                "[::1",
                "::1",
                "a:b",
                "a:123456",
                "-a",
                ".a",
                "\u00e4",
                "a%0d",
                "a,b"
            })
    void goesNowhereForAHostThatIsNone(String host) {
        assertThat(HttpsRedirect.location("/x", host, 8443)).isNull();
        assertThat(HttpsRedirect.location("http://" + host + "/x", "good", 8443))
                .satisfiesAnyOf(
                        location -> assertThat(location).isNull(),
                        location -> assertThat(location).matches("https://a:8443/.*"));
    }

    @Test
    void goesNowhereWithoutHostOrPath() {
        assertThat(HttpsRedirect.location("/x", null, 8443)).isNull();
        assertThat(HttpsRedirect.location("example.org:443", "example.org", 8443))
                .isNull();
        assertThat(HttpsRedirect.location("https://example.org/x", "example.org", 8443))
                .isNull();
    }

    @Test
    void neverBreaksALine() {
        Random random = new Random(11);
        String alphabet = "ab/:[]@?#%.-_ \r\n\t\0\u007f\u00ff\u010a*http";
        for (int i = 0; i < 50_000; i++) {
            String location = HttpsRedirect.location(text(random, alphabet), text(random, alphabet), 8443);
            if (location != null) {
                assertThat(location).matches("https://[A-Za-z0-9_.\\[\\]:-]+:8443/[!-~]*");
            }
        }
    }

    private static String text(Random random, String alphabet) {
        StringBuilder text = new StringBuilder(random.nextBoolean() ? "/" : random.nextBoolean() ? "http://" : "");
        for (int j = random.nextInt(12); j > 0; j--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
