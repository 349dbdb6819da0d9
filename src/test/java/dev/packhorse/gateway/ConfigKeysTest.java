package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigKeysTest {

    @ParameterizedTest
    @CsvSource({
        "packhorse.http.threads,many,integer",
        "packhorse.http.stop-timeout,soon,''",
        "packhorse.limits.address.upload,fast,''",
        "packhorse.limits.address.transfers,few,integer",
    })
    void aValueThatCannotBeReadIsOneLineThatNamesTheKey(String key, String value, String reason) {
        Throwable failure = catchThrowable(() -> new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(PackhorseConfig.class)
                .withSources(new PropertiesConfigSource(Map.of(key, value), "file", 100))
                .build());
        ByteArrayOutputStream said = new ByteArrayOutputStream();

        boolean explained = ConfigKeys.explain(
                new ExceptionInInitializerError(failure), new PrintStream(said, true, StandardCharsets.UTF_8));

        assertThat(explained).isTrue();
        assertThat(said.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith("Packhorse cannot start: " + key + " = '" + value + "': ")
                .contains(reason)
                .doesNotContain("SRCFG");
    }

    @Test
    void aValueThatCannotBeUsedIsOneLineToo() {
        // Given
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Throwable failure = new IllegalStateException(new StartException("packhorse.x = '1': no"));
        // When
        boolean explained = ConfigKeys.explain(failure, new PrintStream(said, true, StandardCharsets.UTF_8));
        // Then
        assertThat(explained).isTrue();
        assertThat(said.toString(StandardCharsets.UTF_8)).isEqualTo("Packhorse cannot start: packhorse.x = '1': no\n");
    }

    @Test
    void otherFailuresAreLeftToQuarkus() {
        ByteArrayOutputStream said = new ByteArrayOutputStream();

        assertThat(ConfigKeys.explain(
                        new IllegalStateException("x"), new PrintStream(said, true, StandardCharsets.UTF_8)))
                .isFalse();
        assertThat(ConfigKeys.explain(null, new PrintStream(said, true, StandardCharsets.UTF_8)))
                .isFalse();
        assertThat(said.size()).isZero();
    }
}
