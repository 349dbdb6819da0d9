package dev.packhorse.store.s3;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.object.Buffers;
import dev.packhorse.store.object.Condition;
import dev.packhorse.store.object.Headers;
import dev.packhorse.store.object.InFlight;
import dev.packhorse.store.object.Metadata;
import dev.packhorse.store.object.Service;
import dev.packhorse.store.object.Stored;
import dev.packhorse.store.object.Upload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;

/**
 * Copies objects on the server, also onto themselves, which is the only way to change metadata.
 *
 * <p>A copy shows the time of its source, and so it is written down. The ETag stays if the content is copied in the parts it was
 * uploaded in: S3 computes it from them. Parts of one size and those of {@link Multipart#size} are found out; an object in others
 * gets another ETag, and so does one that is encrypted with a key of KMS.
 */
final class Copies implements Service {

    /** The largest object that one request copies, and the largest part. */
    private static final long WHOLE = 5L << 30;

    private static final int PARALLEL = 8;

    private final Bucket bucket;
    private final S3Options options;
    private final Executor threads;
    private final long whole;

    Copies(Bucket bucket, S3Options options, Executor threads) {
        this(bucket, options, threads, WHOLE);
    }

    /** As above, for a service that copies no more than so many bytes in one request. */
    Copies(Bucket bucket, S3Options options, Executor threads, long whole) {
        this.bucket = bucket;
        this.options = options;
        this.threads = threads;
        this.whole = whole;
    }

    /** A symlink is uploaded in one part, so that listings show that it may be one ({@link Symlinks}). */
    @Override
    public Upload upload(String key, boolean symlink, String operation, FsPath path) {
        return new S3Upload(bucket, Buffers.SHARED, threads, options.temp(), key, symlink, operation, path);
    }

    @Override
    public Stored change(Stored source, Headers headers, String operation, FsPath path) throws FsException {
        return copy(source, source.key(), headers, Condition.NONE, operation, path);
    }

    @Override
    public Stored copy(
            Stored source, String target, Headers headers, Condition condition, String operation, FsPath path)
            throws FsException {
        List<Long> parts = parts(source, operation, path);
        String etag = parts.isEmpty()
                ? whole(source, target, headers, condition, operation, path)
                : inParts(source, target, headers, parts, condition, operation, path);
        return new Stored(
                target,
                source.size(),
                etag,
                etag,
                source.modified(),
                headers.contentType(),
                headers.metadata(),
                source.served());
    }

    private @Nullable String whole(
            Stored source, String target, Headers headers, Condition condition, String operation, FsPath path)
            throws FsException {
        Stored.Served served = source.served();
        return Metadata.unquoted(bucket.send(
                        operation,
                        path,
                        client -> client.copyObject(request -> request.sourceBucket(bucket.name())
                                .sourceKey(source.key())
                                .copySourceIfMatch(Bucket.quoted(source.version()))
                                .destinationBucket(bucket.name())
                                .destinationKey(target)
                                .metadataDirective(MetadataDirective.REPLACE)
                                .metadata(headers.metadata())
                                .contentType(headers.contentType())
                                .cacheControl(served.cacheControl())
                                .contentDisposition(served.disposition())
                                .contentEncoding(served.encoding())
                                .contentLanguage(served.language())
                                .storageClass(served.storageClass())
                                .ifMatch(Bucket.quoted(condition.version()))
                                .ifNoneMatch(Bucket.absent(condition))))
                .copyObjectResult()
                .eTag());
    }

    private @Nullable String inParts(
            Stored source,
            String target,
            Headers headers,
            List<Long> parts,
            Condition condition,
            String operation,
            FsPath path)
            throws FsException {
        Stored.Served served = source.served();
        Multipart upload = Multipart.begin(
                bucket,
                target,
                request -> request.metadata(headers.metadata())
                        .contentType(headers.contentType())
                        .cacheControl(served.cacheControl())
                        .contentDisposition(served.disposition())
                        .contentEncoding(served.encoding())
                        .contentLanguage(served.language())
                        .storageClass(served.storageClass()),
                operation,
                path);
        InFlight<CompletedPart> copied = new InFlight<>(threads, operation, path);
        boolean done = false;
        try {
            long offset = 0;
            for (int i = 0; i < parts.size(); i++) {
                int number = i + 1;
                String range = "bytes=" + offset + "-" + (offset + parts.get(i) - 1);
                offset += parts.get(i);
                copied.await(PARALLEL - 1);
                copied.add(() -> upload.copy(
                        number,
                        request -> request.sourceBucket(bucket.name())
                                .sourceKey(source.key())
                                .copySourceIfMatch(Bucket.quoted(source.version()))
                                .copySourceRange(range)));
            }
            String etag = upload.complete(copied.results(), condition);
            done = true;
            return etag;
        } finally {
            if (!done) {
                copied.abandon();
                upload.abort();
            }
        }
    }

    /** The bytes of each part to copy an object in; empty to copy it whole. */
    private List<Long> parts(Stored source, String operation, FsPath path) throws FsException {
        long size = source.size();
        String etag = String.valueOf(source.version());
        int dash = etag.lastIndexOf('-');
        if (size > 0 && dash > 0) {
            String count = etag.substring(dash + 1);
            List<Long> ours = growing(size);
            if (Integer.toString(ours.size()).equals(count)) {
                return ours;
            }
            List<Long> equal = equal(size, firstPart(source, operation, path));
            if (Integer.toString(equal.size()).equals(count)) {
                return equal;
            }
        }
        return size > whole ? growing(size) : List.of();
    }

    private long firstPart(Stored source, String operation, FsPath path) throws FsException {
        HeadObjectResponse first = bucket.send(
                operation,
                path,
                client -> client.headObject(HeadObjectRequest.builder()
                        .bucket(bucket.name())
                        .key(source.key())
                        .partNumber(1)
                        .build()));
        return first.contentLength() == null ? 0 : first.contentLength();
    }

    private static List<Long> growing(long size) {
        List<Long> parts = new ArrayList<>();
        for (long left = size; left > 0; left -= parts.get(parts.size() - 1)) {
            parts.add(Math.min(left, Multipart.size(parts.size() + 1)));
        }
        return parts;
    }

    private static List<Long> equal(long size, long part) {
        List<Long> parts = new ArrayList<>();
        if (part > 0 && part <= WHOLE && size / part < 10_000) {
            for (long left = size; left > 0; left -= part) {
                parts.add(Math.min(left, part));
            }
        }
        return parts;
    }
}
