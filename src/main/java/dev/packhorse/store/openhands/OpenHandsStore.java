package dev.packhorse.store.openhands;

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
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** A remote OpenHands FileStore. See the package for what that can keep. */
public final class OpenHandsStore implements Store {

    /** The file that makes a directory be there; never shown. */
    static final String MARKER = ".openhands-directory";

    private static final Logger LOG = Logger.getLogger(OpenHandsStore.class);

    /** Times are not kept at all; this is what others that keep some take for one. */
    private static final Duration PRECISION = Duration.ofSeconds(1);

    private final Capabilities capabilities;
    private final Server server;
    private final Known known;
    private final Lookup lookup;
    private final Reading reading;
    private final Writing writing;
    private final Lister lister;
    private final ExecutorService probes;
    /** A copy reads on one connection while it writes on another: one is always left for the writing. */
    private final Semaphore transfers;

    private final Duration silence;
    private volatile boolean closed;

    private OpenHandsStore(URI base, OpenHandsOptions options) {
        this.capabilities = new Capabilities(Set.of(Capability.WRITE), PRECISION, options.sizeTtl());
        this.server = new Server(base, options);
        this.known = new Known(options.sizeTtl());
        this.lookup = new Lookup(server, known, options.sizeProbe(), options.spoolLimit());
        this.reading = new Reading(server, lookup, known, options);
        this.writing = new Writing(server, lookup, known, options);
        int connections = options.web().connections();
        this.probes = Executors.newFixedThreadPool(Math.min(4, connections), task -> {
            Thread thread = new Thread(task, "packhorse-openhands-size");
            thread.setDaemon(true);
            return thread;
        });
        this.lister = new Lister(server, lookup, known, probes);
        this.transfers = new Semaphore(connections - 1, /* fair= */ true);
        this.silence = options.web().silence();
        if (!options.web().verifyTls()) {
            LOG.warnf("Certificates are not checked: host=%s", base.getHost());
        }
    }

    /**
     * Asks for the list of the root, by which the dialect is found out as well.
     *
     * @param base {@code http(s)://host:port/base}, without {@code /files}
     * @throws FsException {@code PERMISSION_DENIED} if the credential is refused, {@code UNSUPPORTED} if the server lists in no
     *     dialect, {@code UNAVAILABLE} or {@code TIMEOUT} if it cannot be reached
     * @throws IllegalArgumentException if the base is no place on a web server, or names a user
     */
    public static OpenHandsStore open(URI base, OpenHandsOptions options) throws FsException {
        OpenHandsStore store = lazily(base, options);
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
    public static OpenHandsStore lazily(URI base, OpenHandsOptions options) {
        return new OpenHandsStore(base, options);
    }

    /** One operation. */
    private interface Action<T> {
        T run() throws IOException;
    }

    private <T> T run(String operation, FsPath path, Action<T> action) throws FsException {
        if (closed) {
            throw new FsException(Kind.UNAVAILABLE, operation, path);
        }
        if (path.segments().contains(MARKER)) {
            throw new FsException(Kind.INVALID_NAME, operation, path);
        }
        try {
            return action.run();
        } catch (IOException e) {
            throw Failures.of(e, operation, path);
        } catch (IllegalStateException e) {
            // Of a pool of connections that is closed under the operation.
            if (closed) {
                throw new FsException(Kind.UNAVAILABLE, operation, path, e);
            }
            throw e;
        }
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public Node stat(FsPath path) throws FsException {
        if (isMarker(path)) {
            throw new FsException(Kind.NOT_FOUND, "stat", path);
        }
        return run("stat", path, () -> lookup.existing(path, "stat"));
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        return run("list", directory, () -> lister.list(directory));
    }

    @Override
    public Listing walk(FsPath directory) throws FsException {
        return Trees.walk(this, directory);
    }

    @Override
    public Content read(FsPath path) throws FsException {
        return run("read", path, () -> reading.open(path));
    }

    @Override
    public Node write(FsPath path, Body body, WriteOptions options) throws FsException {
        require("write", path, options.attributes(), options.preconditions());
        if (isMarker(path) && body.length() == 0) {
            // A client that is one of us, behind a gateway that has this store: all that it means is the directory.
            FsPath directory = Objects.requireNonNull(path.parent());
            makeDirectory(directory, WriteOptions.DEFAULT);
            return run("write", directory, () -> lookup.file(path, 0));
        }
        return run("write", path, () -> writing.write(path, body, options.preconditions()));
    }

    private static boolean isMarker(FsPath path) {
        return path.name().equals(MARKER);
    }

    @Override
    public Node makeDirectory(FsPath path, WriteOptions options) throws FsException {
        require("makeDirectory", path, options.attributes(), options.preconditions());
        return run("makeDirectory", path, () -> writing.makeDirectory(path, options.preconditions()));
    }

    /** {@code UNSUPPORTED}: the protocol knows files only. */
    @Override
    public Node link(FsPath path, String target, WriteOptions options) throws FsException {
        throw new FsException(Kind.UNSUPPORTED, "link", path);
    }

    /** Nothing can be changed; with nothing to change it is a look. */
    @Override
    public Node change(FsPath path, AttributeChange change, Preconditions preconditions) throws FsException {
        require("change", path, change, preconditions);
        return run("change", path, () -> {
            Node node = lookup.existing(path, "change");
            preconditions.check(node, "change", path);
            return node;
        });
    }

    @Override
    public Node copy(FsPath source, FsPath target, TransferOptions options) throws FsException {
        return transfer("copy", source, target, options);
    }

    /** A copy, and then the removal of the source: after a failure before that all of the source is there. */
    @Override
    public Node move(FsPath source, FsPath target, TransferOptions options) throws FsException {
        return transfer("move", source, target, options);
    }

    private Node transfer(String operation, FsPath source, FsPath target, TransferOptions options) throws FsException {
        require(operation, source, AttributeChange.NONE, options.preconditions());
        return run(operation, source, () -> {
            try {
                if (!transfers.tryAcquire(silence.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new FsException(Kind.BUSY, operation, source);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FsException(Kind.UNAVAILABLE, operation, source, e);
            }
            try {
                return Trees.transfer(this, source, this, target, options, operation.equals("move"));
            } finally {
                transfers.release();
            }
        });
    }

    @Override
    public void remove(FsPath path, Preconditions preconditions) throws FsException {
        require("remove", path, AttributeChange.NONE, preconditions);
        run("remove", path, () -> writing.remove(path, preconditions));
    }

    @Override
    public Space space() throws FsException {
        throw new FsException(Kind.UNSUPPORTED, "space", FsPath.ROOT);
    }

    private void require(String operation, FsPath path, AttributeChange change, Preconditions preconditions)
            throws FsException {
        change.require(capabilities, operation, path);
        if (preconditions.changeTimestamp() != null) {
            throw new FsException(Kind.UNSUPPORTED, operation, path);
        }
    }

    @Override
    public void close() throws FsException {
        closed = true;
        probes.shutdownNow();
        try {
            server.close();
        } catch (IOException e) {
            throw Failures.of(e, "close", FsPath.ROOT);
        }
    }
}
