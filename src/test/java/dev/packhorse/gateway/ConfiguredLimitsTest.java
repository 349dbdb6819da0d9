package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.identity.AddressRange;
import dev.packhorse.server.Allowance;
import dev.packhorse.server.Limit;
import dev.packhorse.server.Limits;
import dev.packhorse.server.TrustedProxies;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfiguredLimitsTest {

    @TempDir
    Path folder;

    private static PackhorseConfig config(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(PackhorseConfig.class)
                .withSources(new PropertiesConfigSource(values, "file", 100))
                .build()
                .getConfigMapping(PackhorseConfig.class);
    }

    @Test
    void usuallyNoClientHasAllThreadsOrAllConnectionsAndNobodyIsBelieved() throws Exception {
        // Given
        PackhorseConfig config = config(Map.of());
        // When
        Limits.Settings settings = ConfiguredLimits.settings(config.limits());
        // Then
        assertThat(settings.address()).isEqualTo(new Allowance(0, 0, 0, 0, 64));
        assertThat(settings.address().transfers())
                .isLessThanOrEqualTo(config.http().threads() / 2);
        assertThat(settings.identity()).isEqualTo(Allowance.UNLIMITED);
        assertThat(settings.connectionsPerAddress())
                .isEqualTo(2000)
                .isLessThan(config.http().maxConnections() / 2);
        assertThat(settings.bodies()).isBetween(16, 10_000);
        assertThat(ConfiguredLimits.proxies(config.http())).isEqualTo(TrustedProxies.NONE);
        assertThat(ConfiguredLimits.spool(config.limits(), folder)).isBetween(1L, Long.MAX_VALUE - 1);
    }

    @Test
    void limitsAreWhatTheConfigurationSays() throws Exception {
        // Given
        PackhorseConfig config = config(Map.of(
                "packhorse.limits.address.requests", "50",
                "packhorse.limits.address.burst", "100",
                "packhorse.limits.address.upload", "10m",
                "packhorse.limits.identity.download", "1g",
                "packhorse.limits.identity.transfers", "7",
                "packhorse.limits.connections-per-address", "0",
                "packhorse.limits.bodies", "9",
                "packhorse.limits.spool", "20g",
                "packhorse.http.trusted-proxies", "10.0.0.0/8, fd00::1",
                "packhorse.http.proxy-protocol", "true"));
        // When
        Limits.Settings settings = ConfiguredLimits.settings(config.limits());
        // Then
        assertThat(settings)
                .isEqualTo(new Limits.Settings(
                        new Allowance(50, 100, 10 << 20, 0, 64), new Allowance(0, 0, 0, 1 << 30, 7), 0, 9));
        assertThat(ConfiguredLimits.spool(config.limits(), folder)).isEqualTo(20L << 30);
        TrustedProxies proxies = ConfiguredLimits.proxies(config.http());
        assertThat(proxies.ranges()).containsExactly(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("fd00::1"));
        assertThat(proxies.proxyProtocol()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "packhorse.limits.address.requests",
                "packhorse.limits.identity.transfers",
                "packhorse.limits.bodies",
                "packhorse.limits.connections-per-address"
            })
    void aNegativeLimitStopsTheStartWithItsKey(String key) {
        assertThatThrownBy(() ->
                        ConfiguredLimits.settings(config(Map.of(key, "-1")).limits()))
                .isInstanceOf(StartException.class)
                .hasMessage(key + " = '-1': a number from 0 on, where 0 is no limit");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "10.0.0.1/8; 'packhorse.http.trusted-proxies: ''10.0.0.1/8'' is no range of addresses: bits behind /8 are set: the range begins at 10.0.0.0/8'",
                "::1, localhost; 'packhorse.http.trusted-proxies: ''localhost'' is no range of addresses: ''localhost'' is no IP address'",
                "::1,; 'packhorse.http.trusted-proxies: '''' is no range of addresses: '''' is no IP address'",
            })
    void proxiesThatAreNoRangesStopTheStart(String value, String reason) {
        assertThatThrownBy(() -> ConfiguredLimits.proxies(
                        config(Map.of("packhorse.http.trusted-proxies", value)).http()))
                .isInstanceOf(StartException.class)
                .hasMessage(reason);
    }

    @Test
    void theProxyProtocolNeedsProxies() {
        assertThatThrownBy(() -> ConfiguredLimits.proxies(
                        config(Map.of("packhorse.http.proxy-protocol", "true")).http()))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith("packhorse.http.proxy-protocol = 'true': ");
    }

    @Test
    void noRoomForTemporaryFilesIsNotLimited() throws IOException {
        assertThat(ConfiguredLimits.spool(
                        config(Map.of("packhorse.limits.spool", "0")).limits(), folder))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void refusalsAreCountedForEachLimit() {
        // Given
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Limits limits = new Limits(new Limits.Settings(Allowance.UNLIMITED, new Allowance(0, 0, 0, 0, 1), 0, 0));
        // When
        ConfiguredLimits.register(limits, registry);
        // Then
        for (Limit limit : Limit.values()) {
            assertThat(registry.get("packhorse.limited")
                            .tag("limit", limit.word())
                            .functionCounter()
                            .count())
                    .isZero();
        }
        assertThat(registry.get("packhorse.limited").tag("limit", "spool").functionCounter())
                .isNotNull();
    }
}
