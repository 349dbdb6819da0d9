package dev.packhorse.gateway;

import dev.packhorse.change.Outbox;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.SpoolSpace;
import dev.packhorse.policy.overlay.OverlayTable;
import dev.packhorse.route.ChangesComponent;
import dev.packhorse.route.ExportComponent;
import dev.packhorse.route.OpenHandsWebhookComponent;
import dev.packhorse.route.RecordedExports;
import dev.packhorse.route.StoreComponent;
import dev.packhorse.route.StoreRegistry;
import dev.packhorse.server.HttpExchange;
import dev.packhorse.server.HttpListener;
import dev.packhorse.server.HttpObserver;
import dev.packhorse.server.HttpSettings;
import dev.packhorse.server.Limits;
import dev.packhorse.server.ReplaySettings;
import dev.packhorse.server.Workers;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What lives as long as the process: workers, listener, stores, exports. Hands Camel the components that need them, and is told
 * of each request.
 */
@ApplicationScoped
class Gateway implements HttpObserver {

    private final CamelContext context;
    private final PackhorseConfig config;
    private final Workers workers;
    private final Limits limits;
    private final HttpListener listener;
    private final ReplayDevice device;
    private final ProcessName name;
    private final Exports exports;
    private final StateDatabase database;
    private final IdentityWiring identity;
    private final OverlayTable overlay;
    private final @Nullable PeerChannel peers;
    private final StoreRegistry stores;
    private final HttpMetrics metrics;
    private final @Nullable AccessLog accessLog;
    private final AuditWiring audit;
    private final MeterRegistry registry;
    private @Nullable Outbox outbox;
    private @Nullable RecordedExports recorded;

    @Inject
    Gateway(CamelContext context, PackhorseConfig config, MeterRegistry registry) throws IOException, StartException {
        this.context = context;
        this.config = config;
        this.registry = registry;
        audit = AuditWiring.of(config.audit(), registry);
        PackhorseConfig.Http http = config.http();
        workers = Workers.start(http.threads());
        limits = new Limits(ConfiguredLimits.settings(config.limits()));
        ConfiguredLimits.register(limits, registry);
        listener = new HttpListener(
                new HttpSettings(
                        http.host(),
                        http.port(),
                        http.maxLine(),
                        http.maxHead(),
                        http.maxBody(),
                        http.maxConnections(),
                        http.idleTimeout(),
                        http.headTimeout(),
                        http.bodyTimeout(),
                        http.stopTimeout()),
                workers,
                this,
                limits,
                ConfiguredLimits.proxies(http));
        Path data = Path.of(config.data());
        Path spool = Files.createDirectories(data.resolve("spool"));
        SpoolSpace.SHARED.limit(ConfiguredLimits.spool(config.limits(), spool));
        name = ProcessName.of(data);
        PackhorseConfig.Replay replay = config.replay();
        ReplaySettings usual = ReplaySettings.DEFAULT;
        device = new ReplayDevice(
                new ReplaySettings(
                        replay.host(),
                        replay.port(),
                        usual.maxHead(),
                        replay.maxConnections(),
                        http.headTimeout(),
                        http.bodyTimeout(),
                        usual.writeTimeout(),
                        http.stopTimeout()),
                replay.name(),
                replay.announce().orElse(null),
                this,
                limits,
                audit);
        database = StateDatabase.open(data, config.database());
        identity = IdentityWiring.of(config, database.source(), InstantSource.system());
        exports = new Exports(
                spool, workers, device, registry, identity.callers(), identity.guard(), Exposure.of(config), audit);
        listener.refuseBy(exports::refused);
        overlay = new OverlayTable(
                database.source(), InstantSource.system(), config.changeTimestampRetention(), database.isShared());
        peers = database.isShared() ? new PeerChannel(database.source(), overlay::lookAgain, overlay::lookAgain) : null;
        if (peers != null) {
            overlay.announceTo(peers::appeared);
        }
        stores = new StoreRegistry(
                Stores.openers(spool, name.toString()),
                OpenHandsNames.of(System.getenv()),
                new StorePolicies(overlay, peers, registry));
        metrics = new HttpMetrics(registry);
        accessLog = AccessLog.open(config.accessLog());
        FunctionCounter.builder("packhorse.unlistable.names", device, ReplayDevice::leftOut)
                .description("Entries left out of listings because no client could name them")
                .tag("store", "replay device")
                .register(registry);
        Gauge.builder("packhorse.connections", listener, HttpListener::connections)
                .description("Open HTTP connections")
                .register(registry);
    }

    /**
     * Loads the routes, then listens.
     *
     * @throws StartException with one line that says what the operator has to mend
     */
    void start() throws StartException {
        audit.check();
        identity.load();
        context.setStreamCaching(false);
        context.setSourceLocationEnabled(true);
        context.addComponent("store", new StoreComponent(stores));
        context.start();
        database.awaitReady();
        recordChanges();
        if (peers != null) {
            peers.start();
        }
        load(config.routes());
        Https.secure(listener, config, registry);
        listener.start();
        context.getRegistry().bind("packhorseHttp", listener);
        try {
            context.addRoutes(httpRoute());
        } catch (Exception e) {
            throw new StartException(RouteFiles.reason(e), e);
        }
    }

