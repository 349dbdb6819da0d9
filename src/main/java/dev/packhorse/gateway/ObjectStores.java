package dev.packhorse.gateway;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.route.Location;
import dev.packhorse.route.Options;
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
        String rest = location.substring(location.indexOf(':') + 1);
        String path = rest.startsWith("//") ? rest.substring(2) : rest;
        int slash = path.indexOf('/');
        String given = Location.decoded(slash < 0 ? path : path.substring(0, slash));
        String prefix = Location.decoded(slash < 0 ? "" : path.substring(slash + 1));
        String bucket = S3Environment.bucket(given, environment);
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
                (int) Math.min(100, options.size("retries", usual.retries())),
                RemoteStores.number(options, "connections", usual.connections()),
                options.flag("list-metadata", usual.listMetadata()),
                options.flag("conditional-writes", usual.conditionalWrites()),
                options.flag("checksums", usual.checksums()),
                temp);
        return RemoteStores.nowOrLater(
                () -> S3Store.open(bucket, prefix, s3), () -> S3Store.openLater(bucket, prefix, s3));
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
