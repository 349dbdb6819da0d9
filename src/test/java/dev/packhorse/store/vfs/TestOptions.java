package dev.packhorse.store.vfs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Options of stores under test: small, with managers that do not stay idle for long. */
final class TestOptions {

    private static final Duration SILENCE = Duration.ofSeconds(30);

    private TestOptions() {}

    static VfsOptions in(Path temp) {
        return with(temp, 1 << 20, 1000);
    }

    static VfsOptions with(Path temp, long spoolLimit, int maxEntries) {
        return options(false, temp, spoolLimit, maxEntries, null, Map.of());
    }

    static VfsOptions lazy(Path temp) {
        return options(true, temp, 1 << 20, 1000, null, Map.of());
    }

    static VfsOptions plugin(Path temp, Map<String, String> providers) {
        return options(false, temp, 1 << 20, 1000, null, providers);
    }

    /** With providers from the jars of a folder. */
    static VfsOptions plugins(Path temp, Path folder, Map<String, String> providers) {
        return options(false, temp, 1 << 20, 1000, folder, providers);
    }

    /** Others with short timeouts, for calls that time out. */
    static VfsOptions hasty(VfsOptions options) {
        return timed(options, options.idle(), Duration.ofSeconds(1));
    }

    /** Others with other times: how long a manager stays idle, and a server silent. */
    static VfsOptions timed(VfsOptions options, Duration idle, Duration silence) {
        return new VfsOptions(
                options.lazy(),
                options.managers(),
                idle,
                silence,
                silence,
                options.recheck(),
                options.spoolLimit(),
                options.maxEntries(),
                options.ramLimit(),
                options.temp(),
                options.plugins(),
                options.providers());
    }

    private static VfsOptions options(
            boolean lazy,
            Path temp,
            long spoolLimit,
            int maxEntries,
            @Nullable Path plugins,
            Map<String, String> providers) {
        return new VfsOptions(
                lazy,
                3,
                Duration.ofMillis(300),
                SILENCE,
                SILENCE,
                Duration.ZERO,
                spoolLimit,
                maxEntries,
                4 << 20,
                temp,
                plugins,
                providers);
    }
}
