package dev.packhorse.store.jsonfs;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.ReadOnlyStore;
import dev.packhorse.fs.Trees;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/** What a server shows by progrium's httpfs, for reading. See the package for what the protocol leaves open. */
public final class JsonfsStore extends ReadOnlyStore {

    /** "httpfs caches HEAD requests for 1 second regardless of cache headers" (PROTOCOL.md, Methods). */
    static final Duration HEAD_TTL = Duration.ofSeconds(1);

    private static final Logger LOG = Logger.getLogger(JsonfsStore.class);

    /** {@code Last-Modified} counts seconds. */
    private static final Duration PRECISION = Duration.ofSeconds(1);

    private final Capabilities capabilities;
    private final Server server;
    private final Entries entries;
    private final Lookup lookup;
    private final Reading reading;
    private final ExecutorService probes;
    private volatile boolean closed;

    /** With a memory and clocks of a test. */
    JsonfsStore(URI base, JsonfsOptions options, Duration headTtl, LongSupplier nanos, InstantSource clock) {
        this.capabilities = new Capabilities(Set.of(), PRECISION, headTtl);
        this.server = new Server(base, options);
        this.probes = Executors.newFixedThreadPool(Math.min(8, options.web().connections()), task -> {
            Thread thread = new Thread(task, "packhorse-jsonfs-head");
            thread.setDaemon(true);
            return thread;
        });
        Known known = new Known(headTtl, nanos, clock);
        this.entries = new Entries(server, known, probes);
        this.lookup = new Lookup(entries, known);
        this.reading = new Reading(server, lookup, entries, known, options);
        if (!options.web().verifyTls()) {
            LOG.warnf("Certificates are not checked: host=%s", base.getHost());
        }
    }

    /**
     * Asks for the root.
     *
     * @param base {@code http(s)://host:port/base}
     * @throws FsException {@code NOT_FOUND} if nothing is there, {@code IO} if it is no directory of httpfs or refused,
     *     {@code UNAVAILABLE} or {@code TIMEOUT} if the server cannot be reached
     * @throws IllegalArgumentException if the base is no place on a web server, or names a user
     */
    public static JsonfsStore open(URI base, JsonfsOptions options) throws FsException {
        JsonfsStore store = lazily(base, options);
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
    public static JsonfsStore lazily(URI base, JsonfsOptions options) {
        return new JsonfsStore(base, options, HEAD_TTL, System::nanoTime, InstantSource.system());
    }

    /** One operation. */
    private interface Action<T> {
        T run() throws IOException;
    }

    private <T> T run(String operation, FsPath path, Action<T> action) throws FsException {
        if (closed) {
            throw new FsException(Kind.UNAVAILABLE, operation, path);
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
        return run("stat", path, () -> lookup.existing(path, "stat").node());
    }

    @Override
    public Listing list(FsPath directory) throws FsException {
        return run("list", directory, () -> {
            Lookup.Place place = lookup.existing(directory, "list");
            if (!place.node().isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "list", directory);
            }
            return entries.children(directory, place.wire(), "list").sort();
        });
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
    public void close() throws FsException {
        closed = true;
        for (Runnable waiting : probes.shutdownNow()) {
            if (waiting instanceof Future<?> probe) {
                // Or who waits for it would wait for ever.
                probe.cancel(false);
            }
        }
        try {
            server.close();
        } catch (IOException e) {
            throw Failures.of(e, "close", FsPath.ROOT);
        }
    }
}
