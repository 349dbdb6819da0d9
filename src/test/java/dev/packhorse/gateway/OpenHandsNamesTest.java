package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.packhorse.route.Location;
import dev.packhorse.route.Options;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code file_store} and {@code file_store_path} of OpenHands mean here what they mean there. */
class OpenHandsNamesTest {

    private static final Map<String, String> BUCKETS =
            Map.of("AWS_S3_BUCKET", "of-amazon", "GOOGLE_CLOUD_BUCKET_NAME", "of-google");

    @TempDir
    Path folder;

    private static String location(String name, Map<String, Object> given, Map<String, String> environment) {
        Options options = new Options(new HashMap<>(given));
        String location =
                Objects.requireNonNull(OpenHandsNames.of(environment).get(name)).location(options);
        options.flag("create", true);
        options.end();
        return location;
    }

    @ParameterizedTest
    @CsvSource({
        "local, /tmp/file_store, file:/tmp/file_store",
        "local, relative/x, file:relative/x",
        "local, //two, file:/two",
        "local, /100% a#b?c, file:/100%25%20a%23b%3Fc",
        "memory, /tmp/file_store, memory:",
        "memory, '', memory:",
        "s3, mine, s3://mine",
        "s3, '', s3://of-amazon",
        "google_cloud, mine, gs://mine",
        "google_cloud, '', gs://of-google",
    })
    void aNameAndItsPathAreALocation(String name, String path, String location) {
        assertThat(location(name, Map.of("file_store_path", path), BUCKETS)).isEqualTo(location);
    }

    @Test
    void aPathThatIsNotGivenIsAnEmptyOne() {
        assertThat(location("memory", Map.of(), Map.of())).isEqualTo("memory:");
        assertThat(location("s3", Map.of(), BUCKETS)).isEqualTo("s3://of-amazon");
        assertThat(location("google_cloud", Map.of(), BUCKETS)).isEqualTo("gs://of-google");
    }

    @Test
    void theHomeOfTheUserIsATilde() {
        String home = System.getProperty("user.home");

        assertThat(Location.path(location("local", Map.of("file_store_path", "~/.openhands"), Map.of())))
                .isEqualTo(home + "/.openhands");
        assertThat(Location.path(location("local", Map.of("file_store_path", "~"), Map.of())))
                .isEqualTo(home);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> location("local", Map.of("file_store_path", "~joe/x"), Map.of()))
                .withMessageContaining("file_store_path");
    }

    @ParameterizedTest
    @CsvSource({"local, ''", "s3, ''", "google_cloud, ''", "s3, bucket/prefix", "google_cloud, /tmp/file_store"})
    void whatIsMissingOrNoBucketIsTold(String name, String path) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> location(name, Map.of("file_store_path", path), Map.of()));
    }

    @Test
    void aFileStoreOfOpenHandsIsServedAsItIsConfiguredThere() throws Exception {
        Path store = folder.resolve("not there yet");
        try (TestGateway gateway = new TestGateway(Files.createDirectory(folder.resolve("gateway")))) {
            gateway.load(Files.writeString(folder.resolve("routes.yaml"), """
                    - route:
                        from:
                          uri: export:/sessions
                          parameters:
                            protocols: openhands
                          steps:
                            - to:
                                uri: store:local
                                parameters:
                                  file_store_path: "%s"
                    - route:
                        from:
                          uri: export:/scratch
                          steps:
                            - to: store:memory?size=1m
                    """.formatted(store)), Map.of());

            assertThat(gateway.send("POST", "/openhands/sessions/files/s1/a.json", "{}")
                            .status())
                    .isEqualTo(201);
            assertThat(gateway.send("PUT", "/fs/scratch/a", "x").status()).isEqualTo(200);
        }
        assertThat(store.resolve("s1/a.json")).hasContent("{}");
    }
}
