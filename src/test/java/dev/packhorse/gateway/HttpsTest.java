package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.server.TlsSettings;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpsTest {

    private static PackhorseConfig config(String keys) {
        Map<String, String> values = new HashMap<>();
        for (String each : keys.split(" ", -1)) {
            String[] pair = each.split("=", 2);
            values.put("packhorse." + pair[0], pair[1]);
        }
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(PackhorseConfig.class)
                .withSources(new PropertiesConfigSource(values, "file", 100))
                .build()
                .getConfigMapping(PackhorseConfig.class);
    }

    private static @Nullable TlsSettings settings(String keys) {
        return Https.settings(config(keys));
    }

    @Test
    void isOffUnlessAPortIsSet() {
        assertThat(settings("http.port=80")).isNull();
    }

    @Test
    void takesHostAndDefaultsFromHttp() {
        TlsSettings settings =
                Objects.requireNonNull(settings("http.host=::1 https.port=8443 https.certificate=c https.key=k"));

        assertThat(settings.host()).isEqualTo("::1");
        assertThat(settings.port()).isEqualTo(8443);
        assertThat(settings.source()).isEqualTo(new TlsSettings.Pem(Path.of("c"), Path.of("k"), null));
        assertThat(settings.provider()).isEqualTo(TlsSettings.Provider.AUTO);
        assertThat(settings.clientCertificates()).isEqualTo(TlsSettings.ClientCertificates.NONE);
        assertThat(settings.redirects()).isFalse();
    }

    @Test
    void takesAllThatIsSet() {
        TlsSettings settings = Objects.requireNonNull(settings("http.port=0 https.host=0.0.0.0 https.port=0"
                + " https.key-store=s https.key-store-password=hush https.provider=jdk https.redirect=true https.public-port=443"
                + " https.client-certificates=required https.client-ca=ca https.client-crl=crl"));

        assertThat(settings.host()).isEqualTo("0.0.0.0");
        assertThat(settings.source()).isInstanceOf(TlsSettings.Pkcs12.class);
        assertThat(settings.provider()).isEqualTo(TlsSettings.Provider.JDK);
        assertThat(settings.clientCertificates()).isEqualTo(TlsSettings.ClientCertificates.REQUIRED);
        assertThat(settings.clientCa()).isEqualTo(Path.of("ca"));
        assertThat(settings.clientCrl()).isEqualTo(Path.of("crl"));
        assertThat(settings.redirects()).isTrue();
        assertThat(settings.publicPort()).isEqualTo(443);
        assertThat(settings.toString()).doesNotContain("hush");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    http.port=-1                                                            | https.port
                    https.certificate=c                                                     | port
                    https.redirect=true                                                     | port
                    https.client-ca=c                                                       | port
                    https.port=1                                                            | certificate and key, or key-store
                    https.port=1 https.certificate=c https.key-store=s                      | one is needed
                    https.port=1 https.key-store=s                                          | key-store-password
                    https.port=1 https.key-store=s https.key-store-password=hush https.key-store-password-file=f | key-store-password
                    https.port=1 https.key-store=s https.key-store-password=hush https.key=k | key
                    https.port=1 https.certificate=c https.key-store-password=hush          | key-store
                    https.port=1 https.certificate=c https.client-certificates=optional     | client-ca
                    https.port=1 https.certificate=c https.client-ca=ca                     | client-certificates
                    https.port=1 https.certificate=c https.client-crl=ca                    | client-certificates
                    https.port=1 https.certificate=c http.port=-1 https.redirect=true       | packhorse.http.port
                    https.port=1 https.certificate=c https.redirect=true https.public-port=0x | public-port
                    https.port=1 https.certificate=c https.public-port=70000                | 70000
                    """)
    void refusesWhatContradictsItselfInOneLine(String keys, String named) {
        assertThatThrownBy(() -> settings(keys)).message().contains(named).doesNotContain("hush");
    }
}
