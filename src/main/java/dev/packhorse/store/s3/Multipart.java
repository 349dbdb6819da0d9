package dev.packhorse.store.s3;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.object.Buffers;
import dev.packhorse.store.object.Condition;
import dev.packhorse.store.object.Metadata;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;

/** An object that comes into being in parts: nothing is visible before {@link #complete}. */
final class Multipart {

    private static final int PARTS_OF_ONE_SIZE = 1000;

    private final Bucket bucket;
    private final String key;
    private final String id;
    private final String operation;
    private final FsPath path;

    private Multipart(Bucket bucket, String key, String id, String operation, FsPath path) {
        this.bucket = bucket;
        this.key = key;
        this.id = id;
        this.operation = operation;
        this.path = path;
    }

    /**
     * Begins one.
     *
     * @param how what the object shall have beside its content
     */
    static Multipart begin(
            Bucket bucket,
            String key,
            Consumer<CreateMultipartUploadRequest.Builder> how,
            String operation,
            FsPath path)
            throws FsException {
        String id = bucket.send(
                operation,
                path,
                client -> client.createMultipartUpload(request ->
                                request.applyMutation(how).bucket(bucket.name()).key(key))
                        .uploadId());
        return new Multipart(bucket, key, id, operation, path);
    }

    /**
     * Bytes of the part with a number from 1 to 10,000: 8 MiB for the first thousand, then twice as much for each further
     * thousand. So 5 TiB fit into fewer than 10,000 parts, and no part is larger than 5 GiB (S3, "Multipart upload limits").
     */
    static long size(int number) {
        return (long) Buffers.SIZE << ((number - 1) / PARTS_OF_ONE_SIZE);
    }

    CompletedPart send(int number, RequestBody body, long length) throws FsException {
        return part(
                number,
                bucket.send(
                        operation,
                        path,
                        client -> client.uploadPart(
                                        request -> request.bucket(bucket.name())
                                                .key(key)
                                                .uploadId(id)
                                                .partNumber(number)
                                                .contentLength(length),
                                        body)
                                .eTag()));
    }

    /** Takes a part from another object. */
    CompletedPart copy(int number, Consumer<UploadPartCopyRequest.Builder> source) throws FsException {
        return part(
                number,
                bucket.send(
                        operation,
                        path,
                        client -> client.uploadPartCopy(request -> request.applyMutation(source)
                                        .destinationBucket(bucket.name())
                                        .destinationKey(key)
                                        .uploadId(id)
                                        .partNumber(number))
                                .copyPartResult()
                                .eTag()));
    }

    private static CompletedPart part(int number, String etag) {
        return CompletedPart.builder().partNumber(number).eTag(etag).build();
    }

    /** Makes the object visible; returns its ETag, without quotes. */
    @Nullable
    String complete(List<CompletedPart> parts, Condition condition) throws FsException {
        return Metadata.unquoted(bucket.send(
                        operation,
                        path,
                        client -> client.completeMultipartUpload(request -> request.bucket(bucket.name())
                                .key(key)
                                .uploadId(id)
                                .multipartUpload(upload -> upload.parts(parts))
                                .ifMatch(Bucket.quoted(condition.version()))
                                .ifNoneMatch(Bucket.absent(condition))))
                .eTag());
    }

    /** Throws the parts away. Where that cannot be done a rule of the bucket must do it; see the package. */
    void abort() throws FsException {
        try {
            bucket.send(
                    operation,
                    path,
                    client -> client.abortMultipartUpload(
                            request -> request.bucket(bucket.name()).key(key).uploadId(id)));
        } catch (FsException e) {
            // One that is gone was finished by a request whose answer was lost.
            if (e.kind() != Kind.NOT_FOUND && !(e.getCause() instanceof NoSuchUploadException)) {
                throw e;
            }
        }
    }
}
