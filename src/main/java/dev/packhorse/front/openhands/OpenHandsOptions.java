package dev.packhorse.front.openhands;

import dev.packhorse.front.http.Cors;
import java.util.Set;

/**
 * What an export may set.
 *
 * @param barePaths {@code openhands.bare-paths}: files are also written, read and removed below the base itself
 * @param credentials who may
 * @param cors {@code cors.origins}, see {@link #cors}
 * @param maxBody {@code max-body}: most bytes of one file; what is longer is {@code 413}
 */
public record OpenHandsOptions(boolean barePaths, Credentials credentials, Cors cors, long maxBody) {

    /** For everybody, below {@code /files} only. */
    public static final OpenHandsOptions DEFAULT =
            new OpenHandsOptions(false, Credentials.NONE, Cors.OFF, Long.MAX_VALUE);

    public OpenHandsOptions {
        if (maxBody < 0) {
            throw new IllegalArgumentException("negative max-body");
        }
    }

    /** CORS with the methods and headers of this protocol; off if there are no origins. */
    public static Cors cors(Set<String> origins) {
        return new Cors(
                origins,
                OpenHandsFront.METHODS,
                "Authorization, Content-Type, X-API-Key, X-Session-API-Key, Range, If-Range, If-Match, If-None-Match",
                "Content-Length, Content-Range, Content-Type, ETag, Last-Modified, Retry-After, WWW-Authenticate");
    }
}
