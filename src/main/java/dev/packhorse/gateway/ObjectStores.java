package dev.packhorse.gateway;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.route.Location;
import dev.packhorse.route.Options;
import dev.packhorse.store.gcs.GcsEnvironment;
import dev.packhorse.store.gcs.GcsOptions;
import dev.packhorse.store.gcs.GcsStore;
import dev.packhorse.store.s3.S3Environment;
import dev.packhorse.store.s3.S3Options;
import dev.packhorse.store.s3.S3Store;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Opens buckets. A service that cannot be reached now may be there later. */
final class ObjectStores {

    private final Path temp;
    private final Map<String, String> environment;

    /**
     * Opens stores for one process.
     *
     * @param temp the folder in which stores keep what does not fit into memory
     * @param environment what OpenHands' options mean by it
     */
    ObjectStores(Path temp, Map<String, String> environment) {
        this.temp = temp;
        this.environment = environment;
    }

    /** {@code s3://bucket/prefix}; without a bucket the environment names it. */
    Store s3(String location, Options options) throws FsException {
        Place at = Place.of(location);
        String bucket = S3Environment.bucket(at.bucket(), environment);
        S3Options usual = S3Environment.options(environment);
        URI endpoint = endpoint(options, usual.endpoint());
        String region = options.optional("region");
        S3Options s3 = new S3Options(
                endpoint,
                region == null ? usual.region() : region,
                options.flag("path-style", endpoint != null),
                credentials(options, usual.credentials()),
                options.duration("connect-timeout", usual.connectTimeout()),
                options.duration("timeout", usual.timeout()),
                retries(options, usual.retries()),
                RemoteStores.number(options, "connections", usual.connections()),
                options.flag("list-metadata", usual.listMetadata()),
                options.flag("conditional-writes", usual.conditionalWrites()),
                options.flag("checksums", usual.checksums()),
                temp);
        return RemoteStores.nowOrLater(
                () -> S3Store.open(bucket, at.prefix(), s3), () -> S3Store.openLater(bucket, at.prefix(), s3));
    }

    /** {@code gs://bucket/prefix}; without a bucket the environment names it. */
    Store gcs(String location, Options options) throws FsException {
        Place at = Place.of(location);
        String bucket = GcsEnvironment.bucket(at.bucket(), environment);
        GcsOptions usual = GcsEnvironment.options(environment);
        String credentials = options.optional("credentials");
        boolean anonymous = options.flag("anonymous", usual.anonymous());
        GcsOptions gcs = new GcsOptions(
                endpoint(options, usual.endpoint()),
                credentials != null ? Path.of(credentials) : anonymous ? null : usual.credentials(),
                anonymous,
                options.duration("connect-timeout", usual.connectTimeout()),
                options.duration("timeout", usual.timeout()),
                retries(options, usual.retries()));
        return RemoteStores.nowOrLater(
                () -> GcsStore.open(bucket, at.prefix(), gcs), () -> GcsStore.openLater(bucket, at.prefix(), gcs));
    }

    /** What a location names, decoded; either may be empty. */
    private record Place(String bucket, String prefix) {

        static Place of(String location) {
            String rest = location.substring(location.indexOf(':') + 1);
            String path = rest.startsWith("//") ? rest.substring(2) : rest;
            int slash = path.indexOf('/');
            return new Place(
                    Location.decoded(slash < 0 ? path : path.substring(0, slash)),
                    Location.decoded(slash < 0 ? "" : path.substring(slash + 1)));
        }
    }

    private static int retries(Options options, int usual) {
        long retries = options.size("retries", usual);
        if (retries > 100) {
            throw Options.bad("retries", Long.toString(retries), "a number from 0 to 100");
        }
        return (int) retries;
    }

    private static @Nullable URI endpoint(Options options, @Nullable URI usual) {
        String endpoint = options.optional("endpoint");
        try {
            return endpoint == null ? usual : new URI(endpoint);
        } catch (URISyntaxException e) {
            throw Options.bad("endpoint", endpoint, "a URI such as https://s3.example");
        }
    }

    private static S3Options.@Nullable Credentials credentials(Options options, S3Options.@Nullable Credentials usual) {
        String access = options.optional("access-key");
        String secret = options.optional("secret-key");
        String token = options.optional("session-token");
        if (access == null && secret == null && token == null) {
            return usual;
        }
        if (access == null || secret == null) {
            throw new IllegalArgumentException("options access-key and secret-key belong together");
        }
        return new S3Options.Credentials(access, secret, token);
    }
}
