package dev.packhorse.policy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.identity.Caller;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever somebody is called or names, a line is one line, and says exactly that. */
class AuditLineTest {

    private static final List<String> NASTY = List.of(
            "\n",
            "\r\n",
            "\u2028",
            "\u2029",
            "\u0085",
            "\u0000",
            "\u001b[2J",
            "\u007f",
            "\"",
            "\\",
            "\\\"",
            "\\u000a",
            "\"}\n{\"time\":\"2026-01-01T00:00:00.000Z\",\"caller\":\"root\"}",
            "\u202e\u2066gpj.exe",
            "\ud83d\ude00",
            "e\u0301\u00e9",
            "\ufeff",
            "\uffff",
            "\ud800",
            "\udc00\ud800",
            "</script>",
            "%0a",
            "${jndi:ldap://x}",
            "x".repeat(4096));

    private static String written(AuditLine line) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AuditLine.Writer writer = new AuditLine.Writer(out);
        writer.write(line);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> parsed(AuditLine line) throws IOException {
        String text = written(line);
        assertThat(text).matches("[ -\u007f]+\n");
        List<Map<String, Object>> lines = AuditLines.parse(text);
        assertThat(lines).hasSize(1);
        return lines.get(0);
    }

    private static AuditLine.Operation operation(String name, String path, String target) throws IOException {
        return new AuditLine.Operation(
                0,
                new Origin(new Caller(name, Set.of(), InetAddress.getLoopbackAddress(), null), name, path, null),
                "move",
                path,
                target,
                AuditLine.NONE,
                AuditLine.NONE,
                AuditLine.OK,
                1_234_567);
    }

    @Test
    void whatIsNamedIsExactlyInTheLineAndEndsNone() throws IOException {
        for (String one : NASTY) {
            for (String other : NASTY) {
                // When
                Map<String, Object> line = parsed(operation(one + other, "/" + one, other));

                // Then
                assertThat(line)
                        .containsEntry("caller", one + other)
                        .containsEntry("protocol", one + other)
                        .containsEntry("export", "/" + one)
                        .containsEntry("path", "/" + one)
                        .containsEntry("target", other)
                        .containsEntry("ms", 1.234)
                        .containsEntry("time", "1970-01-01T00:00:00.000Z");
                assertThat(line.keySet())
                        .containsExactly(
                                "time",
                                "caller",
                                "address",
                                "protocol",
                                "export",
                                "operation",
                                "path",
                                "target",
                                "status",
                                "ms");
            }
        }
    }

    @Test
    void whatIsMadeUpAtRandomForgesNothing() throws IOException {
        Random random = new Random(20020103);
        for (int i = 0; i < 20_000; i++) {
            // Given
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(12); length >= 0; length--) {
                text.append(
                        random.nextInt(3) == 0
                                ? NASTY.get(random.nextInt(NASTY.size() - 1))
                                : String.valueOf((char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000)));
            }

            // When
            String made = text.toString();
            Map<String, Object> line = parsed(operation(made, made, made));

            // Then
            assertThat(line)
                    .containsEntry("caller", made)
                    .containsEntry("path", made)
                    .containsEntry("target", made);
        }
    }

    @Test
    void aPathOfTheGreatestLengthIsWhole() throws IOException {
        // Given
        List<String> segments = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            segments.add("\u2028\ud83d\ude00".repeat(9));
        }
        FsPath path = FsPath.of(segments);
        assertThat(path.toString().getBytes(StandardCharsets.UTF_8)).hasSize(4096);

        // When
        Map<String, Object> line = parsed(operation("ada", path.toString(), path.toString()));

        // Then
        assertThat(line).containsEntry("path", path.toString()).containsEntry("target", path.toString());
    }

    @Test
    void aRefusedLoginSaysTheNameThatWasTried() throws IOException {
        // When
        Map<String, Object> line = parsed(new AuditLine.RefusedLogin(0, "ada\n", "192.0.2.1", "httpfs", 3L));

        // Then
        assertThat(line)
                .containsEntry("caller", "anonymous")
                .containsEntry("name", "ada\n")
                .containsEntry("operation", "login")
                .containsEntry("status", "refused");
        assertThat(line.keySet())
                .containsExactly("time", "caller", "address", "protocol", "operation", "name", "status", "request");
    }

    @Test
    void failuresAreNamedByTheirKind() {
        assertThat(AuditLine.status(Kind.IS_A_DIRECTORY)).isEqualTo("is-a-directory");
        assertThat(AuditLine.status(Kind.IO)).isEqualTo("io");
    }
}
