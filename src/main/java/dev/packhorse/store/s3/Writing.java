package dev.packhorse.store.s3;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.WriteOptions;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * Makes files, symlinks and directories.
 *
 * <p>Preconditions are checked against what a HEAD shows, and the write is made on condition that this is still there; if it is
 * not, it is looked at again. So they hold in one step with the write, against everybody.
 */
final class Writing {

    /** How often something may be replaced between being looked at and being replaced before that is no accident. */
    static final int ATTEMPTS = 8;

    private final Bucket bucket;
    private final Places places;
    private final S3Options options;
    private final Executor threads;

    Writing(Bucket bucket, Places places, S3Options options, Executor threads) {
        this.bucket = bucket;
        this.places = places;
        this.options = options;
        this.threads = threads;
    }

    /**
     * Where something is to be put.
     *
     * @param path where it is, without symlinks in the middle
     * @param current what is there, {@code null} for nothing
     */
    private record Target(FsPath path, @Nullable Found current) {}

    /** Makes an object visible, on a condition; returns its ETag. */
    @FunctionalInterface
    private interface Last {
        @Nullable
        String step(@Nullable Found current, Condition condition) throws FsException;
    }

    /** {@link dev.packhorse.fs.Store#write}. */
    Node write(FsPath path, Body body, WriteOptions how) throws FsException {
        Target target = replaceable(path, "write");
        check(how.preconditions(), target.current(), "write", path);
        String key = bucket.key(target.path(), "write");
        try (Upload upload = new Upload(bucket, Buffers.SHARED, threads, options.temp(), key, path)) {
            Headers first = Headers.of(target.current(), how.attributes());
            upload.receive(body, first);
            Headers[] sent = {first};
            String etag = commit("write", path, target, how.preconditions(), (current, condition) -> {
                sent[0] = upload.isInParts() ? first : Headers.of(current, how.attributes());
                return upload.finish(sent[0], condition);
            });
            return made(target.path(), etag, upload.size(), sent[0], "write").at(path);
        }
    }

    /** {@link dev.packhorse.fs.Store#link}. */
    Node link(FsPath path, String target, WriteOptions how) throws FsException {
        byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > Symlinks.LONGEST || target.indexOf('\0') >= 0) {
            throw new FsException(Kind.INVALID_NAME, "link", path);
        }
        Target place = replaceable(path, "link");
        check(how.preconditions(), place.current(), "link", path);
        String key = bucket.key(place.path(), "link");
        Headers headers = new Headers(Metadata.UNTYPED, Metadata.with(Map.of(), NodeType.SYMLINK, how.attributes()));
        Multipart upload = Multipart.begin(
                bucket,
                key,
                request -> request.contentType(headers.contentType()).metadata(headers.metadata()),
                "link",
                path);
        boolean done = false;
        try {
            var part = upload.send(1, Part.body(bytes, bytes.length), bytes.length);
            String etag = commit(
                    "link",
                    path,
                    place,
                    how.preconditions(),
                    (current, condition) -> upload.complete(List.of(part), condition));
            done = true;
            return made(place.path(), etag, bytes.length, headers, "link").at(path);
        } finally {
            if (!done) {
                upload.abort();
            }
        }
    }

    /** The target of a write, which must be no directory. */
    private Target replaceable(FsPath path, String operation) throws FsException {
        if (path.name().endsWith(S3Store.HADOOP)) {
            throw new FsException(Kind.INVALID_NAME, operation, path);
        }
        Target target = target(path, operation);
        if (target.current() != null && target.current().isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, operation, path);
        }
        return target;
    }

    private Target target(FsPath path, String operation) throws FsException {
        Found current = places.find(path, operation);
        if (current != null) {
            return new Target(path, current);
        }
        FsPath real = places.resolve(path, operation);
        return new Target(real, real.equals(path) ? null : places.find(real, operation));
    }

    private @Nullable String commit(
            String operation, FsPath path, Target target, Preconditions preconditions, Last last) throws FsException {
        if (!preconditions.needNode()) {
            return last.step(target.current(), Condition.NONE);
        }
        // The service decides between processes; within this one nobody has to try again.
        Lock stripe = Stripes.of(target.path());
        stripe.lock();
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Found current = places.find(target.path(), operation);
                check(preconditions, current, operation, path);
                if (current != null && current.isDirectory()) {
                    throw new FsException(Kind.IS_A_DIRECTORY, operation, path);
                }
                if (!options.conditionalWrites()) {
                    return last.step(current, Condition.NONE);
                }
                try {
                    return last.step(current, Condition.same(current));
                } catch (FsException e) {
                    if (!isOvertaken(e)) {
                        throw e;
                    }
                }
            }
            throw new FsException(Kind.BUSY, operation, path);
        } finally {
            stripe.unlock();
        }
    }

    /** Tells whether a request failed because of what somebody else has done meanwhile. */
    static boolean isOvertaken(FsException e) {
        return e.kind() == Kind.PRECONDITION_FAILED || e.kind() == Kind.NOT_FOUND || e.kind() == Kind.BUSY;
    }

    static void check(Preconditions preconditions, @Nullable Found current, String operation, FsPath path)
            throws FsException {
        preconditions.check(current == null ? null : current.node(), operation, path);
    }

    /** What has been made, with the time that the service gave it, unless somebody else has replaced it by now. */
    private Node made(FsPath path, @Nullable String etag, long size, Headers headers, String operation)
            throws FsException {
        HeadObjectResponse head = bucket.head(bucket.key(path, operation), operation, path);
        if (head != null && Objects.equals(etag, Metadata.unquoted(head.eTag()))) {
            return Found.object(path, head).node();
        }
        return Metadata.node(path, headers.metadata(), size, etag, Instant.now(), headers.contentType());
    }

    /** {@link dev.packhorse.fs.Store#makeDirectory}. */
    Node makeDirectory(FsPath path, WriteOptions how) throws FsException {
        if (path.name().endsWith(S3Store.HADOOP)) {
            throw new FsException(Kind.INVALID_NAME, "makeDirectory", path);
        }
        Target target = target(path, "makeDirectory");
        Lock stripe = Stripes.of(target.path());
        stripe.lock();
        try {
            Found current = target.current();
            check(how.preconditions(), current, "makeDirectory", path);
            if (current != null && !current.isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "makeDirectory", path);
            }
            if (current != null && how.attributes().isEmpty()) {
                return current.node().at(path);
            }
            return mark(target.path(), current, how.attributes(), "makeDirectory")
                    .at(path);
        } finally {
            stripe.unlock();
        }
    }

    /** Gives a directory a marker with some metadata changed. */
    Node mark(FsPath path, @Nullable Found current, AttributeChange change, String operation) throws FsException {
        if (bucket.directoryKey(path, operation).isEmpty()) {
            // A bucket has no marker of its own.
            throw new FsException(Kind.PERMISSION_DENIED, operation, path);
        }
        Map<String, String> metadata =
                Metadata.with(current == null ? Map.of() : current.metadata(), NodeType.DIRECTORY, change);
        bucket.mark(path, metadata, operation);
        return Metadata.directory(path, metadata);
    }
}
