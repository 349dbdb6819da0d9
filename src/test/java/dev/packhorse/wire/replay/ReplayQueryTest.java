package dev.packhorse.wire.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayQueryTest {

    private static ReplayQuery parse(String query) {
        return ReplayQuery.parse(query.getBytes(UTF_8));
    }

    @Test
    void quotesAreTakenOffAndHideAmpersands() {
        ReplayQuery query = parse("src=\"/Photo/a & b=c.jpg\"&dest=/Photo/d e.jpg&x=%41");

        assertThat(query.value("src")).isEqualTo("/Photo/a & b=c.jpg");
        assertThat(query.value("dest")).isEqualTo("/Photo/d e.jpg");
        assertThat(query.value("x")).isEqualTo("%41");
        assertThat(query.value("name")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "10,10",
        "0,0",
        "0x20,32",
        "0XfF,255",
        "040,32",
        "00,0",
        "5368709120,5368709120",
        "9223372036854775807,9223372036854775807"
    })
    void numbersAreWhatStrtoulTakes(String text, long number) {
        assertThat(parse("pos=" + text).number("pos")).hasValue(number);
        assertThat(parse("pos=\"" + text + "\"").number("pos")).hasValue(number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1", "0x", "08", "1k", " 1", "9223372036854775808", "0xffffffffffffffff1", "١"})
    void whatIsNoNumberIsRefused(String text) {
        assertThatThrownBy(() -> parse("pos=" + text).number("pos")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNumberThatIsNotThereIsEmpty() {
        assertThat(parse("name=/x").number("pos")).isEmpty();
    }

    @Test
    void theFirstOfTwoCountsAndWhatHasNoNameIsPassedOver() {
        assertThat(parse("&name=/a&&=x&junk&name=/b&").values())
                .containsOnlyKeys("name")
                .containsValue("/a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name=\"/a",
                "name=/a\"b",
                "name=\"a\"b\"c\"",
                "name=\"/a\"b",
                "na me=/a",
                "name=/a\nb",
                "name=/a\u0000"
            })
    void whatIsMalformedIsRefused(String query) {
        assertThatThrownBy(() -> parse(query)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bytesThatAreNoTextAreRefused() {
        assertThatThrownBy(() -> ReplayQuery.parse(new byte[] {'n', '=', (byte) 0xff}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlyValuesThatNeedQuotesGetThem() {
        assertThat(ReplayQuery.of("pos", "0")
                        .with("size", 32768)
                        .with("name", "/Video/1.mpg")
                        .bytes())
                .asString(UTF_8)
                .isEqualTo("pos=0&size=32768&name=/Video/1.mpg");
        assertThat(ReplayQuery.of("name", "/Photo/é b.jpg").bytes())
                .asString(UTF_8)
                .isEqualTo("name=\"/Photo/é b.jpg\"");
    }

    @Test
    void aQuoteInAValueCannotBeSaid() {
        assertThatThrownBy(() -> ReplayQuery.of("name", "/a\"b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Random random = new Random(11);
        String alphabet = "ab/ &=%?#+é😀'.;\\";
        for (int i = 0; i < 2_000; i++) {
            StringBuilder value = new StringBuilder();
            random.ints(random.nextInt(20), 0, alphabet.length()).forEach(each -> value.append(alphabet.charAt(each)));
            if (UTF_8.newEncoder().canEncode(value)) {
                ReplayQuery query = ReplayQuery.of("name", value.toString()).with("pos", i);
                assertThat(ReplayQuery.parse(query.bytes())).isEqualTo(query);
            }
        }
    }

    @Test
    void anyBytesAreReadOrRefused() {
        Random random = new Random(12);
        byte[] alphabet = "name=\"&/ \n\u00e9".getBytes(UTF_8);
        for (int i = 0; i < 20_000; i++) {
            byte[] query = new byte[random.nextInt(24)];
            for (int each = 0; each < query.length; each++) {
                query[each] = alphabet[random.nextInt(alphabet.length)];
            }
            try {
                assertThat(ReplayQuery.parse(query).values()).doesNotContainKey("");
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageMatching("[a-zA-Z0-9 -]+");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,OK",
        "00000000,OK",
        "80820005,NO_SUCH_FILE",
        "80820018,FILE_EXISTS",
        "8082000A,NO_VOLUME",
        "0000000080820024,NO_PERMISSION"
    })
    void statusLinesAreHexadecimal(String line, ReplayStatus status) {
        assertThat(ReplayStatus.parse(line)).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+0", "0x0", "OK", "0 ", "00000000000000000"})
    void whatIsNoStatusIsRefused(String line) {
        assertThatThrownBy(() -> ReplayStatus.parse(line)).isInstanceOf(NumberFormatException.class);
    }

    @Test
    void unknownCodesAreNoStatus() {
        assertThat(ReplayStatus.parse("80820001")).isNull();
        assertThat(ReplayStatus.parse("180820005")).isNull();
        assertThat(ReplayStatus.OK.line()).isEqualTo("0");
        assertThat(ReplayStatus.NO_PERMISSION.line()).isEqualTo("80820024");
    }
}
