package dev.packhorse.store.s3;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Error;

/**
 * A bucket, or what of it is below a prefix: paths become keys, and failures of the SDK {@link FsException}s.
 *
 * <p>The key of a file is its path without the first slash, below the prefix; the key of a directory's marker ends with a slash.
 */
final class Bucket {

    /** S3's own limit, in bytes of UTF-8. */
    private static final int LONGEST_KEY = 1024;

    /** Most keys that one request deletes. */
    static final int BATCH = 1000;

    private final S3Client client;
    private final String name;
    private final String prefix;

    /**
     * A part of a bucket.
     *
     * @param prefix empty, or ending with a slash
     */
    Bucket(S3Client client, String name, String prefix) {
        this.client = client;
        this.name = name;
        this.prefix = prefix;
    }

    String name() {
        return name;
    }

    /**
     * The key of a file or symlink.
     *
     * @throws FsException {@code INVALID_NAME} for one that is too long
     */
    String key(FsPath path, String operation) throws FsException {
        return checked(prefix + path.toString().substring(1), operation, path);
    }

    /** The key of a directory's marker, which all keys below it start with; may be empty for the root. */
    String directoryKey(FsPath path, String operation) throws FsException {
        return path.isRoot() ? prefix : checked(prefix + path.toString().substring(1) + "/", operation, path);
    }

    private static String checked(String key, String operation, FsPath path) throws FsException {
        if (key.length() > LONGEST_KEY / 3 && key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
            throw new FsException(Kind.INVALID_NAME, operation, path);
        }
        return key;
    }

    /** Sends any request. */
    <T> T send(String operation, FsPath path, Function<S3Client, T> request) throws FsException {
        try {
            return request.apply(client);
        } catch (SdkException | IllegalStateException e) {
            // A client that is closed says so by an IllegalStateException of its connection pool.
            throw S3Errors.of(e, operation, path);
        }
    }

    /** What is known of an object; {@code null} if there is none. */
    @Nullable
    HeadObjectResponse head(String key, String operation, FsPath path) throws FsException {
        try {
            return send(
                    operation,
                    path,
                    client -> client.headObject(
                            HeadObjectRequest.builder().bucket(name).key(key).build()));
        } catch (FsException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    /**
     * Opens an object.
     *
     * @param range {@code bytes=a-b}, or {@code null} for all
     * @param etag the only version wanted, or {@code null} for any
     */
    ResponseInputStream<GetObjectResponse> get(
            String key, @Nullable String range, @Nullable String etag, String operation, FsPath path)
            throws FsException {
        return send(
                operation,
                path,
                client -> client.getObject(GetObjectRequest.builder()
                        .bucket(name)
                        .key(key)
                        .range(range)
                        .ifMatch(quoted(etag))
                        .build()));
    }

    /**
     * One page of keys in order.
     *
     * @param token where the page before ended, or {@code null} for the first
     * @param deep whether keys below further slashes are listed one by one, or as one common prefix
     * @param most keys wanted, 1 to 1,000
     */
    ListObjectsV2Response list(
            String keys, @Nullable String token, boolean deep, int most, String operation, FsPath path)
            throws FsException {
        return send(
                operation,
                path,
                client -> client.listObjectsV2(ListObjectsV2Request.builder()
                        .bucket(name)
                        .prefix(keys)
                        .delimiter(deep ? null : "/")
                        .continuationToken(token)
                        .maxKeys(most)
                        .encodingType(EncodingType.URL)
                        .build()));
    }

    /** Puts an object whole; returns its ETag, without quotes. */
    @Nullable
    String put(String key, RequestBody body, Headers headers, Condition condition, String operation, FsPath path)
            throws FsException {
        return Metadata.unquoted(send(
                        operation,
                        path,
                        client -> client.putObject(
                                PutObjectRequest.builder()
                                        .bucket(name)
                                        .key(key)
                                        .contentType(headers.contentType())
                                        .metadata(headers.metadata())
                                        .ifMatch(condition.ifMatch())
                                        .ifNoneMatch(condition.ifNoneMatch())
                                        .build(),
                                body))
                .eTag());
    }

    /** Puts the marker of a directory. */
    void mark(FsPath directory, Map<String, String> metadata, String operation) throws FsException {
        put(
                directoryKey(directory, operation),
                RequestBody.empty(),
                new Headers(Metadata.DIRECTORY, metadata),
                Condition.NONE,
                operation,
                directory);
    }

    /**
     * Deletes a key; one that is not there is no failure.
     *
     * @param etag the only version to delete, or {@code null} for any
     */
    void delete(String key, @Nullable String etag, String operation, FsPath path) throws FsException {
        send(
                operation,
                path,
                client -> client.deleteObject(
                        request -> request.bucket(name).key(key).ifMatch(quoted(etag))));
    }

    /** Deletes keys, up to {@link #BATCH}. One that is not there is no failure. */
    void delete(List<String> keys, String operation, FsPath path) throws FsException {
        if (keys.isEmpty()) {
            return;
        }
        List<ObjectIdentifier> objects = keys.stream()
                .map(key -> ObjectIdentifier.builder().key(key).build())
                .toList();
        DeleteObjectsResponse answer = send(
                operation,
                path,
                client -> client.deleteObjects(request -> request.bucket(name)
                        .delete(Delete.builder().objects(objects).quiet(true).build())));
        for (S3Error error : answer.errors()) {
            Kind kind = "AccessDenied".equals(error.code())
                    ? Kind.PERMISSION_DENIED
                    : "SlowDown".equals(error.code()) ? Kind.UNAVAILABLE : Kind.IO;
            throw new FsException(
                    kind, operation, path, new IllegalStateException("a key is not deleted: " + error.code()));
        }
    }

    static @Nullable String quoted(@Nullable String etag) {
        return etag == null ? null : '"' + etag + '"';
    }
}
