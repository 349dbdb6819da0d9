package dev.packhorse.front.openhands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON in pieces; Jackson is the judge. */
class JsonReaderTest {

    private static final ObjectMapper JUDGE = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Gives a few characters at a time, so that every place is a border once. */
    private static Reader inPieces(String text, int most) {
        return new StringReader(text) {
            @Override
            public int read(char[] buffer, int offset, int length) throws IOException {
                return super.read(buffer, offset, Math.min(length, most));
            }
        };
    }

    private static boolean isJson(String text, int most) throws IOException {
        JsonReader json = new JsonReader(inPieces(text, most));
        try {
            json.skip();
            json.expectEnd();
            return true;
        } catch (JsonReader.Malformed e) {
            return false;
        }
    }

    private static boolean isJsonToTheJudge(String text) {
        try {
            return !JUDGE.readTree(text).isMissingNode();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void stringsComeOutAsTheJudgeReadsThem() throws IOException {
        Random random = new Random(7);
        String[] parts = {
            "a",
            "é",
            "€",
            "😀",
            "\\n",
            "\\\"",
            "\\\\",
            "\\/",
            "\\u00e9",
            "\\ud83d\\ude00",
            "\\u0000",
            " ",
            "\\b\\f\\r\\t"
        };
        for (int round = 0; round < 500; round++) {
            StringBuilder text = new StringBuilder("\"");
            for (int i = random.nextInt(40); i > 0; i--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            text.append('"');
            StringWriter read = new StringWriter();

            boolean unicode = new JsonReader(inPieces(text.toString(), 1 + random.nextInt(5))).string(read);

            assertThat(read).hasToString(JUDGE.readTree(text.toString()).textValue());
            assertThat(unicode).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud83d", "\\ude00", "\\ud83dx", "\\ud83d\\ud83d", "\\ud83d\\n", "\\ude00\\ud83d"})
    void halfAPairIsToldAndReplaced(String text) throws IOException {
        StringWriter read = new StringWriter();

        assertThat(new JsonReader(new StringReader('"' + text + '"')).string(read))
                .isFalse();
        assertThat(read.toString()).contains("\uFFFD").doesNotContainPattern("[\\ud800-\\udfff]");
    }

    @Test
    void randomTextsAreJsonWhenTheJudgeSaysSo() throws IOException {
        Random random = new Random(11);
        String[] parts = {
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "\"a\"",
            "\"",
            "\\",
            "1",
            "-",
            "0",
            ".5",
            "e",
            "E+1",
            "01",
            "true",
            "null",
            "fals",
            " ",
            "\n",
            "\t",
            "\"\\u00",
            "[1,2]",
            "{\"a\":1}",
            "tru",
            "\u0001"
        };
        int good = 0;
        for (int round = 0; round < 60_000; round++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "[" : "");
            for (int i = random.nextInt(7); i > 0; i--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            text.append(text.indexOf("[") == 0 ? "]" : "");
            boolean expected = isJsonToTheJudge(text.toString());

            assertThat(isJson(text.toString(), 1 + random.nextInt(4)))
                    .as(text.toString())
                    .isEqualTo(expected);
            good += expected ? 1 : 0;
        }
        assertThat(good).isGreaterThan(500);
    }

    @Test
    void whatIsNestedTooDeepIsRefused() throws IOException {
        int deepest = JsonReader.DEEPEST;

        assertThat(isJson("[".repeat(deepest) + "]".repeat(deepest), 100)).isTrue();
        assertThat(isJson("[".repeat(deepest + 2) + "]".repeat(deepest + 2), 100))
                .isFalse();
        assertThat(isJson("[".repeat(1_000_000), 100)).isFalse();
    }

    @Test
    void aTextThatEndsEarlyIsRefused() {
        String whole = "{\"a\":[1,\"\\u00e9\",true]}";
        for (int end = 0; end < whole.length(); end++) {
            String cut = whole.substring(0, end);
            assertThatThrownBy(() -> new JsonReader(new StringReader(cut)).skip())
                    .as(cut)
                    .isInstanceOf(JsonReader.Malformed.class);
        }
    }
}
