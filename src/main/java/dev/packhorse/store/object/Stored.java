package dev.packhorse.store.object;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a service says of one object.
 *
 * @param key the whole key
 * @param size bytes of its content
 * @param version what a {@link Condition} names this version by; {@code null} if the service does not tell
 * @param etag strong tag of the content, without quotes, that stays when the object is copied; {@code null} for none
 * @param modified when its content was written
 * @param contentType media type; {@code null} if there is none or a listing does not tell
 * @param metadata user metadata; empty if a listing does not tell
 * @param served other headers that are served with it
 */
public record Stored(
        String key,
        long size,
        @Nullable String version,
        @Nullable String etag,
        Instant modified,
        @Nullable String contentType,
        Map<String, String> metadata,
        Served served) {

    /**
     * Headers that a copy takes along; each {@code null} if not set, or if the service copies it by itself.
     *
     * @param cacheControl {@code Cache-Control}
     * @param disposition {@code Content-Disposition}
     * @param encoding {@code Content-Encoding}
     * @param language {@code Content-Language}
     * @param storageClass the service's name for where the object is kept
     */
    public record Served(
            @Nullable String cacheControl,
            @Nullable String disposition,
            @Nullable String encoding,
            @Nullable String language,
            @Nullable String storageClass) {

        /** None of them. */
        public static final Served NONE = new Served(null, null, null, null, null);
    }

    public Stored {
        if (size < 0) {
            throw new IllegalArgumentException("negative size");
        }
        metadata = Map.copyOf(metadata);
    }
}
