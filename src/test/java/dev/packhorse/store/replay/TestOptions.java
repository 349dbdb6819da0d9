package dev.packhorse.store.replay;

import dev.packhorse.wire.replay.SoftwareVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/** Options for tests, which have less patience than people. */
final class TestOptions {

    private TestOptions() {}

    /** One connection, no invisible exports, and a version of the software. */
    static ReplayOptions plain(Path temp, SoftwareVersion version) {
        ReplayOptions usual = ReplayOptions.of(temp);
        return new ReplayOptions(
                version,
                usual.clockOffset(),
                Set.of(),
                usual.writable(),
                false,
                1,
                usual.pace(),
                usual.statCache(),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                temp);
    }

    /** As {@link ReplayOptions#of}, with other times. */
    static ReplayOptions timed(Path temp, Duration timeout, Duration statCache, Duration clockOffset) {
        return timed(temp, timeout, statCache, clockOffset, 2);
    }

    static ReplayOptions timed(Path temp, Duration timeout, Duration statCache, Duration clockOffset, int connections) {
        ReplayOptions usual = ReplayOptions.of(temp);
        return new ReplayOptions(
                usual.softwareVersion(),
                clockOffset,
                usual.invisible(),
                usual.writable(),
                usual.showCircular(),
                connections,
                usual.pace(),
                statCache,
                timeout,
                timeout,
                timeout,
                temp);
    }
}
