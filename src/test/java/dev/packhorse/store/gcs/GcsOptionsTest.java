package dev.packhorse.store.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcsOptionsTest {

    @Test
    void theEnvironmentNamesBucketAndCredentials() {
        Map<String, String> environment =
                Map.of("GOOGLE_CLOUD_BUCKET_NAME", "pail", "GOOGLE_APPLICATION_CREDENTIALS", "/keys/a.json");
        assertThat(GcsEnvironment.bucket(null, environment)).isEqualTo("pail");
        assertThat(GcsEnvironment.bucket("", environment)).isEqualTo("pail");
        assertThat(GcsEnvironment.bucket("mine", environment)).isEqualTo("mine");
        assertThat(GcsEnvironment.options(environment))
                .isEqualTo(GcsOptions.DEFAULT.withCredentials(Path.of("/keys/a.json")));
        assertThat(GcsEnvironment.options(Map.of("GOOGLE_APPLICATION_CREDENTIALS", "")))
                .isEqualTo(GcsOptions.DEFAULT);
        assertThatThrownBy(() -> GcsEnvironment.bucket(null, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("GOOGLE_CLOUD_BUCKET_NAME");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        Duration second = Duration.ofSeconds(1);
        for (String endpoint : new String[] {"ftp://host", "host", "http://user:secret@host"}) {
            assertThatThrownBy(() -> new GcsOptions(URI.create(endpoint), null, true, second, second, 0))
                    .as(endpoint)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("secret");
        }
        assertThatThrownBy(() -> new GcsOptions(null, Path.of("a"), true, second, second, 0))
                .hasMessageContaining("anonymous");
        assertThatThrownBy(() -> new GcsOptions(null, null, true, Duration.ZERO, second, 0))
                .hasMessageContaining("timeouts");
        assertThatThrownBy(() -> new GcsOptions(null, null, true, second, second, -1))
                .hasMessageContaining("retries");
    }

    @Test
    void credentialsThatCannotBeReadAreToldInOneLine(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("key.json"), "{\"private_key\": \"secret\"}");
        for (Path one : new Path[] {file, folder.resolve("missing.json")}) {
            assertThatThrownBy(() -> GcsStore.openLater("bucket", "", GcsOptions.DEFAULT.withCredentials(one)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the credentials in '" + one + "' cannot be read");
        }
    }
}
