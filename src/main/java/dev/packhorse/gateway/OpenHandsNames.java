package dev.packhorse.gateway;

import dev.packhorse.route.Location;
import dev.packhorse.route.Options;
import dev.packhorse.route.StoreName;
import dev.packhorse.store.gcs.GcsEnvironment;
import dev.packhorse.store.s3.S3Environment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names that OpenHands' configuration has for stores ({@code file_store}), with its {@code file_store_path}, so that it carries
 * over (STORAGE.md, "Available Storage Options"; INTEROP.md, section 3). Each stands for a location, and takes the options of that.
 */
final class OpenHandsNames {

    private static final String PATH = "file_store_path";

    private final Map<String, String> environment;

    private OpenHandsNames(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * What the names stand for.
     *
     * @param environment names a bucket where the path does not
     */
    static Map<String, StoreName> of(Map<String, String> environment) {
        OpenHandsNames names = new OpenHandsNames(environment);
        return Map.of(
                "local",
                OpenHandsNames::local,
                "memory",
                OpenHandsNames::memory,
                "s3",
                names::s3,
                "google_cloud",
                names::gcs);
    }

    /** A folder, which is made; {@code ~} is the home of the user. */
    private static String local(Options options) {
        String path = path(options);
        if (path == null) {
            throw new IllegalArgumentException("store local needs the option " + PATH + ", a folder");
        }
        if (path.startsWith("~")) {
            if (path.length() > 1 && path.charAt(1) != '/') {
                throw Options.bad(PATH, path, "a folder; only one's own home can be ~");
            }
            path = System.getProperty("user.home") + path.substring(1);
        }
        options.usually("create", "true");
        // Two slashes would begin the name of a host.
        return "file:" + Location.encoded(path.replaceFirst("^/+", "/"));
    }

    /** The path means nothing here. */
    private static String memory(Options options) {
        options.optional(PATH);
        return "memory:";
    }

    private String s3(Options options) {
        return "s3://" + Location.encoded(S3Environment.bucket(bucket(options), environment));
    }

    private String gcs(Options options) {
        return "gs://" + Location.encoded(GcsEnvironment.bucket(bucket(options), environment));
    }

    /** An empty one is one that is not given. */
    private static @Nullable String path(Options options) {
        String path = options.optional(PATH);
        return path == null || path.isEmpty() ? null : path;
    }

    private static @Nullable String bucket(Options options) {
        String bucket = path(options);
        if (bucket != null && bucket.contains("/")) {
            throw Options.bad(
                    PATH, bucket, "the name of a bucket; with a prefix a location is s3://bucket/prefix or gs://...");
        }
        return bucket;
    }
}
