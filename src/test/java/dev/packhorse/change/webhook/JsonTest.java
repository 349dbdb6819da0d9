package dev.packhorse.change.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonTest {

    private static String text(String text) throws IOException {
        try (InputStream in = Json.text(new ByteArrayInputStream(text.getBytes(UTF_8)))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void whatJsonDemandsIsEscapedAndTheRestIsUtf8() throws Exception {
        assertThat(text("a\"b\\c\n\r\t\u0000\u001f\u007f/é😀"))
                .isEqualTo("a\\\"b\\\\c\\n\\r\\t\\u0000\\u001f\u007f/é😀");
        assertThat(new String(Json.string("sessions/\"x\"\u0001"), UTF_8)).isEqualTo("\"sessions/\\\"x\\\"\\u0001\"");
        assertThat(text("")).isEmpty();
    }

    @Test
    void base64HasNoPaddingBeforeTheEndAtAnyLength() throws Exception {
        Random random = new Random(3);
        for (int length : new int[] {0, 1, 2, 3, 6 * 1024 - 1, 6 * 1024, 6 * 1024 + 1, 50_000}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            try (InputStream in = Json.base64(new ByteArrayInputStream(bytes))) {
                byte[] encoded = in.readAllBytes();
                assertThat(encoded).hasSize((length + 2) / 3 * 4);
                assertThat(Base64.getDecoder().decode(encoded)).isEqualTo(bytes);
            }
        }
    }

    @Test
    void utf8IsWhatTheDecoderOfThePlatformTakesWhole() throws Exception {
        Random random = new Random(4);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes =
                    round % 2 == 0 ? randomBytes(random) : randomText(random).getBytes(UTF_8);
            if (bytes.length > 0 && round % 5 == 0) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            assertThat(Json.isUtf8(new Trickle(bytes, random))).isEqualTo(isUtf8(bytes));
        }
    }

    private static byte[] randomBytes(Random random) {
        byte[] bytes = new byte[random.nextInt(6)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String randomText(Random random) {
        return random.ints(random.nextInt(8), 0, 0x10ffff)
                .filter(c -> c < 0xd800 || c > 0xdfff)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Gives one to three bytes at a time. */
    private static final class Trickle extends InputStream {
        private final InputStream in;
        private final Random random;

        Trickle(byte[] bytes, Random random) {
            this.in = new ByteArrayInputStream(bytes);
            this.random = random;
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return in.read(buffer, offset, Math.min(length, 1 + random.nextInt(3)));
        }
    }
}
