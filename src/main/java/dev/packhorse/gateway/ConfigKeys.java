package dev.packhorse.gateway;

import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.util.SortedSet;
import java.util.TreeSet;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** The keys that {@link PackhorseConfig} has; a key that it does not have is a mistake of the operator. */
final class ConfigKeys {

    private static final String PREFIX = "packhorse.";

    private ConfigKeys() {}

    static SortedSet<String> known() {
        return new TreeSet<>(ConfigMappings.getProperties(ConfigClass.configClass(PackhorseConfig.class))
                .keySet());
    }

    /**
     * Refuses keys that nobody reads. Environment variables are exempt: Kubernetes sets {@code PACKHORSE_PORT} and others for
     * a service of that name.
     */
    static void check(Config config) throws StartException {
        SortedSet<String> known = known();
        for (ConfigSource source : config.getConfigSources()) {
            if (source.getName().startsWith("EnvConfigSource")) {
                continue;
            }
            for (String name : source.getPropertyNames()) {
                if (name.startsWith(PREFIX) && !known.contains(name)) {
                    throw new StartException("unknown key " + name + " in " + source.getName() + ", keys are "
                            + String.join(", ", known));
                }
            }
        }
    }
}
