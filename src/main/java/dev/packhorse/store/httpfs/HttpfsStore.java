package dev.packhorse.store.httpfs;

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
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.wire.httpfs.Wire;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/** What a server of the HTTP Filesystem Protocol has. See the package for what that can keep. */
public final class HttpfsStore implements Store {

    private static final Logger LOG = Logger.getLogger(HttpfsStore.class);

    /** So many HEADs at once for one store, where a server has no listings with metadata. */
    private static final int HEADS = 8;

    private final Server server;
    private final Lookup lookup;
    private final Reading reading;
    private final Writing writing;
    private final Lister lister;
    private final Transferring transferring;
    private final ExecutorService heads;
    private volatile boolean closed;

    private HttpfsStore(URI base, HttpfsOptions options) {
        this.server = new Server(base, options);
        this.lookup = new Lookup(server);
        this.reading = new Reading(server, lookup);
        this.writing = new Writing(server, lookup);
        this.heads = Executors.newFixedThreadPool(
                Math.min(HEADS, Math.max(1, options.web().connections() / 2)), task -> {
                    Thread thread = new Thread(task, "packhorse-httpfs-head");
                    thread.setDaemon(true);
                    return thread;
                });
        this.lister = new Lister(server, lookup, heads);
        this.transferring = new Transferring(server, lookup, lister, reading, writing);
        if (!options.web().verifyTls()) {
            LOG.warnf("Certificates are not checked: host=%s", base.getHost());
        }
    }

    /**
     * Asks who is there, and for the root.
     *
     * @param base {@code http(s)://host:port/base}, of a Packhorse {@code http://host:8080/fs/export}
     * @throws FsException {@code PERMISSION_DENIED} if the credential is refused, {@code NOT_FOUND} if nothing is there,
     *     {@code UNAVAILABLE} or {@code TIMEOUT} if the server cannot be reached
     * @throws IllegalArgumentException if the base is no place on a web server, or names a user
     */
    public static HttpfsStore open(URI base, HttpfsOptions options) throws FsException {
        HttpfsStore store = lazily(base, options);
        boolean opened = false;
        try {
            store.stat(FsPath.ROOT);
            opened = true;
            return store;
        } finally {
            if (!opened) {
                store.close();
            }
        }
    }

    /** As {@link #open}, but asks when first needed, so that the server may be down. */
    public static HttpfsStore lazily(URI base, HttpfsOptions options) {
        return new HttpfsStore(base, options);
    }

    /** One operation. */
    private interface Action<T> {
        T run() throws IOException;
    }

    private <T> T run(String operation, FsPath path, Action<T> action) throws FsException {
        if (closed) {
            throw new FsException(Kind.UNAVAILABLE, operation, path);
        }
        requireName(operation, path);
        try {
            return action.run();
        } catch (IOException e) {
            FsException failure = Failures.of(e, operation, path);
            if (failure.kind() == Kind.UNAVAILABLE) {
                server.lost();
            }
            throw failure;
        } catch (IllegalStateException e) {
            // Of a pool of connections that is closed under the operation.
            if (closed) {
                throw new FsException(Kind.UNAVAILABLE, operation, path, e);
            }
            throw e;
        }
    }

    /** A last segment {@code :} or {@code ...} asks for parts, and is no name. */
    private static void requireName(String operation, FsPath path) throws FsException {
        if (Wire.isSuffix(path.name())) {
            throw new FsException(Kind.INVALID_NAME, operation, path);
        }
    }

    /** A change, of what the server can do; who it is has to be known for that. */
    private <T> T change(
            String operation, FsPath path, AttributeChange attributes, Preconditions preconditions, Action<T> action)
            throws FsException {
        return run(operation, path, () -> {
            server.dialect();
            Capabilities capabilities = server.capabilities();
            capabilities.require(Capability.WRITE, operation, path);
            attributes.require(capabilities, operation, path);
            if (preconditions.changeTimestamp() != null) {
                capabilities.require(Capability.CHANGE_TIMESTAMPS, operation, path);
            }
            return action.run();
        });
    }

    @Override
    public Capabilities capabilities() {
        return server.capabilities();
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        return run("stat", path, () -> lookup.existing(path, "stat"));
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        return run("list", directory, () -> lister.list(directory));
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return run("walk", directory, () -> {
            Listing all = lister.walk(directory);
            return all == null ? Trees.walk(this, directory) : all;
        });
    }

    @Override
    public Content read(FsPath path) throws FsException {
        return run("read", path, () -> reading.open(path));
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        return change(
                "write", path, options.attributes(), options.preconditions(), () -> writing.write(path, body, options));
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        return change(
                "makeDirectory",
                path,
                options.attributes(),
                options.preconditions(),
                () -> writing.makeDirectory(path, options));
    }

    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        return change("link", path, options.attributes(), options.preconditions(), () -> {
            server.capabilities().require(Capability.SYMLINKS, "link", path);
            return writing.link(path, target, options);
        });
    }

    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        return change("change", path, change, preconditions, () -> writing.change(path, change, preconditions));
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        requireName("copy", target);
        return change(
                "copy",
                source,
                AttributeChange.NONE,
                options.preconditions(),
                () -> transferring.copy(source, target, options));
    }

    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        requireName("move", target);
        return change(
                "move",
                source,
                AttributeChange.NONE,
                options.preconditions(),
                () -> transferring.move(source, target, options));
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        change("remove", path, AttributeChange.NONE, preconditions, () -> {
            removeTree(path, preconditions);
            return path;
        });
    }

    /**
     * Servers that say that they remove empty directories only get the children one by one (INTEROP section 2, star9). After any other
     * refusal nothing is removed.
     */
    private void removeTree(FsPath path, Preconditions preconditions) throws IOException {
        try {
            writing.remove(path, preconditions);
        } catch (FsException e) {
            if (server.dialect() == Dialect.PACKHORSE || e.kind() != Kind.NOT_EMPTY || !removeChildren(path)) {
                throw e;
            }
            writing.remove(path, Preconditions.NONE);
        }
    }

    /** Whether there were any. */
    private boolean removeChildren(FsPath path) throws IOException {
        Node node = lookup.find(path, "remove");
        if (node == null || !node.isDirectory()) {
            return false;
        }
        boolean any = false;
        try (Listing children = lister.list(path)) {
            for (Node child = children.next(); child != null; child = children.next()) {
                removeTree(child.path(), Preconditions.NONE);
                any = true;
            }
        }
        return any;
    }

    @Override
    public Space space() throws FsException {
        throw new FsException(Kind.UNSUPPORTED, "space", FsPath.ROOT);
    }

    @Override
    public void close() throws FsException {
        closed = true;
        heads.shutdownNow();
        try {
            server.close();
        } catch (IOException e) {
            throw Failures.of(e, "close", FsPath.ROOT);
        }
    }
}
