package dev.packhorse.store.s3;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a bucket, and how to use it. Secrets are not in {@link #toString}.
 *
 * @param endpoint {@code http://host:port} or {@code https://host} of a service that speaks S3; {@code null} for Amazon's own
 * @param region the region that requests are signed for; {@code null} for {@code us-east-1}, from where Amazon's answers lead to
 *     the region of the bucket
 * @param pathStyle whether the bucket is the first segment of the path rather than a part of the host name
 * @param credentials the key to sign with; {@code null} for the SDK's own chain (environment, profile, container, instance)
 * @param connectTimeout how long a connection may take to be made
 * @param timeout how long the service may stay silent, and how long to wait for a free connection
 * @param retries how often the SDK repeats a request that failed in a way that may pass
 * @param connections most connections at once; a file that is being read holds one
 * @param listMetadata whether a listing asks for the metadata of each entry, by one HEAD each; see the package
 * @param conditionalWrites whether the service honours {@code If-Match} and {@code If-None-Match} on writes
 * @param checksums whether the SDK adds and verifies its own checksums, which many services other than Amazon's refuse
 * @param temp where parts of an upload are kept that do not fit into memory
 */
public record S3Options(
        @Nullable URI endpoint,
        @Nullable String region,
        boolean pathStyle,
        @Nullable Credentials credentials,
        Duration connectTimeout,
        Duration timeout,
        int retries,
        int connections,
        boolean listMetadata,
        boolean conditionalWrites,
        boolean checksums,
        Path temp) {

    /**
     * A key to sign requests with. The secrets are not in {@link #toString}.
     *
     * @param accessKey its name
     * @param secretKey its secret
     * @param sessionToken what belongs to a temporary key; {@code null} for a lasting one
     */
    public record Credentials(
            String accessKey, String secretKey, @Nullable String sessionToken) {
        public Credentials {
            if (accessKey.isEmpty() || secretKey.isEmpty()) {
                throw new IllegalArgumentException("access key and secret key must not be empty");
            }
        }

        @Override
        public String toString() {
            return "Credentials[accessKey=" + accessKey + ", secretKey=***, sessionToken="
                    + (sessionToken == null ? null : "***") + "]";
        }
    }

    /**
     * Amazon's own service by the SDK's chain of credentials: 10 s to connect, 30 s of silence, 3 retries, 128 connections,
     * plain listings, conditional writes, no further checksums.
     */
    public static final S3Options DEFAULT = new S3Options(
            null,
            null,
            false,
            null,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            3,
            128,
            false,
            true,
            false,
            Path.of(System.getProperty("java.io.tmpdir", "/tmp")));

    public S3Options {
        if (endpoint != null
                && (endpoint.getHost() == null
                        || !("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme())))) {
            throw new IllegalArgumentException("an endpoint is http://host or https://host, with or without a port");
        }
        if (endpoint != null && endpoint.getRawUserInfo() != null) {
            throw new IllegalArgumentException("an endpoint holds no credentials");
        }
        if (connectTimeout.isNegative() || connectTimeout.isZero() || timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeouts of an s3 store must be positive");
        }
        if (retries < 0 || retries > 100) {
            throw new IllegalArgumentException("retries must be 0 to 100");
        }
        if (connections < 8 || connections > 10_000) {
            throw new IllegalArgumentException("connections must be 8 to 10000");
        }
    }

    public S3Options withEndpoint(URI value, boolean byPath) {
        return new S3Options(
                value,
                region,
                byPath,
                credentials,
                connectTimeout,
                timeout,
                retries,
                connections,
                listMetadata,
                conditionalWrites,
                checksums,
                temp);
    }

    public S3Options withRegion(String value) {
        return new S3Options(
                endpoint,
                value,
                pathStyle,
                credentials,
                connectTimeout,
                timeout,
                retries,
                connections,
                listMetadata,
                conditionalWrites,
                checksums,
                temp);
    }

    public S3Options withCredentials(Credentials value) {
        return new S3Options(
                endpoint,
                region,
                pathStyle,
                value,
                connectTimeout,
                timeout,
                retries,
                connections,
                listMetadata,
                conditionalWrites,
                checksums,
                temp);
    }
}
