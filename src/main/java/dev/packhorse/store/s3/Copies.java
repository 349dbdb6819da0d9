package dev.packhorse.store.s3;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Lock;
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
final class Copies {

    /** The largest object that one request copies. */
    private static final long WHOLE = 5L << 30;

    private static final int PARALLEL = 8;

    private final Bucket bucket;
    private final Places places;
    private final Writing writing;
    private final S3Options options;
    private final Executor threads;

    Copies(Bucket bucket, Places places, Writing writing, S3Options options, Executor threads) {
        this.bucket = bucket;
        this.places = places;
        this.writing = writing;
        this.options = options;
        this.threads = threads;
    }

    /** {@link dev.packhorse.fs.Store#change}. */
    Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        FsPath real = places.existing(path, "change").path();
        Lock stripe = Stripes.of(real);
        stripe.lock();
        try {
            for (int attempt = 0; attempt < Writing.ATTEMPTS; attempt++) {
                Found found = places.find(real, "change");
                if (found == null) {
                    throw new FsException(Kind.NOT_FOUND, "change", path);
                }
                Writing.check(preconditions, found, "change", path);
                if (change.isEmpty()) {
                    return found.node().at(path);
                }
                if (found.isDirectory()) {
                    return writing.mark(real, found, change, "change").at(path);
                }
                try {
                    return copy(found, real, change, Condition.NONE, "change").at(path);
                } catch (FsException e) {
                    if (!Writing.isOvertaken(e)) {
                        throw e;
                    }
                }
            }
            throw new FsException(Kind.BUSY, "change", path);
        } finally {
            stripe.unlock();
        }
    }

    /**
     * Copies the version of a file or symlink that was found.
     *
     * @throws FsException {@code PRECONDITION_FAILED} or {@code NOT_FOUND} if it is no longer there, or the condition for the target
     *     does not hold
     */
    Node copy(Found source, FsPath target, AttributeChange change, Condition condition, String operation)
            throws FsException {
        HeadObjectResponse head = source.object();
        Node from = source.node();
        AttributeChange dated = change.modified() != null
                ? change
                : new AttributeChange(change.mode(), from.modified(), change.owner(), change.mediaType());
        Map<String, String> metadata = Metadata.with(head.metadata(), from.type(), dated);
        String type = change.mediaType() == null ? type(head) : change.mediaType();
        String etag = copy(
                new Version(bucket.key(source.path(), operation), head),
                bucket.key(target, operation),
                new Headers(type, metadata),
                condition,
                operation,
                target);
        return Metadata.node(target, metadata, from.size(), etag, from.modified(), type);
    }

    /**
     * Copies whatever has a key, with its time, as {@link #copy} does.
     *
     * @param path what to name in a failure
     */
    void copyKey(Version source, String target, String operation, FsPath path) throws FsException {
        HeadObjectResponse head = source.head();
        Map<String, String> metadata = head.metadata();
        if (!source.key().endsWith("/")) {
            Node node = Found.object(path, head).node();
            metadata = Metadata.with(metadata, node.type(), new AttributeChange(null, node.modified(), null, null));
        }
        copy(source, target, new Headers(type(head), metadata), Condition.NONE, operation, path);
    }

    /**
     * One version of an object.
     *
     * @param head what the service says of it
     */
    record Version(String key, HeadObjectResponse head) {}

    private static String type(HeadObjectResponse head) {
        return Objects.requireNonNullElse(head.contentType(), Metadata.UNTYPED);
    }

    private @Nullable String copy(
            Version source, String target, Headers headers, Condition condition, String operation, FsPath path)
            throws FsException {
        Condition wanted = options.conditionalWrites() ? condition : Condition.NONE;
        List<Long> parts = parts(source, operation, path);
        return parts.isEmpty()
                ? whole(source, target, headers, wanted, operation, path)
                : inParts(source, target, headers, parts, wanted, operation, path);
    }

    private @Nullable String whole(
            Version source, String target, Headers headers, Condition condition, String operation, FsPath path)
            throws FsException {
        HeadObjectResponse head = source.head();
        return Metadata.unquoted(bucket.send(
                        operation,
                        path,
                        client -> client.copyObject(request -> request.sourceBucket(bucket.name())
                                .sourceKey(source.key())
                                .copySourceIfMatch(head.eTag())
                                .destinationBucket(bucket.name())
                                .destinationKey(target)
                                .metadataDirective(MetadataDirective.REPLACE)
                                .metadata(headers.metadata())
                                .contentType(headers.contentType())
                                .cacheControl(head.cacheControl())
                                .contentDisposition(head.contentDisposition())
                                .contentEncoding(head.contentEncoding())
                                .contentLanguage(head.contentLanguage())
                                .storageClass(head.storageClassAsString())
                                .ifMatch(condition.ifMatch())
                                .ifNoneMatch(condition.ifNoneMatch())))
                .copyObjectResult()
                .eTag());
    }

    private @Nullable String inParts(
            Version source,
            String target,
            Headers headers,
            List<Long> parts,
            Condition condition,
            String operation,
            FsPath path)
            throws FsException {
        HeadObjectResponse head = source.head();
        Multipart upload = Multipart.begin(
                bucket,
                target,
                request -> request.metadata(headers.metadata())
                        .contentType(headers.contentType())
                        .cacheControl(head.cacheControl())
                        .contentDisposition(head.contentDisposition())
                        .contentEncoding(head.contentEncoding())
                        .contentLanguage(head.contentLanguage())
                        .storageClass(head.storageClassAsString()),
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
                                .copySourceIfMatch(head.eTag())
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
    private List<Long> parts(Version source, String operation, FsPath path) throws FsException {
        long size = source.head().contentLength();
        String etag = String.valueOf(Metadata.unquoted(source.head().eTag()));
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
        return size > WHOLE ? growing(size) : List.of();
    }

    private long firstPart(Version source, String operation, FsPath path) throws FsException {
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
