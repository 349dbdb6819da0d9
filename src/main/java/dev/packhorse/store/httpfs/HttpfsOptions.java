package dev.packhorse.store.httpfs;

import dev.packhorse.store.http.Credential;
import dev.packhorse.store.http.WebOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to use a server of the HTTP Filesystem Protocol.
 *
 * @param dialect who it is; {@code null} to ask it by OPTIONS before the first operation
 * @param credential what is shown to it
 * @param changeTimestamps whether a {@link Dialect#PLAIN} server is relied on to keep and compare change timestamps, so that nobody
 *     in front of it does; those that are known do so for metadata only (INTEROP section 2), so that it is off by itself. They are
 *     sent in any case. A Packhorse tells
 * @param web connections, at least 2, and timeouts; redirects are not followed
 */
public record HttpfsOptions(
        @Nullable Dialect dialect, Credential credential, boolean changeTimestamps, WebOptions web) {

    /**
     * Ask, nothing to show, no change timestamps but those of a Packhorse, 64 connections kept for 60 s, 10 s to connect, 30 s of
     * silence, certificates checked.
     */
    public static final HttpfsOptions DEFAULT = new HttpfsOptions(
            null,
            Credential.NONE,
            /* changeTimestamps= */ false,
            new WebOptions(
                    64,
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    /* redirects= */ false,
                    /* verifyTls= */ true));

    public HttpfsOptions {
        if (web.connections() < 2) {
            throw new IllegalArgumentException("connections must be 2 or more");
        }
        if (web.redirects()) {
            throw new IllegalArgumentException("redirects would take credentials along");
        }
    }
}
