package dev.packhorse.store.gcs;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What OpenHands' environment variables say (STORAGE, "Google Cloud Storage"; INTEROP, section 3). An empty variable is one that is
 * not set.
 */
public final class GcsEnvironment {

    private GcsEnvironment() {}

    /**
     * The bucket of a location, else {@code GOOGLE_CLOUD_BUCKET_NAME}.
     *
     * @param given what the location says; {@code null} or empty for nothing
     * @throws IllegalArgumentException if neither names one
     */
    public static String bucket(@Nullable String given, Map<String, String> environment) {
        if (given != null && !given.isEmpty()) {
            return given;
        }
        String bucket = environment.get("GOOGLE_CLOUD_BUCKET_NAME");
        if (bucket == null || bucket.isEmpty()) {
            throw new IllegalArgumentException(
                    "no bucket: name it in the location (gs://bucket) or in GOOGLE_CLOUD_BUCKET_NAME");
        }
        return bucket;
    }

    /**
     * The usual options with the credentials of the file that {@code GOOGLE_APPLICATION_CREDENTIALS} names.
     *
     * @throws IllegalArgumentException if it cannot be the name of a file
     */
    public static GcsOptions options(Map<String, String> environment) {
        String file = environment.get("GOOGLE_APPLICATION_CREDENTIALS");
        return file == null || file.isEmpty() ? GcsOptions.DEFAULT : GcsOptions.DEFAULT.withCredentials(Path.of(file));
    }
}
