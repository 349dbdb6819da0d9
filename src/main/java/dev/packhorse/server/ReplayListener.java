package dev.packhorse.server;

import dev.packhorse.front.replay.ReplayAnswer;
import dev.packhorse.front.replay.ReplayExport;
import dev.packhorse.front.replay.ReplayFront;
import dev.packhorse.fs.FsException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Collection;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The server of the emulated ReplayTV, on a port of its own: the protocol has no path prefix, and its requests are none that an HTTP
 * server takes.
 *
 * <p>Old boxes are few, and ask once a connection: each connection has a thread, of which there are as many as connections are
 * allowed. Bound by {@link #start}; {@link #stop} takes no new connection, lets the requests in flight end within
 * {@link ReplaySettings#stopTimeout}, then cuts.
 */
public final class ReplayListener {

    private static final Logger LOG = Logger.getLogger(ReplayListener.class);
    private static final int BACKLOG = 128;

    /** How long to wait when the system has no room for another connection. */
    private static final long PAUSE_MILLIS = 100;

    private static final long STEP_MILLIS = 20;

    private final ReplaySettings settings;
    private final ReplayFront front;
    private final Function<InetAddress, ? extends Collection<ReplayExport>> exports;
    private final HttpObserver observer;
    private final Limits limits;
    private final Semaphore free;
    private final Set<ReplayConnection> connections = ConcurrentHashMap.newKeySet();
    private final Queue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();
    private final AtomicLong requests = new AtomicLong();
    private volatile @Nullable Running running;

    /**
     * A listener that is not bound yet.
     *
     * @param exports what is exported at the moment to a client of such an address, asked at each request
     * @param limits what its clients may take; and no address more than half of the connections, if connections of an address are
     *     limited
     */
    public ReplayListener(
            ReplaySettings settings,
            ReplayFront front,
            Function<InetAddress, ? extends Collection<ReplayExport>> exports,
            HttpObserver observer,
            Limits limits) {
        this.settings = settings;
        this.front = front;
        this.exports = exports;
        this.observer = observer;
        this.limits = limits;
        this.free = new Semaphore(settings.maxConnections());
    }

    /** Number of open connections. */
    public int connections() {
        return connections.size();
    }

    /** The port that is bound; the configured one before that. */
    public int port() {
        Running bound = running;
        return bound == null ? settings.port() : bound.port;
    }

    /**
     * Binds the port.
     *
     * @throws IOException if somebody else has it, or the host is not known
     */
    public synchronized void start() throws IOException {
        if (running != null) {
            throw new IllegalStateException("started already");
        }
        running = new Running();
    }

    /** Ends what {@link #start} began, whatever is in flight, and waits for its threads. Does nothing if it was not started. */
    public synchronized void stop() {
        Running bound = running;
        running = null;
        if (bound != null) {
            bound.stop();
        }
    }

    HttpExchange exchange(ReplayRequest request, ClientAddress client) {
        return new HttpExchange(request, client, requests.incrementAndGet(), limits);
    }

    /**
     * Lets a request begin.
     *
     * @return 0, or the status that it is refused with
     */
    int begin(HttpExchange exchange) {
        Limits.Admission admission = Limits.patiently(
                () -> limits.begin(exchange.address(), exchange.request().hasBody()));
        if (admission instanceof Limits.Permit granted) {
            exchange.begun(granted);
            return 0;
        }
        Limits.Refusal refusal = (Limits.Refusal) admission;
        limits.note(refusal.limit(), exchange.address());
        return refusal.answer().status();
    }

    /** Asks the front. Never throws: what goes wrong is logged and becomes a 500 that says nothing. */
    ReplayAnswer handle(HttpExchange exchange) {
        try {
            return front.handle(exchange.request(), exports.apply(exchange.address()));
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "a request failed unexpectedly protocol=replay request=%d", exchange.number());
            return ReplayConnection.plain(500);
        }
    }

    /** Says why an answer broke, if that was not the client's doing. */
    void failed(HttpExchange exchange, IOException failure) {
        if (failure instanceof FsException e) {
            LOG.warnf(
                    "an answer broke and was cut protocol=replay kind=%s path=%s request=%d",
                    e.kind(), e.path(), exchange.number());
        } else {
            LOG.debugf(failure, "an answer did not leave in full protocol=replay request=%d", exchange.number());
        }
    }

    void concluded(
            HttpExchange exchange, ReplayAnswer.Account account, int status, long received, long sent, long nanos) {
        String export = account.export();
        if (account.operation() != null) {
            exchange.understood(account.operation(), account.path());
        }
        exchange.servedBy("replay", export == null ? "/" : export);
        observer.finished(exchange, status, received, sent, nanos);
    }

    /** An empty buffer of {@link ReplayOutput#CAPACITY}: direct memory is dear to get, so connections inherit it. */
    ByteBuffer buffer() {
        ByteBuffer kept = buffers.poll();
        return kept == null ? ByteBuffer.allocateDirect(ReplayOutput.CAPACITY) : kept.clear();
    }

    void release(ByteBuffer buffer) {
        buffers.add(buffer);
    }

    private static ThreadFactory threads(String name) {
        AtomicLong count = new AtomicLong();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** The socket and the threads between start and stop. */
    private final class Running {

        private final ServerSocketChannel server;
        private final int port;
        private final ExecutorService workers = Executors.newCachedThreadPool(threads("replay"));
        private final ScheduledExecutorService clock =
                Executors.newSingleThreadScheduledExecutor(threads("replay-clock"));
        private final Thread acceptor = threads("replay-accept").newThread(this::accept);
        private volatile boolean stopping;

        @SuppressWarnings("FutureReturnValueIgnored") // runs until the clock is shut down
        Running() throws IOException {
            InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
            if (address.isUnresolved()) {
                throw new UnknownHostException(settings.host());
            }
            server = ServerSocketChannel.open();
            try {
                server.bind(address, BACKLOG);
                port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            } catch (IOException | RuntimeException e) {
                server.close();
                throw e;
            }
            long step = Math.max(20, Math.min(1000, settings.writeTimeout().toMillis() / 4));
            clock.scheduleWithFixedDelay(this::tick, step, step, TimeUnit.MILLISECONDS);
            acceptor.start();
        }

        private void tick() {
            long now = System.nanoTime();
            connections.forEach(connection -> connection.tick(now));
        }

        private void accept() {
            try {
                while (!stopping) {
                    free.acquire();
                    if (!acceptOne()) {
                        free.release();
                        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Returns whether a connection has come, which is free for another when it ends. */
        private boolean acceptOne() {
            try {
                SocketChannel channel = server.accept();
                try {
                    InetAddress client = ((InetSocketAddress) channel.getRemoteAddress()).getAddress();
                    Limits.Permit permit = limits.connect(client, Math.max(1, settings.maxConnections() / 2));
                    if (permit == null) {
                        channel.close();
                        free.release();
                        return true;
                    }
                    take(channel, client, permit);
                    return true;
                } catch (IOException | RuntimeException | Error e) {
                    channel.close();
                    throw e;
                }
            } catch (IOException | RuntimeException | Error e) {
                if (!stopping) {
                    LOG.warnf(e, "could not take a connection protocol=replay");
                }
                return false;
            }
        }

        private void take(SocketChannel channel, InetAddress client, Limits.Permit permit) throws IOException {
            boolean taken = false;
            try {
                ReplayConnection connection =
                        new ReplayConnection(ReplayListener.this, settings, channel, ClientAddress.of(client), permit);
                workers.execute(() -> serve(connection, permit));
                taken = true;
            } finally {
                if (!taken) {
                    permit.close();
                }
            }
        }

        private void serve(ReplayConnection connection, Limits.Permit permit) {
            connections.add(connection);
            try {
                connection.run();
            } catch (RuntimeException | Error e) {
                LOG.errorf(e, "a connection failed unexpectedly protocol=replay");
            } finally {
                connections.remove(connection);
                permit.close();
                free.release();
            }
        }

        void stop() {
            stopping = true;
            acceptor.interrupt();
            closeServer();
            long deadline = System.nanoTime() + settings.stopTimeout().toNanos();
            try {
                acceptor.join();
                workers.shutdown();
                while (!workers.awaitTermination(STEP_MILLIS, TimeUnit.MILLISECONDS)
                        && System.nanoTime() - deadline < 0) {
                    connections.forEach(ReplayConnection::closeUnlessBusy);
                }
                if (!connections.isEmpty()) {
                    LOG.warnf(
                            "cutting connections that did not end in time protocol=replay connections=%d",
                            connections.size());
                }
                connections.forEach(ReplayConnection::cut);
                workers.shutdownNow();
                workers.awaitTermination(settings.stopTimeout().toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                connections.forEach(ReplayConnection::cut);
                workers.shutdownNow();
                Thread.currentThread().interrupt();
            } finally {
                clock.shutdownNow();
            }
        }

        private void closeServer() {
            try {
                server.close();
            } catch (IOException e) {
                LOG.warnf(e, "could not close the socket protocol=replay port=%d", port);
            }
        }
    }
}
