package dev.packhorse.store.httpfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.packhorse.fs.FsPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any bytes are parts or an {@link IOException}, however they arrive. */
class PartsParserFuzzTest {

    private static final String WHOLE = """
            --b\r
            Content-Location: /fs/d/\r
            Content-Type: application/x-directory\r
            Content-Length: 20\r
            \r
            a 33188\r
            é b 16877\r
            \r
            --b\r
            Content-Location: /fs/d/a\r
            \r
            --b\r
            Content-Disposition: attachment; filename="/fs/d/\\"é\\\\ b"\r
            \r
            \r
            --b--\r
            """;

    /** Gives a few bytes at a time. */
    private static final class Drops extends ByteArrayInputStream {
        private final Random random;

        Drops(byte[] bytes, Random random) {
            super(bytes);
            this.random = random;
        }

        @Override
        public synchronized int read(byte[] buffer, int offset, int length) {
            return super.read(buffer, offset, Math.min(length, 1 + random.nextInt(7)));
        }
    }

    private static List<String> seen(InputStream in, boolean lines) throws IOException {
        PartsParser parser = new PartsParser(in, "b");
        Locations locations = new Locations("/fs", FsPath.parse("/d"), (parent, name) -> false);
        List<String> seen = new ArrayList<>();
        for (Map<String, String> head = parser.next(); head != null; head = parser.next()) {
            seen.add(String.valueOf(locations.path(head)));
            for (String line = lines ? parser.line() : null; line != null; line = parser.line()) {
                seen.add("> " + line);
            }
        }
        return seen;
    }

    @Test
    void theWholeIsReadInDropsAsAtOnce() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            InputStream in = new Drops(WHOLE.getBytes(UTF_8), new Random(seed));
            assertThat(seen(in, true))
                    .containsExactly("/d", "> a 33188", "> é b 16877", "> ", "/d/a", "/d/\"é\\ b", "> ");
        }
        assertThat(seen(new ByteArrayInputStream(WHOLE.getBytes(UTF_8)), false))
                .containsExactly("/d", "/d/a", "/d/\"é\\ b");
    }

    @Test
    void everyCutIsAFailure() {
        byte[] bytes = WHOLE.getBytes(UTF_8);
        for (int length = 0; length < bytes.length - "\r\n".length(); length++) {
            int cut = length;
            assertThat(catchThrowable(() -> seen(new ByteArrayInputStream(bytes, 0, cut), cut % 2 == 0)))
                    .as("%d bytes", length)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void anyOtherBytesArePartsOrAFailure() {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = WHOLE.getBytes(UTF_8);
            for (int i = random.nextInt(8); i >= 0; i--) {
                byte[] pool = "-b\r\n :\"\\/%é\0".getBytes(UTF_8);
                int at = random.nextInt(bytes.length);
                bytes[at] = random.nextBoolean() ? pool[random.nextInt(pool.length)] : (byte) random.nextInt(256);
            }
            try {
                assertThat(seen(new Drops(bytes, random), seed % 2 == 0)).hasSizeLessThan(50);
            } catch (IOException e) {
                assertThat(e.getMessage()).as("seed %d", seed).isNotEmpty();
            }
        }
    }

    @Test
    void boundariesAreFoundInEveryForm() {
        assertThat(PartsParser.boundary("multipart/mixed; boundary=----x")).isEqualTo("----x");
        assertThat(PartsParser.boundary("Multipart/Mixed;charset=x; Boundary=\"a b\"; y=z"))
                .isEqualTo("a b");
        assertThat(PartsParser.boundary("multipart/mixed;boundary=a;b=c")).isEqualTo("a");
        for (String none : List.of(
                "multipart/mixed",
                "multipart/mixed; boundary=",
                "multipart/mixed; boundary=\"\"",
                "multipart/form-data; boundary=x",
                "multipart/mixed; boundary=" + "x".repeat(201),
                "multipart/mixed; boundary=é")) {
            assertThat(PartsParser.boundary(none)).as(none).isNull();
        }
        assertThat(PartsParser.boundary(null)).isNull();
    }
}
