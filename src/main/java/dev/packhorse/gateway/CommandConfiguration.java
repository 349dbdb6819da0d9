package dev.packhorse.gateway;

import dev.packhorse.identity.command.AccountCommands;
import io.smallrye.config.DotEnvConfigSourceProvider;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The configuration as commands see it: what Quarkus reads, in the same order, without starting Quarkus. System properties, environment
 * variables, {@code .env}, {@code config/application.properties}.
 */
final class CommandConfiguration implements AccountCommands.Configuration {

    /** Which Quarkus gives to that file: above the defaults, below the environment. */
    private static final int ORDINAL = 260;

    private final SmallRyeConfig config;

    private CommandConfiguration(SmallRyeConfig config) {
        this.config = config;
    }

    static CommandConfiguration ofProcess() {
        return of(Path.of(""));
    }

    /** @param folder the working directory */
    static CommandConfiguration of(Path folder) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDefaultSources()
                .withSources(new DotEnvConfigSourceProvider(
                        folder.resolve(".env").toUri().toString()))
                .withProfile("prod");
        Path file = folder.resolve("config").resolve("application.properties");
        if (Files.exists(file)) {
            try {
                builder.withSources(new PropertiesConfigSource(file.toUri().toURL(), ORDINAL));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new CommandConfiguration(builder.build());
    }

    @Override
    public @Nullable String value(String key) {
        return config.getOptionalValue(key, String.class).orElse(null);
    }
}
