package dev.packhorse.store.gcs;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a bucket.
 *
 * @param endpoint {@code http://host:port} or {@code https://host} of a service that speaks the JSON API; {@code null} for
 *     Google's own
 * @param credentials file with the key of a service account, or other credentials as Google writes them; {@code null} for the
 *     client's own chain (the file that {@code GOOGLE_APPLICATION_CREDENTIALS} names, {@code gcloud}, the machine)
 * @param anonymous whether requests carry no credentials, for public buckets and emulators
 * @param connectTimeout how long a connection may take to be made
 * @param timeout how long the service may stay silent
 * @param retries how often the client repeats a request that failed in a way that may pass
 */
public record GcsOptions(
        @Nullable URI endpoint,
        @Nullable Path credentials,
        boolean anonymous,
        Duration connectTimeout,
        Duration timeout,
        int retries) {

    /** Google's own service by the client's chain of credentials: 10 s to connect, 30 s of silence, 3 retries. */
    public static final GcsOptions DEFAULT =
            new GcsOptions(null, null, false, Duration.ofSeconds(10), Duration.ofSeconds(30), 3);

    public GcsOptions {
        if (endpoint != null
                && (endpoint.getHost() == null
                        || !("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme())))) {
            throw new IllegalArgumentException("an endpoint is http://host or https://host, with or without a port");
        }
        if (endpoint != null && endpoint.getRawUserInfo() != null) {
            throw new IllegalArgumentException("an endpoint holds no credentials");
        }
        if (anonymous && credentials != null) {
            throw new IllegalArgumentException("a gs store is anonymous or has credentials, not both");
        }
        if (connectTimeout.toMillis() < 1
                || timeout.toMillis() < 1
                || connectTimeout.toMillis() > Integer.MAX_VALUE
                || timeout.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("timeouts of a gs store must be 1 ms to 24 days");
        }
        if (retries < 0 || retries > 100) {
            throw new IllegalArgumentException("retries must be 0 to 100");
        }
    }

    public GcsOptions withCredentials(Path file) {
        return new GcsOptions(endpoint, file, false, connectTimeout, timeout, retries);
    }
}
