package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README is one session: its commands run in order against a gateway, and print what it shows; its routes are loaded where
 * they stand. In a shown output {@code ...} within a line stands for any text, alone for any lines.
 */
@QuarkusTest
@TestProfile(GatewayProfile.class)
class ReadmeSessionTest {

    /** What cannot run inside a test of the build that it starts; {@code .ci/run} runs it, or the bench. */
    private static final Pattern OUTSIDE = Pattern.compile("(\\./mvnw |java .*-jar |src/bench/run|#).*");

    /** What starts one of the examples; here it joins the gateway that runs. */
    private static final Pattern EXAMPLE =
            Pattern.compile("java -Dpackhorse.routes=(?<file>\\S+)(?<properties>( -D\\S+=\\S+)+) -jar .*\\n");

    private static final Pattern PROPERTY = Pattern.compile("-D(?<key>\\S+)=(?<value>\\S+)");

    /** Folders of examples, and of the default route; they become folders of the test. */
    private static final Pattern FOLDER = Pattern.compile("(?<=file:|file_store_path: )(/srv/[\\w/-]+|data/[\\w/-]+)");

    @Inject
    StartedGateway gateway;

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // set by Quarkus
    URI management;

    @TempDir
    Path work;

    @Test
    void everyCommandPrintsWhatIsShown() throws Exception {
        Files.createSymbolicLink(work.resolve("routes"), Path.of("routes").toAbsolutePath());
        SoftAssertions outputs = new SoftAssertions();
        int commands = 0;
        int routes = 0;
        for (Readme.Block block : Readme.blocks()) {
            switch (block.language()) {
                case "sh" -> {
                    example(block);
                    if (block.text().lines().allMatch(OUTSIDE.asMatchPredicate())) {
                        continue;
                    }
                    run(block, outputs);
                    commands++;
                }
                case "yaml" -> {
                    load(block);
                    routes++;
                }
                default ->
                    assertThat(block.language()).as("line %s", block.line()).isIn("text", "properties");
            }
        }
        outputs.assertAll();
        assertThat(commands).isGreaterThan(15);
        assertThat(routes).isGreaterThan(2);
    }

    private void example(Readme.Block block) throws StartException {
        Matcher example = EXAMPLE.matcher(block.text());
        if (!example.matches()) {
            return;
        }
        Matcher property = PROPERTY.matcher(example.group("properties"));
        Set<String> set = new HashSet<>();
        try {
            while (property.find()) {
                String key = property.group("key");
                String value = property.group("value");
                set.add(key);
                System.setProperty(
                        key, key.endsWith(".key") ? value : work.resolve(value).toString());
            }
            gateway.load(Path.of(example.group("file")));
        } finally {
            set.forEach(System::clearProperty);
        }
    }

    private void load(Readme.Block block) throws Exception {
        StringBuilder yaml = new StringBuilder();
        Matcher folder = FOLDER.matcher(block.text());
        while (folder.find()) {
            Path moved = gateway.folder().resolve("readme/" + folder.group());
            Files.createDirectories(moved);
            folder.appendReplacement(yaml, Matcher.quoteReplacement(moved.toString()));
        }
        folder.appendTail(yaml);
        Path file = gateway.folder().resolve("routes/readme-" + block.line() + ".yaml");
        Files.writeString(file, yaml.toString().replace("http://127.0.0.1:8080", gateway.address()));
        gateway.load(file);
    }

    private void run(Readme.Block block, SoftAssertions outputs) throws IOException, InterruptedException {
        String base = management.getScheme() + "://" + management.getAuthority();
        String script = block.text()
                .replace("http://127.0.0.1:8080", gateway.address())
                .replace("http://127.0.0.1:8081", gateway.deviceAddress())
                .replace("http://127.0.0.1:9000", base);
        Path errors = work.resolve("stderr");
        ProcessBuilder builder = new ProcessBuilder("bash", "-e", "-u", "-o", "pipefail", "-c", script)
                .directory(work.toFile())
                .redirectError(errors.toFile());
        builder.environment().putAll(Map.of("HOME", work.toString(), "LC_ALL", "C.UTF-8", "no_proxy", "*"));
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).replace("\r", "");
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as("line %s: %s%n%s", block.line(), output, Files.readString(errors))
                .isZero();
        if (block.output() != null) {
            outputs.assertThat(output.stripTrailing())
                    .as("README.md, line %s:%n%s%nprinted:%n%s%n", block.line(), block.text(), output)
                    .matches(expected(block.output()));
        }
    }

    private static Pattern expected(String shown) {
        List<String> lines = shown.stripTrailing().lines().toList();
        return Pattern.compile(lines.stream()
                .map(line -> line.equals("...")
                        ? "(?s:.*)"
                        : Arrays.stream(line.split("\\.\\.\\.", -1))
                                .map(Pattern::quote)
                                .collect(Collectors.joining(".*")))
                .collect(Collectors.joining("\n")));
    }
}
