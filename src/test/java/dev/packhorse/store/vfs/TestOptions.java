package dev.packhorse.store.vfs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Options of stores under test: small and quick. */
final class TestOptions {

    private TestOptions() {}

    static VfsOptions in(Path temp) {
        return with(temp, 1 << 20, 1000);
    }

    static VfsOptions with(Path temp, long spoolLimit, int maxEntries) {
        return options(false, temp, spoolLimit, maxEntries, Map.of());
    }

    static VfsOptions lazy(Path temp) {
        return options(true, temp, 1 << 20, 1000, Map.of());
    }

    static VfsOptions plugin(Path temp, Map<String, String> providers) {
        return options(false, temp, 1 << 20, 1000, providers);
    }

    private static VfsOptions options(
            boolean lazy, Path temp, long spoolLimit, int maxEntries, Map<String, String> providers) {
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
                null,
                providers);
    }
}
