package dev.packhorse.store.gcs;

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
import dev.packhorse.store.object.ObjectBucket;
import dev.packhorse.store.object.Ordered;
import dev.packhorse.store.object.Places;
import dev.packhorse.store.object.Stored;
import dev.packhorse.store.object.Transfers;
import dev.packhorse.store.object.Writing;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A bucket of Google Cloud Storage, or what is in it below a prefix.
 *
 * <p>How files become objects is in the package's documentation. Modification times that were set are kept to the nanosecond,
 * others are those of the objects, in whole seconds. Names that end with {@code _$folder$} are not shown, and
 * {@code INVALID_NAME} for clients; so is a path of more than 1,024 bytes with the prefix.
 */
public final class GcsStore implements Store {

    /** Objects of trees that are copied at the same time. */
    private static final int COPIERS = 16;

    /** How often an object may be replaced between being looked at and being opened before that is no accident. */
    private static final int ATTEMPTS = 64;

    private final GcsBucket bucket;
    private final Places places;
    private final Writing writing;
    private final Transfers transfers;
    private final ExecutorService copiers;
    private volatile boolean closed;

    private GcsStore(Clients clients, String bucket, String prefix) {
        this.bucket = new GcsBucket(clients.storage(), bucket, ObjectBucket.prefix(prefix));
        this.copiers = threads(COPIERS, "gcs-copies-" + bucket);
        this.places = new Places(this.bucket);
        GcsService service = new GcsService(this.bucket, clients.sessions());
        this.writing = new Writing(this.bucket, places, service);
        this.transfers = new Transfers(this.bucket, places, service, copiers);
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
    public static GcsStore open(String bucket, String prefix, GcsOptions options) throws FsException {
        GcsStore store = openLater(bucket, prefix, options);
        boolean opened = false;
        try {
            store.bucket.list(store.bucket.directoryKey(FsPath.ROOT, "open"), null, true, 1, "open", FsPath.ROOT);
            opened = true;
            return store;
        } catch (FsException e) {
            String reason = GcsErrors.refusal(e);
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
    public static GcsStore openLater(String bucket, String prefix, GcsOptions options) {
        return new GcsStore(Clients.of(options), bucket, prefix);
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(
                EnumSet.of(
                        Capability.WRITE,
                        Capability.SYMLINKS,
                        Capability.MODE,
                        Capability.MODIFIED,
                        Capability.OWNER,
                        Capability.MEDIA_TYPE,
                        Capability.ETAGS),
                Duration.ofNanos(1));
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
        return new GcsListing(nodes, directory, real);
    }

    private Ordered ordered(FsPath directory, boolean deep, String operation) throws FsException {
        return new Ordered(bucket, bucket.directoryKey(directory, operation), deep, operation, directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        requireOpen("read", path);
        if (!path.isRoot()) {
            Content content = open(path, path);
            if (content != null) {
                return content;
            }
        }
        Found found = places.behind(path, "read");
        if (found.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
        }
        Content content = open(found.path(), path);
        if (content == null) {
            throw new FsException(Kind.NOT_FOUND, "read", path);
        }
        return content;
    }

    private @Nullable Content open(FsPath real, FsPath path) throws FsException {
        String key = bucket.key(real, "read");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Stored stored = bucket.head(key, "read", path);
            if (stored == null) {
                return null;
            }
            try {
                Node node = Found.object(real, stored).node().at(path);
                return GcsContent.open(node, bucket, key, Version.of(stored).generation());
            } catch (FsException e) {
                if (e.kind() != Kind.NOT_FOUND) {
                    throw e;
                }
            }
        }
        throw new FsException(Kind.BUSY, "read", path);
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

    /** Contents that are open stay so until they are closed. */
    @Override
    public void close() {
        closed = true;
        copiers.shutdown();
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
