package dev.packhorse.server;

import dev.packhorse.front.http.HttpResponse;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.component.netty.NettyServerBootstrapFactory;
import org.apache.camel.component.netty.http.HttpServerBootstrapFactory;
import org.apache.camel.component.netty.http.HttpServerConsumerChannelFactory;
import org.apache.camel.component.netty.http.NettyHttpConsumer;
import org.apache.camel.component.netty.http.NettySharedHttpServer;
import org.apache.camel.component.netty.http.NettySharedHttpServerBootstrapConfiguration;
import org.apache.camel.support.service.ServiceSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server that Camel's {@code netty-http} consumer listens through, with a pipeline of our own.
 *
 * <p>Camel sees one consumer, at the root; which export a request is for is the business of the route behind it. The body
 * of the message is an {@link HttpExchange}, the result an {@link HttpResponse}. Bound by {@link #start}; {@link #stop}
 * takes no new connection, lets the requests in flight end within {@link HttpSettings#stopTimeout}, then cuts.
 */
public final class HttpListener extends ServiceSupport implements NettySharedHttpServer {

    private static final Logger LOG = Logger.getLogger(HttpListener.class);

    private final HttpSettings settings;
    private final Workers workers;
    private final HttpObserver observer;
    private final Limits limits;
    private final TrustedProxies proxies;
    private final ConsumerGate gate = new ConsumerGate();
    private final AtomicLong requests = new AtomicLong();
    private final LongAdder concluded = new LongAdder();
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();

    private Refusals refusals = Refusals.USUAL;
    private @Nullable Tls tls;
    private @Nullable Bootstrap bootstrap;
    private volatile boolean draining;

    /** A listener for clients that come themselves, and may take what they can. */
    public HttpListener(HttpSettings settings, Workers workers, HttpObserver observer) {
        this(settings, workers, observer, Limits.none(), TrustedProxies.NONE);
    }

    public HttpListener(
            HttpSettings settings, Workers workers, HttpObserver observer, Limits limits, TrustedProxies proxies) {
        this.settings = settings;
        this.workers = workers;
        this.observer = observer;
        this.limits = limits;
        this.proxies = proxies;
    }

    /**
     * Listens under TLS, too. Called before {@link #start}.
     *
     * @throws IOException if the certificate, the key or what clients are trusted by cannot be used, with one line that names the file
     */
    public void secure(TlsSettings settings) throws IOException {
        tls = Tls.open(settings);
    }

    /** Has answers that no front has made put into what clients understand. Called before {@link #start}. */
    public void refuseBy(Refusals answers) {
        refusals = answers;
    }

    /** The port that is bound for TLS; the configured one before that; 0 if there is none. */
    public int securePort() {
        Tls secured = tls;
        Bootstrap bound = bootstrap;
        return secured == null ? 0 : bound == null ? secured.settings().port() : bound.boundSecurePort();
    }

    /** When the certificate that is shown under TLS ends; {@code null} if there is none. */
    public @Nullable Instant certificateExpiry() {
        Tls secured = tls;
        return secured == null ? null : secured.expiry();
    }

    /** The port to which requests without TLS are sent; 0 if they are served. */
    int redirectPort() {
        Tls secured = tls;
        if (secured == null || !secured.settings().redirects()) {
            return 0;
        }
        int known = secured.settings().publicPort();
        return known == 0 ? securePort() : known;
    }

    /** Number of open connections. */
    public int connections() {
        return connections.size();
    }

    /** The port that is bound; the configured one before that. */
    @Override
    public int getPort() {
        Bootstrap bound = bootstrap;
        return bound == null ? settings.port() : bound.boundPort();
    }

    HttpSettings settings() {
        return settings;
    }

    Workers workers() {
        return workers;
    }

    Refusals refusals() {
        return refusals;
    }

    Limits limits() {
        return limits;
    }

    TrustedProxies proxies() {
        return proxies;
    }

    /** Tells the observer about a request that is over. */
    void concluded(HttpExchange exchange, int status, long received, long sent, long nanos) {
        try {
            observer.finished(exchange, status, received, sent, nanos);
        } finally {
            concluded.increment();
        }
    }

    /** Notes that a request is over which was refused before anybody looked at it: limits count it, and no log. */
    void refused() {
        concluded.increment();
    }

    boolean isDraining() {
        return draining;
    }

    long nextRequestNumber() {
        return requests.incrementAndGet();
    }

    /** Notes a new connection; false if it is one too many. */
    boolean opened(HttpConnection connection) {
        connections.add(connection);
        return !draining && connections.size() <= settings.maxConnections();
    }

    void closed(HttpConnection connection) {
        connections.remove(connection);
    }

    /** Runs the HTTP route. Never throws: what goes wrong is logged and becomes a 500 that says nothing. */
    HttpResponse handle(HttpExchange request) {
        NettyHttpConsumer consumer = gate.consumer;
        if (consumer == null || consumer.isSuspended()) {
            return refusals.answer(request.request(), HttpResponse.text(503, "Service Unavailable"));
        }
        Exchange exchange = consumer.createExchange(true);
        try {
            exchange.getIn().setBody(request);
            consumer.getProcessor().process(exchange);
            Exception failure = exchange.getException();
            if (failure != null) {
                throw failure;
            }
            return (HttpResponse) exchange.getMessage().getBody();
        } catch (Exception | Error e) {
            LOG.errorf(e, "a request failed unexpectedly request=%d", request.number());
            return refusals.answer(request.request(), HttpResponse.text(500, "Internal Server Error"));
        } finally {
            consumer.releaseExchange(exchange, true);
        }
    }

    /** Prepares the socket; it is bound when Camel starts the consumer, so that nobody connects before the routes are up. */
    @Override
    protected void doStart() {
        bootstrap = new Bootstrap();
    }

    /** A few looks within the shortest of the timeouts, at most one a second. */
    private long clockStepMillis() {
        long shortest = Math.min(
                settings.idleTimeout().toMillis(),
                Math.min(
                        settings.headTimeout().toMillis(),
                        settings.bodyTimeout().toMillis()));
        return Math.max(20, Math.min(1000, shortest / 4));
    }

    private static ThreadFactory threads(String name) {
        AtomicLong count = new AtomicLong();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    protected void doStop() throws Exception {
        Bootstrap bound = bootstrap;
        if (bound == null) {
            return;
        }
        draining = true;
        bound.stopAccepting();
        connections.forEach(HttpConnection::stop);
        long deadline = System.nanoTime() + settings.stopTimeout().toNanos();
        while (isBusy() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        if (!connections.isEmpty()) {
            LOG.warnf("cutting connections that did not end in time connections=%d", connections.size());
        }
        bound.shutDown();
        bootstrap = null;
        Tls secured = tls;
        if (secured != null) {
            secured.close();
        }
    }

    private boolean isBusy() {
        return !connections.isEmpty() || concluded.sum() < requests.get();
    }

    @Override
    public void setNettyServerBootstrapConfiguration(NettySharedHttpServerBootstrapConfiguration configuration) {
        throw new UnsupportedOperationException("configured by HttpSettings");
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        // The server is not part of a Camel context; it outlives the routes that use it.
    }

    @Override
    public void setStartServer(boolean startServer) {
        throw new UnsupportedOperationException("started by its owner");
    }

    @Override
    public void setThreadNamePattern(String pattern) {
        throw new UnsupportedOperationException("named by its owner");
    }

    @Override
    public HttpServerConsumerChannelFactory getConsumerChannelFactory() {
        return gate;
    }

    @Override
    public NettyServerBootstrapFactory getServerBootstrapFactory() {
        Bootstrap bound = bootstrap;
        if (bound == null) {
            throw new IllegalStateException("the HTTP listener is not started");
        }
        return bound;
    }

    @Override
    public int getConsumersSize() {
        return gate.consumers();
    }

    /** Where Camel's consumer registers. */
    private static final class ConsumerGate implements HttpServerConsumerChannelFactory {

        private volatile @Nullable NettyHttpConsumer consumer;

        @Override
        public void init(int port) {}

        @Override
        public void addConsumer(NettyHttpConsumer added) {
            consumer = added;
        }

        @Override
        public void removeConsumer(NettyHttpConsumer removed) {
            if (consumer == removed) {
                consumer = null;
            }
        }

        @Override
        public int consumers() {
            return consumer == null ? 0 : 1;
        }

        @Override
        public int getPort() {
            return 0;
        }

        @Override
        public ChannelHandler getChannelHandler() {
            throw new UnsupportedOperationException("the pipeline is the listener's own");
        }
    }

    /** Camel's bootstrap, with channels of our own; it stays up when its consumer goes. */
    private final class Bootstrap extends HttpServerBootstrapFactory {

        private final ScheduledExecutorService clock =
                Executors.newSingleThreadScheduledExecutor(threads("http-clock"));
        private final EventLoopGroup acceptor = new NioEventLoopGroup(1, threads("http-accept"));
        private final EventLoopGroup loops =
                new NioEventLoopGroup(Math.max(2, Runtime.getRuntime().availableProcessors()), threads("http"));
        private volatile @Nullable Channel server;
        private volatile @Nullable Channel secureServer;

        Bootstrap() {
            super(gate, false);
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // runs until the clock is shut down
        protected void doStart() throws Exception {
            if (settings.port() >= 0) {
                server = bind(settings.host(), settings.port(), null);
            }
            Tls secured = tls;
            if (secured != null) {
                secureServer =
                        bind(secured.settings().host(), secured.settings().port(), secured);
                long pause = secured.settings().lookEvery().toMillis();
                clock.scheduleWithFixedDelay(() -> workers.execute(secured::look), pause, pause, TimeUnit.MILLISECONDS);
            }
            long step = clockStepMillis();
            clock.scheduleWithFixedDelay(
                    () -> connections.forEach(HttpConnection::tick), step, step, TimeUnit.MILLISECONDS);
        }

        private Channel bind(String host, int port, @Nullable Tls secured) throws IOException {
            try {
                return new ServerBootstrap()
                        .group(acceptor, loops)
                        .channelFactory(ListeningChannel::new)
                        .option(ChannelOption.SO_BACKLOG, 1024)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .childOption(
                                ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(64 << 10, 256 << 10))
                        .childHandler(new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                TlsSession session = secured == null ? null : secured.begin(channel, settings);
                                StrictRequestDecoder decoder =
                                        new StrictRequestDecoder(settings.maxLine(), settings.maxHead());
                                channel.pipeline()
                                        .addLast(decoder, new HttpConnection(HttpListener.this, decoder, session));
                            }
                        })
                        .bind(host, port)
                        .sync()
                        .channel();
            } catch (Exception e) {
                throw new IOException("cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
            }
        }

        int boundPort() {
            return port(server, settings.port());
        }

        int boundSecurePort() {
            Tls secured = tls;
            return secured == null ? 0 : port(secureServer, secured.settings().port());
        }

        private static int port(@Nullable Channel bound, int configured) {
            return bound != null && bound.localAddress() instanceof InetSocketAddress address
                    ? address.getPort()
                    : configured;
        }

        void stopAccepting() {
            for (Channel bound : new Channel[] {server, secureServer}) {
                if (bound != null) {
                    bound.close().awaitUninterruptibly();
                }
            }
        }

        void shutDown() {
            clock.shutdownNow();
            connections.forEach(HttpConnection::abort);
            for (EventLoopGroup group : List.of(acceptor, loops)) {
                group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
            }
        }

        /** Called by each consumer that leaves; when the server ends is decided by {@link HttpListener#stop}. */
        @Override
        public void stop() {}
    }
}
