package dev.packhorse.store.replay;

import dev.packhorse.wire.replay.SoftwareVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Options for tests, which have less patience than people. */
final class TestOptions {

    /** What tests are, again and again. */
    static final String PROCESS = "test";

    private TestOptions() {}

    /** One connection, no invisible exports, and a version of the software; {@code null} to ask for it. */
    static ReplayOptions plain(Path temp, @Nullable SoftwareVersion version) {
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
                temp,
                PROCESS,
                usual.clock());
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
                temp,
                PROCESS,
                usual.clock());
    }

    /** Others, at another time of this host. */
    static ReplayOptions at(InstantSource clock, ReplayOptions options) {
        return new ReplayOptions(
                options.softwareVersion(),
                options.clockOffset(),
                options.invisible(),
                options.writable(),
                options.showCircular(),
                options.connections(),
                options.pace(),
                options.statCache(),
                options.connectTimeout(),
                options.timeout(),
                options.copyTimeout(),
                options.temp(),
                options.process(),
                clock);
    }
}
