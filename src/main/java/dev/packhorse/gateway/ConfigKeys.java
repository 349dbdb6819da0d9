package dev.packhorse.gateway;

import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import java.io.PrintStream;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/** The keys that {@link PackhorseConfig} has; a key that it does not have is a mistake of the operator. */
final class ConfigKeys {

    private static final String PREFIX = "packhorse.";

    /** What SmallRye Config says of a value, with its codes. */
    private static final Pattern UNREADABLE = Pattern.compile(
            "property (\\S+) with the config value \"(.*)\" threw an Exception whilst being converted (?:SRCFG\\d+: )?(.*)",
            Pattern.DOTALL);

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

    /**
     * Says in a line for each what values cannot be read, or used. Quarkus reads them before any code of ours runs, and logs only
     * a stack trace.
     *
     * @param failure why the application does not start; may be {@code null}
     * @return whether that was it
     */
    static boolean explain(@Nullable Throwable failure, PrintStream out) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConfigValidationException values) {
                for (int i = 0; i < values.getProblemCount(); i++) {
                    String problem = values.getProblem(i).getMessage();
                    Matcher value = UNREADABLE.matcher(problem);
                    out.println("Packhorse cannot start: "
                            + (value.find()
                                    ? value.group(1) + " = '" + value.group(2) + "': " + value.group(3)
                                    : problem));
                }
                return true;
            }
            if (cause instanceof StartException) {
                out.println("Packhorse cannot start: " + cause.getMessage());
                return true;
            }
        }
        return false;
    }
}
