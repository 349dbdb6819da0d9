package dev.packhorse.identity;

import dev.packhorse.front.http.HttpRequest;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Finds out who stands behind a request. */
public final class Authenticator {

    /**
     * Looks at the credentials of a request. May compute a password's hash: a second or so of work, not for an event loop.
     *
     * @param request of which headers are read
     * @param token that the query showed ({@link #token}), where the export takes it; else {@code null}
     * @param certificate the common name of a verified TLS client certificate; {@code null} without one
     * @param address of the client itself, also behind a trusted proxy
     */
    public Authentication authenticate(
            HttpRequest request, @Nullable String token, @Nullable String certificate, InetAddress address) {
        throw new UnsupportedOperationException();
    }

    /**
     * The parameter {@code token} of a query, percent-decoded once; {@code null} if there is none. One that cannot be read, or
     * stands there twice, is empty, which no credential is.
     */
    public static @Nullable String token(@Nullable String query) {
        throw new UnsupportedOperationException();
    }
}
