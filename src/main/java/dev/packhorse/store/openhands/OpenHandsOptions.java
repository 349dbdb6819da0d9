package dev.packhorse.store.openhands;

import dev.packhorse.store.http.Credential;
import dev.packhorse.store.http.WebOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to use an OpenHands FileStore.
 *
 * @param dialect the generation that it speaks; {@code null} to find out, the published one first
 * @param credential what is shown to it
 * @param sizeProbe how sizes are found out
 * @param sizeTtl for how long a size, or that something is a directory, is taken to be as it was; zero for never
 * @param markers whether a new directory is kept as a hidden empty file in it; without, none can be made
 * @param spoolLimit most bytes of a file that has to be taken down before it can be handed on: one whose length nobody tells, or
 *     that is larger than 64 KiB and comes without a strong ETag
 * @param temp where that is
 * @param web connections, at least 2, and timeouts; redirects are not followed
 */
public record OpenHandsOptions(
        @Nullable Dialect dialect,
        Credential credential,
        SizeProbe sizeProbe,
        Duration sizeTtl,
        boolean markers,
        long spoolLimit,
        Path temp,
        WebOptions web) {

    public OpenHandsOptions {
        if (sizeTtl.isNegative() || sizeTtl.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("the time for which a size is kept must be between zero and a day");
        }
        if (spoolLimit < 0) {
            throw new IllegalArgumentException("a negative limit of a spool");
        }
        if (web.connections() < 2) {
            throw new IllegalArgumentException("connections must be 2 or more");
        }
        if (web.redirects()) {
            throw new IllegalArgumentException("redirects would take credentials along");
        }
    }

    /**
     * Any dialect, nothing to show, sizes by HEAD kept for 10 s, markers, 4 GiB of spool, 8 connections kept for 60 s, 10 s to
     * connect, 30 s of silence, certificates checked.
     */
    public static OpenHandsOptions of(Path temp) {
        return new OpenHandsOptions(
                null,
                Credential.NONE,
                SizeProbe.HEAD,
                Duration.ofSeconds(10),
                true,
                4L << 30,
                temp,
                new WebOptions(
                        8,
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30),
                        /* redirects= */ false,
                        /* verifyTls= */ true));
    }
}
