package dev.packhorse.store.jsonfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.FsPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListParserFuzzTest {

    private static final byte[] LIST =
            "{\"x\": {\"dirs\": [1]}, \"dirs\": [\"a\", \"é\",\"sub/\", 7, {\"x\":[true]}], \"dir\":[\"\\\"q\\\"\", \"sub/\"], \"y\": null }"
                    .getBytes(UTF_8);

    private static List<String> parse(byte[] bytes) throws IOException {
        FsPath directory = FsPath.parse("/d");
        ListParser list = new ListParser(new ByteArrayInputStream(bytes), directory);
        List<String> found = new ArrayList<>();
        for (ListParser.Entry entry = list.next(); entry != null; entry = list.next()) {
            assertThat(entry.path().parent()).isEqualTo(directory);
            found.add(entry.path().name() + (entry.isDirectory() ? "/" : ""));
        }
        return found;
    }

    private static List<String> parse(String text) throws IOException {
        return parse(text.getBytes(UTF_8));
    }

    @Test
    void eitherKeyOrBoth() throws IOException {
        assertThat(parse(LIST)).containsExactly("a", "é", "sub/", "\"q\"", "sub/");
        assertThat(parse("{\"dirs\":[\"a\"]}")).containsExactly("a");
        assertThat(parse("{\"dir\":[\"a\"]}")).containsExactly("a");
        assertThat(parse("{\"dirs\":null,\"dir\":[]}")).isEmpty();
    }

    @Test
    void namesThatLeadElsewhereAreLeftOut() throws IOException {
        assertThat(parse(
                        "{\"dir\":[\"..\",\".\",\"../\",\"/\",\"\",\"/etc\",\"a/b\",\"a//\",\"a\\u0000\",\"\\ud800\",\"ok\","
                                + "\"" + "x".repeat(5000) + "\"]}"))
                .containsExactly("ok");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "[\"a\"]",
                "null",
                "{}",
                "{\"entries\":[]}",
                "{\"dir\":\"a\"}",
                "{\"dir\":{}}",
                "{\"dir\":[]} x",
                "{\"dir\":[]}{}",
                "<html></html>",
                "{\"dir\":[}",
                "{\"dir\":[\"a\"],}",
                "{'dir':[]}"
            })
    void whatIsNoListingIsAFailure(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(IOException.class);
    }

    @Test
    void everyBeginningOfAListingIsAFailure() {
        for (int end = 0; end < LIST.length; end++) {
            byte[] cut = Arrays.copyOf(LIST, end);
            assertThatThrownBy(() -> parse(cut)).as("the first %d bytes", end).isInstanceOf(IOException.class);
        }
    }

    @Test
    void whateverComesIsChildrenOrAFailure() {
        Random random = new Random(20);
        int failures = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = LIST.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                parse(bytes);
            } catch (IOException e) {
                failures++;
            }
        }
        assertThat(failures).isBetween(1, 19_999);
    }

    @Test
    void whatHasNoEndIsAFailureLongBeforeItFillsTheMemory() {
        assertThatThrownBy(() -> parse("{\"dir\":[\"" + "x".repeat(100_000) + "\"]}"))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> parse("{\"" + "x".repeat(100_000) + "\":1}")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> parse("{\"x\":" + "[".repeat(100))).isInstanceOf(IOException.class);
    }
}
