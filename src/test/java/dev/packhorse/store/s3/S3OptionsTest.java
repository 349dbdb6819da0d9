package dev.packhorse.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class S3OptionsTest {

    @Test
    void secretsAreNotShown() {
        S3Options options = S3Options.DEFAULT.withCredentials(new S3Options.Credentials("AKIA", "hush", "token"));
        assertThat(options.toString()).contains("AKIA", "***").doesNotContain("hush", "token]");
        assertThat(new S3Options.Credentials("AKIA", "hush", null).toString()).endsWith("sessionToken=null]");
    }

    @Test
    void anEndpointIsAHttpUrlWithoutCredentials() {
        for (String wrong : List.of("ftp://h", "http:/h", "h:80", "https://user:pw@h")) {
            assertThatThrownBy(() -> S3Options.DEFAULT.withEndpoint(URI.create(wrong), true))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("pw");
        }
    }

    @Test
    void theBucketIsThatOfTheLocationElseOfTheEnvironment() {
        Map<String, String> environment = Map.of("AWS_S3_BUCKET", "other");
        assertThat(S3Environment.bucket("mine", environment)).isEqualTo("mine");
        assertThat(S3Environment.bucket("", environment)).isEqualTo("other");
        assertThat(S3Environment.bucket(null, environment)).isEqualTo("other");
        for (Map<String, String> none : List.of(Map.<String, String>of(), Map.of("AWS_S3_BUCKET", ""))) {
            assertThatThrownBy(() -> S3Environment.bucket("", none))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("AWS_S3_BUCKET");
        }
    }

    @Test
    void theSchemeOfTheEndpointIsWhatSecureSays() {
        Map<List<String>, String> table = new LinkedHashMap<>();
        // The endpoint, AWS_S3_SECURE ("unset" for none): the endpoint that is used.
        table.put(List.of("minio:9000", "unset"), "https://minio:9000");
        table.put(List.of("minio:9000", "true"), "https://minio:9000");
        table.put(List.of("minio:9000", "TRUE"), "https://minio:9000");
        table.put(List.of("minio:9000", "True"), "https://minio:9000");
        table.put(List.of("minio:9000", "false"), "http://minio:9000");
        table.put(List.of("minio:9000", "1"), "http://minio:9000");
        table.put(List.of("minio:9000", "yes"), "http://minio:9000");
        table.put(List.of("minio:9000", " true"), "http://minio:9000");
        table.put(List.of("minio:9000", ""), "http://minio:9000");
        table.put(List.of("http://minio:9000", "unset"), "https://minio:9000");
        table.put(List.of("http://minio:9000", "true"), "https://minio:9000");
        table.put(List.of("https://minio:9000", "false"), "http://minio:9000");
        table.put(List.of("https://minio", "true"), "https://minio");
        table.forEach((given, expected) -> {
            Map<String, String> environment = new LinkedHashMap<>(Map.of("AWS_S3_ENDPOINT", given.get(0)));
            if (!given.get(1).equals("unset")) {
                environment.put("AWS_S3_SECURE", given.get(1));
            }
            S3Options options = S3Environment.options(environment);
            assertThat(options.endpoint()).as("%s", given).isEqualTo(URI.create(expected));
            assertThat(options.pathStyle()).isTrue();
        });
    }

    @Test
    void whatIsNotInTheEnvironmentIsAsUsual() {
        assertThat(S3Environment.options(Map.of("AWS_S3_SECURE", "false", "AWS_S3_ENDPOINT", "", "PATH", "x")))
                .isEqualTo(S3Options.DEFAULT);
        assertThat(S3Environment.options(Map.of("AWS_ACCESS_KEY_ID", "a")).credentials())
                .isNull();
        assertThat(S3Environment.options(Map.of("AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b"))
                        .credentials())
                .isEqualTo(new S3Options.Credentials("a", "b", null));
        assertThat(S3Environment.options(Map.of(
                                "AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b", "AWS_SESSION_TOKEN", "c"))
                        .credentials())
                .isEqualTo(new S3Options.Credentials("a", "b", "c"));
        assertThat(S3Environment.options(Map.of("AWS_DEFAULT_REGION", "eu-west-1", "AWS_REGION", "eu-north-1"))
                        .region())
                .isEqualTo("eu-north-1");
    }

    @Test
    void anEndpointThatIsNoneIsRefused() {
        for (String wrong : List.of("a b", "://", "host:port:9", "user:pw@host")) {
            assertThatThrownBy(() -> S3Environment.options(Map.of("AWS_S3_ENDPOINT", wrong)))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("endpoint");
        }
    }
}
