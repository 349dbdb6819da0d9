package dev.packhorse.front.openhands;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Base64StreamTest {

    private static byte[] decoded(String text) throws IOException {
        try (Base64Stream in = new Base64Stream(new ByteArrayInputStream(text.getBytes(ISO_8859_1)))) {
            return in.readAllBytes();
        }
    }

    @Test
    void allLengthsComeBackAlsoAroundTheBlocks() throws IOException {
        Random random = new Random(3);
        for (int length : new int[] {0, 1, 2, 3, 4, 6141, 6142, 6143, 6144, 6145, 6146, 12287, 12288, 12289, 100_000}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            assertThat(decoded(Base64.getEncoder().encodeToString(bytes))).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "AAAAA", "AA=", "AA==AA==", "AA==x", "A===", "=", "AAA\n", "AA-_", "é"})
    void whatIsNotBase64Breaks(String text) {
        assertThatThrownBy(() -> decoded(text)).isInstanceOf(Base64Stream.Broken.class);
        // Where blocks meet, the same holds.
        assertThatThrownBy(() -> decoded("AAAA".repeat(2047) + text)).isInstanceOf(Base64Stream.Broken.class);
        assertThatThrownBy(() -> decoded("AAAA".repeat(2048) + text)).isInstanceOf(Base64Stream.Broken.class);
    }

    @Test
    void nothingMayFollowAPaddedBlock() {
        assertThatThrownBy(() -> decoded("AAAA".repeat(2047) + "AA==" + "AAAA"))
                .isInstanceOf(Base64Stream.Broken.class);
    }
}
