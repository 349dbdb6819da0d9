package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.Cors;
import dev.packhorse.wire.httpfs.Wire;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What an export may set.
 *
 * @param symlinkMode {@code httpfs.symlink-mode}: {@code 41471} (the default) or {@code 120777}
 * @param cors {@code cors.origins}: origins of web pages that may use the export, {@code *} for any; none by default. See
 *     {@link #cors}
 * @param maxBody {@code max-body}: most bytes of one request body; what is longer is {@code 413}
 * @param spoolFolder where a listing that outgrows memory is kept while it is sent; {@code null} for the folder that the
 *     system has for temporary files
 * @param workers threads that may block, for work that need not wait for its turn
 */
public record HttpfsOptions(
        SymlinkMode symlinkMode,
        Cors cors,
        long maxBody,
        @Nullable Path spoolFolder,
        Executor workers) {

    /** Everything at its default, and nothing before its turn. */
    public static final HttpfsOptions DEFAULT =
            new HttpfsOptions(SymlinkMode.DECIMAL, Cors.OFF, Long.MAX_VALUE, null, task -> {
                // Who needs it runs it.
            });

    public HttpfsOptions {
        if (maxBody < 0) {
            throw new IllegalArgumentException("negative max-body");
        }
    }

    /** CORS with the methods and headers of this protocol; off if there are no origins. */
    public static Cors cors(Set<String> origins) {
        return new Cors(origins, Wire.METHODS, Wire.REQUEST_HEADERS, Wire.RESPONSE_HEADERS);
    }
}
