package dev.packhorse.store.s3;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Space;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.object.Found;
import dev.packhorse.store.object.Metadata;
import dev.packhorse.store.object.ObjectBucket;
import dev.packhorse.store.object.Ordered;
import dev.packhorse.store.object.Places;
import dev.packhorse.store.object.Transfers;
import dev.packhorse.store.object.Writing;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * A bucket of Amazon S3, or of a service that speaks its protocol, or what is in it below a prefix.
 *
 * <p>How files become objects is in the package's documentation. Modification times that were set are kept to the nanosecond,
 * others are those of the objects, in whole seconds. Names that end with {@code _$folder$} are not shown, and
 * {@code INVALID_NAME} for clients; so is a path of more than 1,024 bytes with the prefix.
 */
public final class S3Store implements Store {

    /** Requests of all operations together that go on beside those of the callers' own threads. */
    private static final int THREADS = 16;

    /** Objects of trees that are copied at the same time, each of which may use {@link #THREADS}. */
    private static final int COPIERS = 16;

    private final S3Client client;
    private final Bucket bucket;
    private final S3Options options;
    private final Places places;
    private final Writing writing;
    private final Transfers transfers;
    private final ExecutorService requests;
    private final ExecutorService copiers;
    private volatile boolean closed;

    private S3Store(S3Client client, String bucket, String prefix, S3Options options) {
        this.client = client;
        this.options = options;
        this.bucket = new Bucket(client, bucket, prefix, options.conditionalWrites());
        this.requests = threads(THREADS, "s3-requests-" + bucket);
        this.copiers = threads(COPIERS, "s3-copies-" + bucket);
        this.places = new Places(this.bucket);
        Copies copies = new Copies(this.bucket, options, requests);
        this.writing = new Writing(this.bucket, places, copies);
        this.transfers = new Transfers(this.bucket, places, copies, copiers);
    }

    private static ExecutorService threads(int count, String name) {
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(count, count, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * Opens a bucket, and looks whether it is there.
     *
     * @param bucket its name
     * @param prefix what all keys begin with: segments separated by slashes, those at the ends do not count; empty for the whole
     *     bucket
     * @throws FsException {@code UNAVAILABLE} or {@code TIMEOUT} if the service cannot be reached
     * @throws IllegalArgumentException if it answers and refuses: there is no such bucket, or the credentials do not open it; the
     *     message says in one line what is wrong
     */
    public static S3Store open(String bucket, String prefix, S3Options options) throws FsException {
        return open(bucket, prefix, options, List.of());
    }

    /** As above, with somebody who sees every request. */
    static S3Store open(String bucket, String prefix, S3Options options, List<ExecutionInterceptor> observers)
            throws FsException {
        S3Store store = new S3Store(Clients.of(options, observers), bucket, ObjectBucket.prefix(prefix), options);
        boolean opened = false;
        try {
            store.bucket.list(store.bucket.directoryKey(FsPath.ROOT, "open"), null, true, 1, "open", FsPath.ROOT);
            opened = true;
            return store;
        } catch (FsException e) {
            String reason = S3Errors.refusal(e);
            if (reason == null) {
                throw e;
            }
            throw new IllegalArgumentException("the bucket '" + bucket + "' cannot be opened: " + reason, e);
        } finally {
            if (!opened) {
                store.close();
            }
        }
    }

    /** As {@link #open}, but asks nothing before the first operation, which fails as long as the service cannot be reached. */
    public static S3Store openLater(String bucket, String prefix, S3Options options) {
        return new S3Store(Clients.of(options, List.of()), bucket, ObjectBucket.prefix(prefix), options);
    }

    @Override
    public Capabilities capabilities() {
        EnumSet<Capability> all = EnumSet.of(
                Capability.WRITE,
                Capability.SYMLINKS,
                Capability.MODE,
                Capability.MODIFIED,
                Capability.OWNER,
                Capability.MEDIA_TYPE);
        if (options.conditionalWrites()) {
            all.add(Capability.ETAGS);
        }
        return new Capabilities(all, Duration.ofNanos(1));
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        requireOpen("stat", path);
        return places.existing(path, "stat").node().at(path);
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        return listing(directory, false, "list");
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return listing(directory, true, "walk");
    }

    private Listing listing(FsPath directory, boolean deep, String operation) throws FsException {
        requireOpen(operation, directory);
        FsPath real = directory;
        Ordered nodes = ordered(real, deep, operation);
        if (nodes.isNothing() && !directory.isRoot()) {
            Found found = places.existing(directory, operation);
            if (!found.isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, operation, directory);
            }
            real = found.path();
            nodes = ordered(real, deep, operation);
        }
        return new S3Listing(nodes, bucket, directory, real, options.listMetadata(), requests, operation);
    }

    private Ordered ordered(FsPath directory, boolean deep, String operation) throws FsException {
        return new Ordered(bucket, bucket.directoryKey(directory, operation), deep, operation, directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        requireOpen("read", path);
        if (!path.isRoot()) {
            try {
                return open(path, path);
            } catch (FsException e) {
                if (e.kind() != Kind.NOT_FOUND) {
                    throw e;
                }
            }
        }
        Found found = places.behind(path, "read");
        if (found.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
        }
        return open(found.path(), path);
    }

    private Content open(FsPath real, FsPath path) throws FsException {
        String key = bucket.key(real, "read");
        ResponseInputStream<GetObjectResponse> in = bucket.get(key, null, null, "read", path);
        GetObjectResponse head = in.response();
        Node node = Metadata.node(
                path, head.metadata(), head.contentLength(), head.eTag(), head.lastModified(), head.contentType());
        return S3Content.open(node, bucket, key, in);
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions how) throws FsException {
        prepare("write", path, how.attributes(), how.preconditions());
        return writing.write(path, body, how);
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions how) throws FsException {
        prepare("makeDirectory", path, how.attributes(), how.preconditions());
        return writing.makeDirectory(path, how);
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions how) throws FsException {
        prepare("link", path, how.attributes(), how.preconditions());
        return writing.link(path, target, how);
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        prepare("change", path, change, preconditions);
        return writing.change(path, change, preconditions);
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions how) throws FsException {
        prepare("copy", source, AttributeChange.NONE, how.preconditions());
        return transfers.copy(source, target, how);
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions how) throws FsException {
        prepare("move", source, AttributeChange.NONE, how.preconditions());
        return transfers.move(source, target, how);
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        prepare("remove", path, AttributeChange.NONE, preconditions);
        transfers.remove(path, preconditions);
    }

    @Override
    public Space space() throws FsException {
        throw new FsException(Kind.UNSUPPORTED, "space", FsPath.ROOT);
    }

    /** Unused connections are closed at once, those of contents that are open with them. */
    @Override
    public void close() {
        closed = true;
        requests.shutdown();
        copiers.shutdown();
        client.close();
    }

    private void prepare(String operation, FsPath path, AttributeChange attributes, Preconditions preconditions)
            throws FsException {
        requireOpen(operation, path);
        attributes.require(capabilities(), operation, path);
        if (preconditions.changeTimestamp() != null) {
            throw new FsException(Kind.UNSUPPORTED, operation, path);
        }
    }

    private void requireOpen(String operation, FsPath path) throws FsException {
        if (closed) {
            throw new FsException(Kind.UNAVAILABLE, operation, path);
        }
    }
}
