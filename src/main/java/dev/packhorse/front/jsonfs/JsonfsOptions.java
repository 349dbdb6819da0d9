package dev.packhorse.front.jsonfs;

import dev.packhorse.front.http.Cors;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an export may set.
 *
 * @param strictStatus {@code jsonfs.strict-status}: reading is answered by 200 or 404 only; else by the usual statuses of HTTP, with ranges
 *     and conditions
 * @param cors {@code cors.origins}, see {@link #cors}
 * @param spoolFolder where a listing that outgrows memory is kept while it is sent; {@code null} for the folder that the
 *     system has for temporary files
 */
public record JsonfsOptions(
        boolean strictStatus, Cors cors, @Nullable Path spoolFolder) {

    /** As the client of the protocol needs it. */
    public static final JsonfsOptions DEFAULT = new JsonfsOptions(true, Cors.OFF, null);

    /** CORS with the methods and headers of this protocol; off if there are no origins. */
    public static Cors cors(Set<String> origins) {
        return new Cors(
                origins,
                JsonfsFront.METHODS,
                "Authorization, Range, If-Range, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since",
                "Content-Length, Content-Permissions, Content-Range, ETag, Last-Modified, Retry-After");
    }
}