    /** What changes exports is recorded for the routes that begin with {@code changes:}. */
    private void recordChanges() throws StartException {
        PackhorseConfig.Changes kept = config.changes();
        try {
            Outbox opened = Outbox.open(
                    database.source(),
                    InstantSource.system(),
                    database.isShared(),
                    new Outbox.Options(kept.retention(), kept.backlog(), kept.whenFull(), kept.lease()));
            outbox = opened;
            RecordedExports exported = new RecordedExports(exports, opened);
            recorded = exported;
            context.addComponent("export", new ExportComponent(exported));
            context.addComponent("changes", new ChangesComponent(exported));
            OpenHandsWebhookComponent webhooks = new OpenHandsWebhookComponent(System.getenv("SESSION_API_KEY"));
            context.addComponent("openhands-webhook", webhooks);
            WebhookMetrics.addSent(registry, webhooks);
            Gauge.builder("packhorse.changes.waiting", opened, Outbox::backlog)
                    .description("Changes that wait for a route from changes:")
                    .register(registry);
            FunctionCounter.builder("packhorse.changes.dropped", opened, Outbox::dropped)
                    .description("Changes that were given up because too many waited, or for too long")
                    .register(registry);
        } catch (FsException | IllegalArgumentException e) {
            throw new StartException("the changes of exports cannot be recorded: " + e.getMessage(), e);
        }
    }

    /** The address here only names the consumer: the listener knows where it listens. */
    private RouteBuilder httpRoute() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("netty-http:http://packhorse:1/?matchOnUriPrefix=true&nettySharedHttpServer=#packhorseHttp")
                        .routeId("packhorse-http")
                        .errorHandler(noErrorHandler())
                        .process(exchange -> exchange.getMessage()
                                .setBody(exports.handle(exchange.getIn().getBody(HttpExchange.class))));
            }
        };
    }

    @Override
    public void finished(HttpExchange exchange, int status, long received, long sent, long nanos) {
        metrics.add(exchange, status, received, sent, nanos);
        if (accessLog != null) {
            accessLog.add(exchange, status, received, sent, nanos);
        }
    }

    /** Where the HTTP listener is: without TLS, or under it where it is nowhere else. */
    String address() {
        String secure = secureAddress();
        return config.http().port() < 0 && secure != null
                ? secure
                : Https.url("http", config.http().host(), listener.getPort());
    }

    /** Where the HTTP listener is under TLS; {@code null} if it is not. */
    @Nullable
    String secureAddress() {
        return listener.securePort() == 0
                ? null
                : Https.url("https", config.https().host().orElse(config.http().host()), listener.securePort());
    }

    /**
     * Loads and starts routes, as {@link RouteFiles#load}, and looks at their stores. One that cannot be reached now may be
     * there later: the others do not wait for it.
     */
    void load(String patterns) throws StartException {
        Set<StoreRegistry.Opened> before = Set.copyOf(stores.all());
        Map<String, Path> files = RouteFiles.load(context, patterns, exports);
        if (recorded != null) {
            try {
                recorded.requireAll();
            } catch (IllegalArgumentException e) {
                throw new StartException(String.valueOf(e.getMessage()), e);
            }
        }
        List<StoreRegistry.Opened> added =
                stores.all().stream().filter(each -> !before.contains(each)).toList();
        StoreProbe.check(added, exports.all(), files, workers);
    }

    /** The stores that do not answer within some time, and why. */
    Map<StoreRegistry.Opened, FsException> unreachable(Duration patience) {
        return StoreProbe.failures(stores.all(), workers, patience);
    }

    /** Where the emulated ReplayTV listens; {@code null} if there is none. */
    @Nullable
    String deviceAddress() {
        return device.address();
    }

    /** Paths that can be asked for. */
    List<String> examples() {
        return exports.examples();
    }

    /** Whether the audit log is behind, as {@link AuditWiring#state}. */
    String auditState() {
        return audit.state();
    }

    List<StoreRegistry.Opened> stores() {
        return stores.all();
    }

    /** Lets requests in flight end before Camel stops its routes. */
    void stop(@Observes @Priority(1) ShutdownEvent event) throws IOException {
        try {
            listener.stop();
            device.stop();
            context.stop();
            workers.close();
        } finally {
            try {
                stores.closeAll();
            } finally {
                identity.close();
                if (outbox != null) {
                    outbox.close();
                }
                overlay.close();
                if (peers != null) {
                    peers.close();
                }
                database.close();
                name.close();
                if (accessLog != null) {
                    accessLog.close();
                }
                audit.close();
            }
        }
    }
}
