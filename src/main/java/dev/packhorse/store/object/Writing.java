package dev.packhorse.store.object;

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
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes files, symlinks and directories, and changes their metadata.
 *
 * <p>Preconditions are checked against what a HEAD shows, and the write is made on condition that this is still there; if it is
 * not, it is looked at again. So they hold in one step with the write, against everybody. The client of a service
 * repeats a request whose answer is lost, and the condition of the second then fails because of the first: so
 * such a write has a name in the metadata, and what is found with this name is its own.
 */
public final class Writing {

    /** How often something may be replaced between being looked at and being replaced before that is no accident. */
    static final int ATTEMPTS = 8;

    /** Longest target of a symlink in bytes, as on Linux. */
    private static final int LONGEST_TARGET = 4095;

    private final ObjectBucket bucket;
    private final Places places;
    private final Service service;

    public Writing(ObjectBucket bucket, Places places, Service service) {
        this.bucket = bucket;
        this.places = places;
        this.service = service;
    }

    /**
     * Where something is to be put.
     *
     * @param path where it is, without symlinks in the middle
     * @param current what is there, {@code null} for nothing
     */
    private record Target(FsPath path, @Nullable Found current) {}

    /** {@link dev.packhorse.fs.Store#write}. */
    public Node write(FsPath path, Body body, WriteOptions how) throws FsException {
        Target target = replaceable(path, "write");
        check(how.preconditions(), target.current(), "write", path);
        return put(
                path,
                target,
                body,
                false,
                how.preconditions(),
                current -> Headers.of(current, how.attributes()),
                "write");
    }

    /** {@link dev.packhorse.fs.Store#link}. */
    public Node link(FsPath path, String target, WriteOptions how) throws FsException {
        byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > LONGEST_TARGET || target.indexOf('\0') >= 0) {
            throw new FsException(Kind.INVALID_NAME, "link", path);
        }
        Target place = replaceable(path, "link");
        check(how.preconditions(), place.current(), "link", path);
        Headers headers = new Headers(Metadata.UNTYPED, Metadata.with(Map.of(), NodeType.SYMLINK, how.attributes()));
        return put(path, place, Body.of(bytes), true, how.preconditions(), current -> headers, "link");
    }

    private Node put(
            FsPath path,
            Target target,
            Body body,
            boolean symlink,
            Preconditions preconditions,
            Function<@Nullable Found, Headers> headers,
            String operation)
            throws FsException {
        FsPath real = target.path();
        String key = bucket.key(real, operation);
        boolean conditional = preconditions.needNode() && bucket.isConditional();
        String write = UUID.randomUUID().toString();
        Function<@Nullable Found, Headers> named =
                conditional ? current -> headers.apply(current).writtenBy(write) : headers;
        try (Upload upload = service.upload(key, symlink, operation, path)) {
            Headers first = named.apply(target.current());
            upload.receive(body, first, conditional ? Condition.same(target.current()) : Condition.NONE);
            Stored made = commit(
                    operation,
                    path,
                    target,
                    write,
                    preconditions,
                    (current, condition) -> upload.finish(upload.isBegun() ? first : named.apply(current), condition));
            return Found.object(real, made).node().at(path);
        }
    }

    /** Makes an object visible, on a condition. */
    @FunctionalInterface
    private interface Last {
        Stored step(@Nullable Found current, Condition condition) throws FsException;
    }

    private Condition condition(@Nullable Found current) {
        return bucket.isConditional() ? Condition.same(current) : Condition.NONE;
    }

    /** The target of a write, which must be no directory. */
    private Target replaceable(FsPath path, String operation) throws FsException {
        if (Names.isReserved(path.name())) {
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

    private Stored commit(
            String operation, FsPath path, Target target, String write, Preconditions preconditions, Last last)
            throws FsException {
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
                try {
                    return last.step(current, condition(current));
                } catch (FsException e) {
                    // S3 says IO of an upload in parts that its first request has finished.
                    Stored made = isOvertaken(e) || e.kind() == Kind.IO
                            ? bucket.head(bucket.key(target.path(), operation), operation, path)
                            : null;
                    if (made != null && Metadata.isWrittenBy(made.metadata(), write)) {
                        return made;
                    }
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

    /** {@link dev.packhorse.fs.Store#change}. */
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        FsPath real = places.existing(path, "change").path();
        Lock stripe = Stripes.of(real);
        stripe.lock();
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Found found = places.find(real, "change");
                if (found == null) {
                    throw new FsException(Kind.NOT_FOUND, "change", path);
                }
                check(preconditions, found, "change", path);
                if (change.isEmpty()) {
                    return found.node().at(path);
                }
                if (found.isDirectory()) {
                    return mark(real, found, change, "change").at(path);
                }
                try {
                    Stored source = found.object();
                    Headers headers = Headers.changed(found.node(), source, change);
                    return Found.object(real, service.change(source, headers, "change", path))
                            .node()
                            .at(path);
                } catch (FsException e) {
                    if (!isOvertaken(e)) {
                        throw e;
                    }
                }
            }
            throw new FsException(Kind.BUSY, "change", path);
        } finally {
            stripe.unlock();
        }
    }

    /** {@link dev.packhorse.fs.Store#makeDirectory}. */
    public Node makeDirectory(FsPath path, WriteOptions how) throws FsException {
        if (Names.isReserved(path.name())) {
            throw new FsException(Kind.INVALID_NAME, "makeDirectory", path);
        }
        Target target = target(path, "makeDirectory");
        Lock stripe = Stripes.of(target.path());
        stripe.lock();
        try {
            Found current =
                    how.preconditions().needNode() ? places.find(target.path(), "makeDirectory") : target.current();
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
