package dev.packhorse.store.replay;

import dev.packhorse.wire.replay.SoftwareVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How to speak with a device.
 *
 * @param softwareVersion since 4.3 every query is encrypted, before that none is; {@code null} for what the device says of itself
 * @param clockOffset how far the clock of the device is ahead of ours: it refuses encrypted queries that are off by more than 40 s
 * @param invisible names of exports that are shown where they answer, though the device may not list them
 * @param writable names of exports that may be changed. A device does not tell it (INTEROP section 8); one that says that an
 *     export's own directory is not writable is believed
 * @param showCircular shows {@code circular.mpg} of {@code /Video}, the ring buffer of live television
 * @param connections how many may be open at once to one device, by all stores of the process: the store opened first decides
 * @param pace a pause behind each 32 KiB of content, in either direction
 * @param statCache how long an answer to {@code fstat} is believed
 * @param connectTimeout for a connection to be there
 * @param timeout for an answer to begin, for the next bytes of it, and for a connection to come free
 * @param copyTimeout for the answer to {@code cp}, which comes when the device has copied the file
 * @param temp folder for bodies on their way to the device, which are whole before it hears of them
 * @param process tells what this process has left on a device from what another one may be at: the same after a restart, and never the
 *     same in two processes at once. With one that is new each time, what a crash leaves stays for a day
 * @param clock of this host
 */
public record ReplayOptions(
        @Nullable SoftwareVersion softwareVersion,
        Duration clockOffset,
        Set<String> invisible,
        Set<String> writable,
        boolean showCircular,
        int connections,
        Duration pace,
        Duration statCache,
        Duration connectTimeout,
        Duration timeout,
        Duration copyTimeout,
        Path temp,
        String process,
        InstantSource clock) {

    private static final Duration DAY = Duration.ofDays(1);

    public ReplayOptions {
        invisible = Set.copyOf(invisible);
        writable = Set.copyOf(writable);
        if (connections < 1) {
            throw new IllegalArgumentException("connections must be 1 or more");
        }
        for (Duration timeLimit : new Duration[] {connectTimeout, timeout, copyTimeout}) {
            if (timeLimit.toMillis() < 1 || timeLimit.compareTo(DAY) > 0) {
                throw new IllegalArgumentException("a timeout must be between a millisecond and a day");
            }
        }
        for (Duration span : new Duration[] {pace, statCache}) {
            if (span.isNegative() || span.compareTo(DAY) > 0) {
                throw new IllegalArgumentException("pace and stat-cache must be between nothing and a day");
            }
        }
    }

    /**
     * A device of the 4000 series that its owner may be watching: two connections, no pause, what it says believed for 30 s, 10 s to
     * connect, 30 s for answers, 10 minutes for a copy.
     */
    public static ReplayOptions of(Path temp) {
        return new ReplayOptions(
                SoftwareVersion.DEFAULT,
                Duration.ZERO,
                Set.of("Video", "SnapshotDir"),
                Set.of("Photo", "SnapshotDir"),
                false,
                2,
                Duration.ZERO,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofMinutes(10),
                temp,
                UUID.randomUUID().toString(),
                InstantSource.system());
    }
}
