package dev.packhorse.store.vfs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Options of stores under test: small and quick. */
final class TestOptions {

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
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ZERO,
                spoolLimit,
                maxEntries,
                4 << 20,
                temp,
                plugins,
                providers);
    }
}
