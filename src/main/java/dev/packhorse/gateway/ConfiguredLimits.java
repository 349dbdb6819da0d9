package dev.packhorse.gateway;

import dev.packhorse.fs.SpoolSpace;
import dev.packhorse.identity.AddressRange;
import dev.packhorse.server.Allowance;
import dev.packhorse.server.Limit;
import dev.packhorse.server.Limits;
import dev.packhorse.server.TrustedProxies;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The limits that {@link PackhorseConfig} sets, and what becomes of them. */
final class ConfiguredLimits {

    private ConfiguredLimits() {}

    static Limits.Settings settings(PackhorseConfig.Limits config) throws StartException {
        PackhorseConfig.Limits.OfAddress address = config.address();
        PackhorseConfig.Limits.OfIdentity identity = config.identity();
        return new Limits.Settings(
                new Allowance(
                        number("address.requests", address.requests()),
                        number("address.burst", address.burst()),
                        bytes(address.upload()),
                        bytes(address.download()),
                        number("address.transfers", address.transfers())),
                new Allowance(
                        number("identity.requests", identity.requests()),
                        number("identity.burst", identity.burst()),
                        bytes(identity.upload()),
                        bytes(identity.download()),
                        number("identity.transfers", identity.transfers())),
                number("connections-per-address", config.connectionsPerAddress()),
                number("bodies", config.bodies().orElseGet(Limits::usualBodies)));
    }

    private static int number(String key, int value) throws StartException {
        if (value < 0) {
            throw new StartException(
                    "packhorse.limits." + key + " = '" + value + "': a number from 0 on, where 0 is no limit");
        }
        return value;
    }

    private static long bytes(MemorySize size) {
        return size.asLongValue();
    }

    /**
     * How many bytes temporary files may take together.
     *
     * @param folder where most of them are
     */
    static long spool(PackhorseConfig.Limits config, Path folder) throws IOException {
        MemorySize said = config.spool().orElse(null);
        if (said == null) {
            return SpoolSpace.SHARED.used() + Files.getFileStore(folder).getUsableSpace() / 2;
        }
        return bytes(said) == 0 ? Long.MAX_VALUE : bytes(said);
    }

    static TrustedProxies proxies(PackhorseConfig.Http http) throws StartException {
        if (http.proxyProtocol() && http.trustedProxies().isEmpty()) {
            throw new StartException(
                    "packhorse.http.proxy-protocol = 'true': needs packhorse.http.trusted-proxies, who else would be believed?");
        }
        List<AddressRange> ranges = new ArrayList<>();
        for (String each : http.trustedProxies().map(all -> all.split(",", -1)).orElse(new String[0])) {
            try {
                ranges.add(AddressRange.parse(each.strip()));
            } catch (IllegalArgumentException e) {
                throw new StartException("packhorse.http.trusted-proxies: " + e.getMessage(), e);
            }
        }
        return new TrustedProxies(ranges, http.proxyProtocol());
    }

    /** Shows what is refused, and how many take something. */
    static void register(Limits limits, MeterRegistry registry) {
        for (Limit limit : Limit.values()) {
            FunctionCounter.builder("packhorse.limited", limits, each -> (double) each.refused(limit))
                    .description("Requests and connections that were refused because a client had had its share")
                    .tag("limit", limit.word())
                    .register(registry);
        }
        FunctionCounter.builder("packhorse.limited", SpoolSpace.SHARED, SpoolSpace::refused)
                .description("Requests and connections that were refused because a client had had its share")
                .tag("limit", "spool")
                .register(registry);
        Gauge.builder("packhorse.spool", SpoolSpace.SHARED, SpoolSpace::used)
                .description("Bytes of temporary files")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("packhorse.clients", limits, Limits::active)
                .description(
                        "Addresses and identities that are connected or have a request in progress, as far as they have limits")
                .register(registry);
    }
}
