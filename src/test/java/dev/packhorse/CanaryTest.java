package dev.packhorse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class CanaryTest {

    @Test
    void aSecretIsFoundInTheClearAndEncoded() {
        String secret = Canary.secret("x");
        assertThat(Canary.in("a " + secret + " b")).isNotEmpty();
        for (String user : new String[] {"a", "ab", "abc"}) {
            byte[] both = (user + ":" + secret + " ~?").getBytes(ISO_8859_1);
            assertThat(Canary.in(Base64.getEncoder().encodeToString(both))).hasSize(1);
            assertThat(Canary.in(Base64.getUrlEncoder().withoutPadding().encodeToString(both)))
                    .hasSize(1);
            assertThat(Canary.in(HexFormat.of().withUpperCase().formatHex(both)))
                    .hasSize(1);
        }
        assertThat(Canary.in("canary, 7f3a")).isEmpty();
    }

    @Test
    void theBuildLooksForTheSame() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        for (String trace : Canary.traces()) {
            assertThat(pom).contains("<contains text=\"" + trace + "\" />");
        }
    }
}
