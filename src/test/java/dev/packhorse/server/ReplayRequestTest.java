package dev.packhorse.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.server.ReplayRequest.RefusedException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayRequestTest {

    private static ReplayRequest parse(String head) throws RefusedException {
        return ReplayRequest.parse(head.getBytes(ISO_8859_1), head.length());
    }

    private static int end(String text) {
        return ReplayRequest.end(text.getBytes(ISO_8859_1), 0, text.length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/httpfs-ls?name=\"/Photo/a b\"",
                "/httpfs-ls?name=/Photo/a  b",
                "name",
                "/a HTTP/1.0 b",
                "/httpfs-ls?name=/Photo/a ",
                "/\u00fc\u0000\u001f",
                "/a%20b",
                "http://host/httpfs-ls?name=/"
            })
    void theTargetIsWhatStandsBetweenTheFirstBlankAndTheLastVersion(String target) throws RefusedException {
        ReplayRequest request = parse("GET " + target + " HTTP/1.1\r\n\r\n");

        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.target()).isEqualTo(target);
        assertThat(request.isHttp10()).isFalse();
        assertThat(request.hasBody()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.2, 505",
        "GET / HTTP/, 505",
        "GET / HTTP/1.1 x, 505",
        "GET /, 400",
        "GET, 400",
        "' / HTTP/1.1', 400",
        "'', 400"
    })
    void whatIsNoRequestLineIsRefused(String line, int status) {
        assertThatThrownBy(() -> parse(line + "\r\n\r\n"))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(status));
    }

    @Test
    void fieldsHaveNamesInAnyCaseAndWhatIsNoFieldIsPassedOver() throws RefusedException {
        ReplayRequest request =
                parse("POST /x HTTP/1.0\nno field\n: none\nuser-AGENT:Replay-HTTPFS/1 \r\nContent-length: 012\n\n");

        assertThat(request.header("User-Agent")).isEqualTo("Replay-HTTPFS/1");
        assertThat(request.header("Host")).isNull();
        assertThat(request.length()).isEqualTo(12);
        assertThat(request.hasBody()).isTrue();
        assertThat(request.isHttp10()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1", "1 2", "0x10", "\u0661", "9999999999999999999", "1\r\nContent-Length: 2"})
    void aLengthThatIsNoneIsRefused(String length) {
        assertThatThrownBy(() -> parse("POST /x HTTP/1.0\r\nContent-Length: " + length + "\r\n\r\n"))
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void aHeadEndsWithAnEmptyLine() {
        assertThat(end("GET / HTTP/1.1\r\n\r\nbody")).isEqualTo(18);
        assertThat(end("GET / HTTP/1.1\n\nbody")).isEqualTo(16);
        assertThat(end("GET / HTTP/1.1\r\na: b\n\r\nbody")).isEqualTo(23);
        assertThat(end("\r\nGET / HTTP/1.1\r\n")).isEqualTo(-1);
        assertThat(end("\nGET / HTTP/1.1\r\n\r")).isEqualTo(-1);
        assertThat(end("")).isEqualTo(-1);
    }

    @Test
    void aHeadEndsAtTheSamePlaceHoweverItIsCut() {
        Random random = new Random(1);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            for (int n = 0; n < bytes.length; n++) {
                bytes[n] = (byte) "\r\n\r\nab".charAt(random.nextInt(6));
            }
            int whole = ReplayRequest.end(bytes, 0, bytes.length);
            int cut = random.nextInt(bytes.length + 1);
            int first = ReplayRequest.end(bytes, 0, cut);
            assertThat(first >= 0 ? first : ReplayRequest.end(bytes, cut, bytes.length))
                    .isEqualTo(whole);
        }
    }

    @Test
    void bytesOfAnyKindAreReadOrRefused() {
        Random random = new Random(2);
        String alphabet = "GETPOST /:\"HTTP/1.1 HTTP/1.0\r\n\nContent-Length: 1";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "GET / HTTP/1.1\r\n" : "");
            for (int n = random.nextInt(60); n > 0; n--) {
                text.append(
                        random.nextInt(15) == 0
                                ? (char) random.nextInt(256)
                                : alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                ReplayRequest request = parse(text.toString());
                assertThat(request.method()).isNotEmpty().doesNotContain(" ", "\n");
                assertThat(request.target()).doesNotContain("\n");
                assertThat(request.length()).isGreaterThanOrEqualTo(-1);
            } catch (RefusedException e) {
                assertThat(e.status()).isIn(400, 501, 505);
            }
        }
    }
}
