package dev.packhorse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of the threat model names the test that guards each thing: all of them are there. */
class SecurityPageTest {

    private static final Pattern TEST = Pattern.compile("`(?<type>[A-Z]\\w*Test)(?:\\.(?<name>\\w+))?`");

    @Test
    void everyTestThatIsNamedIsThere() throws IOException {
        Map<String, List<String>> tests = tests();
        Matcher named = TEST.matcher(Files.readString(Path.of("src/docs/security.md")));
        int count = 0;
        while (named.find()) {
            List<String> sources = tests.get(named.group("type"));
            assertThat(sources).as(named.group("type")).isNotNull();
            if (named.group("name") != null) {
                assertThat(sources)
                        .as(named.group())
                        .anySatisfy(source -> assertThat(source).contains("void " + named.group("name") + "("));
                count++;
            }
        }
        assertThat(count).isGreaterThan(80);
    }

    /** The sources of all tests, by the name of their class; stores share some. */
    private static Map<String, List<String>> tests() throws IOException {
        try (Stream<Path> all = Files.walk(Path.of("src/test/java"))) {
            return all.filter(each -> each.toString().endsWith("Test.java"))
                    .collect(Collectors.groupingBy(
                            each -> each.getFileName().toString().replace(".java", ""),
                            Collectors.mapping(SecurityPageTest::read, Collectors.toList())));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
