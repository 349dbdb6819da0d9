package dev.packhorse.store.s3;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.object.Condition;
import dev.packhorse.store.object.Headers;
import dev.packhorse.store.object.Metadata;
import dev.packhorse.store.object.ObjectBucket;
import dev.packhorse.store.object.Stored;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
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
import software.amazon.awssdk.services.s3.model.S3Object;

/** A bucket of the service, by the SDK. */
final class Bucket extends ObjectBucket {

    /** Most keys that one request deletes. */
    private static final int BATCH = 1000;

    private final S3Client client;
    private final String name;
    private final boolean conditional;

    /**
     * A part of a bucket.
     *
     * @param prefix empty, or ending with a slash
     * @param conditional whether the service honours conditions on writes
     */
    Bucket(S3Client client, String name, String prefix, boolean conditional) {
        super(prefix);
        this.client = client;
        this.name = name;
        this.conditional = conditional;
    }

    String name() {
        return name;
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

    @Override
    public @Nullable Stored head(String key, String operation, FsPath path) throws FsException {
        try {
            HeadObjectResponse head = send(
                    operation,
                    path,
                    client -> client.headObject(
                            HeadObjectRequest.builder().bucket(name).key(key).build()));
            String etag = Metadata.unquoted(head.eTag());
            return new Stored(
                    key,
                    head.contentLength(),
                    etag,
                    etag,
                    head.lastModified(),
                    head.contentType(),
                    head.metadata(),
                    new Stored.Served(
                            head.cacheControl(),
                            head.contentDisposition(),
                            head.contentEncoding(),
                            head.contentLanguage(),
                            head.storageClassAsString()));
        } catch (FsException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    /** Listings of S3 tell no metadata. */
    @Override
    public @Nullable Stored completed(Stored listed, String operation, FsPath path) throws FsException {
        return head(listed.key(), operation, path);
    }

    @Override
    public String text(String key, String operation, FsPath path) throws FsException {
        try (ResponseInputStream<GetObjectResponse> in = get(key, null, null, operation, path)) {
            return new String(in.readNBytes(FsPath.MAX_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw S3Errors.of(e, operation, path);
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

    @Override
    public Page list(String keys, @Nullable String token, boolean deep, int most, String operation, FsPath path)
            throws FsException {
        ListObjectsV2Response page = send(
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
        return new Page(
                page.contents().stream().map(Bucket::listed).toList(),
                page.commonPrefixes().stream().map(CommonPrefix::prefix).toList(),
                Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null);
    }

    private static Stored listed(S3Object object) {
        String etag = Metadata.unquoted(object.eTag());
        return new Stored(
                object.key(),
                object.size() == null ? 0 : object.size(),
                etag,
                etag,
                object.lastModified() == null ? Instant.EPOCH : object.lastModified(),
                null,
                Map.of(),
                Stored.Served.NONE);
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
                                        .ifMatch(quoted(condition.version()))
                                        .ifNoneMatch(absent(condition))
                                        .build(),
                                body))
                .eTag());
    }

    @Override
    public void mark(FsPath directory, Map<String, String> metadata, String operation) throws FsException {
        put(
                directoryKey(directory, operation),
                RequestBody.empty(),
                new Headers(Metadata.DIRECTORY, metadata),
                Condition.NONE,
                operation,
                directory);
    }

    @Override
    public void delete(String key, Condition condition, String operation, FsPath path) throws FsException {
        send(
                operation,
                path,
                client -> client.deleteObject(
                        request -> request.bucket(name).key(key).ifMatch(quoted(condition.version()))));
    }

    @Override
    public void delete(List<String> keys, String operation, FsPath path) throws FsException {
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

    /** The value of {@code If-None-Match}, or {@code null}. */
    static @Nullable String absent(Condition condition) {
        return condition.absent() ? "*" : null;
    }

    @Override
    public int batch() {
        return BATCH;
    }

    @Override
    public boolean isConditional() {
        return conditional;
    }
}
