package dev.packhorse.store.gcs;

import com.google.api.gax.retrying.RetrySettings;
import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.HttpStorageOptions;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import com.google.cloud.storage.StorageRetryStrategy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A client of the service, made from options.
 *
 * @param storage what sends requests
 * @param sessions what knows the uploads among them
 */
record Clients(Storage storage, Sessions sessions) {

    private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";

    /**
     * Connects to nothing yet.
     *
     * @throws IllegalArgumentException if there are no credentials, or they cannot be read
     */
    static Clients of(GcsOptions options) {
        RetrySettings retries = StorageOptions.getDefaultRetrySettings().toBuilder()
                .setMaxAttempts(options.retries() + 1)
                .setInitialRetryDelayDuration(Duration.ofMillis(200))
                .setMaxRetryDelayDuration(Duration.ofSeconds(10))
                .setTotalTimeoutDuration(options.timeout().multipliedBy(options.retries() + 1L))
                .build();
        AtomicReference<@Nullable Sessions> made = new AtomicReference<>();
        HttpStorageOptions.Builder builder = StorageOptions.http()
                // Asking the machine for its project would take its time, and no request here names one.
                .setProjectId("packhorse")
                .setCredentials(credentials(options))
                .setTransportOptions(HttpTransportOptions.newBuilder()
                        .setConnectTimeout((int) options.connectTimeout().toMillis())
                        .setReadTimeout((int) options.timeout().toMillis())
                        .build())
                .setRetrySettings(retries)
                // Each request here may be sent twice: what must not happen twice carries a condition.
                .setStorageRetryStrategy(StorageRetryStrategy.getUniformStorageRetryStrategy())
                .setServiceRpcFactory(of -> {
                    Sessions sessions = new Sessions(of);
                    made.set(sessions);
                    return sessions;
                });
        if (options.endpoint() != null) {
            builder.setHost(options.endpoint().toString());
        }
        Storage storage = builder.build().getService();
        return new Clients(storage, Objects.requireNonNull(made.get()));
    }

    private static Credentials credentials(GcsOptions options) {
        if (options.anonymous()) {
            return NoCredentials.getInstance();
        }
        Path file = options.credentials();
        try {
            if (file == null) {
                return GoogleCredentials.getApplicationDefault().createScoped(SCOPE);
            }
            try (InputStream in = Files.newInputStream(file)) {
                return GoogleCredentials.fromStream(in).createScoped(SCOPE);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    file == null
                            ? "there are no credentials for Google: set the option credentials or anonymous"
                            : "the credentials in '" + file + "' cannot be read",
                    e);
        }
    }
}
