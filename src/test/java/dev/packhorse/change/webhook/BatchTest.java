package dev.packhorse.change.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.change.TestOutbox;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchTest {

    /** {@code +a} writes, {@code -a} deletes. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "+a/1 +b -a +a/1 | +b -a +a/1",
                "+a +b +a | +b +a",
                "+a -a | -a",
                "-a +a | -a +a",
                "-a +a +a | -a +a",
                "-a +a -a | -a",
                "+a/1 +a/2 +b/1 -a | +b/1 -a",
                "-a -a/1 +a/1 | -a -a/1 +a/1",
                "-a/1 -a +a/2 | -a +a/2",
                "+ab +a/b -a | +ab -a",
                "-a +a/1 -a/1 +a/2 | -a -a/1 +a/2"
            })
    void aPathIsWhereItWasWrittenLastAndDeletesComeBeforeWhatIsWrittenBelow(String changes, String expected)
            throws Exception {
        try (Batch batch = new Batch()) {
            for (String change : changes.trim().split(" ", -1)) {
                if (change.startsWith("+")) {
                    batch.write(TestOutbox.path("/" + change.substring(1)), new byte[] {'x'});
                } else {
                    batch.delete(TestOutbox.path("/" + change.substring(1)));
                }
            }
            StringBuilder json = new StringBuilder("[");
            for (String item : expected.trim().split(" ", -1)) {
                json.append(json.length() == 1 ? "" : ",")
                        .append(item.startsWith("+") ? "{\"method\":\"POST\"" : "{\"method\":\"DELETE\"")
                        .append(",\"path\":\"")
                        .append(item.substring(1))
                        .append(item.startsWith("+") ? "\",\"content\":\"x\"}" : "\"}");
            }
            assertThat(text(batch.json())).isEqualTo(json.append("]").toString());
            assertThat(batch.size())
                    .isEqualTo(expected.chars().filter(c -> c == '+').count());
        }
    }

    private static String text(Payload payload) throws Exception {
        try (InputStream in = payload.open()) {
            byte[] bytes = in.readAllBytes();
            assertThat((long) bytes.length).isEqualTo(payload.length());
            return new String(bytes, UTF_8);
        }
    }

    @Test
    void whatIsWrittenOverOrDeletedIsLetGo() throws Exception {
        try (Batch batch = new Batch()) {
            List<WeakReference<byte[]>> old = List.of(written(batch), written(batch));
            batch.delete(TestOutbox.path("/a"));

            await().untilAsserted(() -> {
                System.gc();
                assertThat(old).allMatch(each -> each.refersTo(null));
            });
        }
    }

    private static WeakReference<byte[]> written(Batch batch) {
        byte[] bytes = new byte[1024];
        batch.write(TestOutbox.path("/a"), bytes);
        return new WeakReference<>(bytes);
    }

    @Test
    void onlyWhatIsNoUtf8IsBase64() throws Exception {
        try (Batch batch = new Batch()) {
            batch.write(TestOutbox.path("/empty"), new byte[0]);
            batch.write(TestOutbox.path("/text \"é\""), "é\n\"".getBytes(UTF_8));
            batch.write(TestOutbox.path("/bytes"), new byte[] {(byte) 0xff, 0, 1, 2});

            assertThat(text(batch.json()))
                    .isEqualTo(
                            "[{\"method\":\"POST\",\"path\":\"empty\",\"content\":\"\"},"
                                    + "{\"method\":\"POST\",\"path\":\"text \\\"é\\\"\",\"content\":\"é\\n\\\"\"},"
                                    + "{\"method\":\"POST\",\"path\":\"bytes\",\"content\":\"/wABAg==\",\"encoding\":\"base64\"}]");
        }
    }
}
