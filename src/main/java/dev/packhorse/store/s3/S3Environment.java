package dev.packhorse.store.s3;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables of OpenHands' storage module (STORAGE.md, "Amazon S3 Storage"; INTEROP.md, section 3), and the two
 * of Amazon's that name a region. An empty variable is one that is not set.
 */
public final class S3Environment {

    private S3Environment() {}

    /**
     * The bucket of a location, else {@code AWS_S3_BUCKET}.
     *
     * @param given what the location says; {@code null} or empty for nothing
     * @throws IllegalArgumentException if neither names one
     */
    public static String bucket(@Nullable String given, Map<String, String> environment) {
        if (given != null && !given.isEmpty()) {
            return given;
        }
        String bucket = value(environment, "AWS_S3_BUCKET");
        if (bucket == null) {
            throw new IllegalArgumentException("no bucket: name it in the location (s3://bucket) or in AWS_S3_BUCKET");
        }
        return bucket;
    }

    /**
     * The usual options with what the environment says.
     *
     * <p>{@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY} and {@code AWS_SESSION_TOKEN} are the credentials, if the
     * first two are set. {@code AWS_S3_ENDPOINT} is the endpoint, addressed by path, with or without a scheme:
     * {@code AWS_S3_SECURE} decides about that, {@code true} in any case (also where it is not set) for https, anything else for
     * http, whatever the endpoint itself says. {@code AWS_REGION}, else {@code AWS_DEFAULT_REGION}, is the region.
     *
     * @throws IllegalArgumentException if the endpoint is none
     */
    public static S3Options options(Map<String, String> environment) {
        S3Options options = S3Options.DEFAULT;
        String key = value(environment, "AWS_ACCESS_KEY_ID");
        String secret = value(environment, "AWS_SECRET_ACCESS_KEY");
        if (key != null && secret != null) {
            options = options.withCredentials(
                    new S3Options.Credentials(key, secret, value(environment, "AWS_SESSION_TOKEN")));
        }
        String endpoint = value(environment, "AWS_S3_ENDPOINT");
        if (endpoint != null) {
            options = options.withEndpoint(
                    endpoint(endpoint, secure(environment.getOrDefault("AWS_S3_SECURE", "true"))), true);
        }
        String region = value(environment, "AWS_REGION");
        if (region == null) {
            region = value(environment, "AWS_DEFAULT_REGION");
        }
        return region == null ? options : options.withRegion(region);
    }

    private static boolean secure(String value) {
        return value.toLowerCase(Locale.ROOT).equals("true");
    }

    private static URI endpoint(String text, boolean secure) {
        int scheme = text.indexOf("://");
        String rest = scheme < 0 ? text : text.substring(scheme + 3);
        try {
            return URI.create((secure ? "https://" : "http://") + rest);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("AWS_S3_ENDPOINT is no endpoint; one is host, host:port or a URL", e);
        }
    }

    private static @Nullable String value(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : value;
    }
}
