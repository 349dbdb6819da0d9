package dev.packhorse.store.openhands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.FsPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ListParserFuzzTest {

    private static final byte[] LIST =
            "[\"d/a\", \"d/é\",\"d/\\\"q\\\"\",\"d/sub/\", 7, {\"x\":[true]}, \"e/b\" ]".getBytes(UTF_8);

    private static int count(byte[] bytes) throws IOException {
        FsPath directory = FsPath.parse("/d");
        ListParser list = new ListParser(new ByteArrayInputStream(bytes), directory);
        int count = 0;
        for (ListParser.Entry entry = list.next(); entry != null; entry = list.next()) {
            assertThat(entry.path().parent()).isEqualTo(directory);
            count++;
        }
        return count;
    }

    @Test
    void everyBeginningOfAListIsAFailure() throws IOException {
        assertThat(count(LIST)).isEqualTo(4);
        for (int end = 0; end < LIST.length; end++) {
            byte[] cut = Arrays.copyOf(LIST, end);
            assertThatThrownBy(() -> count(cut)).as("the first %d bytes", end).isInstanceOf(IOException.class);
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
                count(bytes);
            } catch (IOException e) {
                failures++;
            }
        }
        assertThat(failures).isBetween(1, 19_999);
    }

    @Test
    void aTextWithoutEndIsAFailureLongBeforeItFillsTheMemory() {
        byte[] bytes = ("[\"" + "x".repeat(100_000) + "\"]").getBytes(UTF_8);
        assertThatThrownBy(() -> count(bytes)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> count("[".repeat(100).getBytes(UTF_8))).isInstanceOf(IOException.class);
    }
}
