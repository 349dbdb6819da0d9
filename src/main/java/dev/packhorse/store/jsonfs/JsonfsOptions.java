package dev.packhorse.store.jsonfs;

import dev.packhorse.store.http.WebOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to use a server of progrium's httpfs.
 *
 * @param user who asks, by Basic; {@code null} for nobody. The protocol knows no users, but a proxy before the server may
 * @param password of the user; {@code null} for an empty one
 * @param spoolLimit most bytes of a file that has to be taken down before it can be handed on: one whose length nobody tells, or
 *     that is larger than 64 KiB and comes with neither a strong ETag nor a time
 * @param temp where that is
 * @param web connections and timeouts; redirects are not followed
 */
public record JsonfsOptions(
        @Nullable String user, @Nullable String password, long spoolLimit, Path temp, WebOptions web) {

    public JsonfsOptions {
        if (user != null && (user.isEmpty() || user.indexOf(':') >= 0)) {
            throw new IllegalArgumentException("a user without a name, or with a colon in it");
        }
        if (user == null && password != null) {
            throw new IllegalArgumentException("a password without a user");
        }
        if (spoolLimit < 0) {
            throw new IllegalArgumentException("a negative limit of a spool");
        }
        if (web.redirects()) {
            throw new IllegalArgumentException("redirects would take credentials along");
        }
    }

    /**
     * Nobody asks, 4 GiB of spool, 8 connections kept for 60 s, 10 s to connect, 30 s of silence, certificates checked.
     */
    public static JsonfsOptions of(Path temp) {
        return new JsonfsOptions(
                null,
                null,
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

    /** Without the password. */
    @Override
    public String toString() {
        return "JsonfsOptions[user=" + user + ", spoolLimit=" + spoolLimit + ", temp=" + temp + ", web=" + web + "]";
    }
}
