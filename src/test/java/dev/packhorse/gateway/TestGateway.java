package dev.packhorse.gateway;

import dev.packhorse.change.Outbox;
import dev.packhorse.fs.FaultyStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.identity.Caller;
import dev.packhorse.identity.LoginGuard;
import dev.packhorse.policy.overlay.OverlayTable;
import dev.packhorse.route.ChangesComponent;
import dev.packhorse.route.ExportComponent;
import dev.packhorse.route.Location;
import dev.packhorse.route.OpenHandsWebhookComponent;
import dev.packhorse.route.Options;
import dev.packhorse.route.RecordedExports;
import dev.packhorse.route.StoreComponent;
import dev.packhorse.route.StoreOpener;
import dev.packhorse.route.StoreRegistry;
import dev.packhorse.server.HttpExchange;
import dev.packhorse.server.HttpListener;
import dev.packhorse.server.HttpObserver;
import dev.packhorse.server.HttpSettings;
import dev.packhorse.server.Limits;
import dev.packhorse.server.RawClient;
import dev.packhorse.server.ReplaySettings;
import dev.packhorse.server.TrustedProxies;
import dev.packhorse.server.Workers;
import dev.packhorse.store.local.LocalStore;
import dev.packhorse.store.memory.MemoryStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.RequiredSearch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;

/**
 * The whole gateway without Quarkus, in a folder of its own: {@code /fs/files} is the folder {@code root} by the local store, mirrored
 * into by {@code /openhands-webhook/hooked}; {@code /fs/faulty} a memory store that breaks on demand, {@code /fs/broken} a route that fails with a {@link #SECRET}.
 */
public final class TestGateway implements AutoCloseable {

    /** What no client may ever see. */
    static final String SECRET = "jdbc:backend://10.1.2.3/secret?password=hush";

    /** One answer: every char of head and body is a byte. */
    public record Reply(int status, String head, String body) {

        public String header(String name) {
            return head.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    final Path root;
    final FaultyStore faulty = new FaultyStore(new MemoryStore(64 << 20));
    final HttpListener listener;
    final MeterRegistry meters = new SimpleMeterRegistry();
    private final StateDatabase database;
    private final OverlayTable overlay;
    private final Outbox outbox;
    private final RecordedExports recorded;
    private final Workers workers = Workers.start(64);
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final ReplayDevice device;
    private final Exports exports;
    private final Map<String, StoreOpener> openers = new HashMap<>();

    /** Variables of the environment, for buckets of S3 that are opened later. */
    final Map<String, String> environment = new HashMap<>();

    private final Map<String, Store> given = new ConcurrentHashMap<>();
    private final StoreRegistry stores;
    private volatile HttpObserver observer = (exchange, status, received, sent, nanos) -> {};
    private final List<String> heard = new CopyOnWriteArrayList<>();

    public TestGateway(Path folder) throws Exception {
        this(folder, HttpSettings.DEFAULT);
    }

    TestGateway(Path folder, HttpSettings settings) throws Exception {
        this(folder, settings, Callers.ANONYMOUS);
    }

    TestGateway(Path folder, HttpSettings settings, Callers callers) throws Exception {
        this(folder, settings, callers, AuditWiring.OFF);
    }

    TestGateway(Path folder, HttpSettings settings, Callers callers, AuditWiring audit) throws Exception {
        this(folder, settings, callers, audit, null, Limits.none());
    }

    /**
     * A gateway.
     *
     * @param audit who has opened it closes it
     * @param guard counts wrong credentials; {@code null} for one of its own
     * @param limits of what clients may take
     */
    TestGateway(
            Path folder,
            HttpSettings settings,
            Callers callers,
            AuditWiring audit,
            @Nullable LoginGuard guard,
            Limits limits)
            throws Exception {
        root = Files.createDirectories(folder.resolve("root"));
        database = StateDatabase.open(folder.resolve("state"));
        database.awaitReady();
        device = device(audit);
        exports = new Exports(
                Files.createDirectories(folder.resolve("spool")),
                workers,
                device,
                meters,
                callers,
                guard == null ? guard(database.source()) : guard,
                Exposure.LOOPBACK,
                audit);
        overlay = new OverlayTable(database.source(), InstantSource.system(), OverlayTable.DEFAULT_RETENTION, false);
        outbox = Outbox.open(database.source(), InstantSource.system(), false, Outbox.Options.DEFAULT);
        recorded = new RecordedExports(exports, outbox);
        openers.putAll(Stores.openers(folder, "test"));
        openers.put("s3", (location, options) -> new ObjectStores(folder, environment).s3(location, options));
        openers.put("faulty", (location, options) -> faulty);
        openers.put("given", (location, options) -> Objects.requireNonNull(given.get(location.substring(6))));
        openers.put("root", (location, options) -> LocalStore.open(root, LocalStore.Options.DEFAULT));
        stores = new StoreRegistry(openers, OpenHandsNames.of(Map.of()), new StorePolicies(overlay, null, meters));
        listener = new HttpListener(
                settings,
                workers,
                (exchange, status, received, sent, nanos) -> observer.finished(exchange, status, received, sent, nanos),
                limits,
                TrustedProxies.NONE);
        listener.refuseBy(exports::refused);
        context.setStreamCaching(false);
        context.getShutdownStrategy().setTimeout(5);
        context.addComponent("store", new StoreComponent(stores));
        context.addComponent("export", new ExportComponent(recorded));
        context.addComponent("changes", new ChangesComponent(recorded));
        OpenHandsWebhookComponent webhooks = new OpenHandsWebhookComponent(null);
        context.addComponent("openhands-webhook", webhooks);
        WebhookMetrics.addSent(meters, webhooks);
        context.getRegistry().bind("server", listener);
        context.start();
        listener.start();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("export:files").to("store:root:x");
                from("export:hooked?protocols=openhands-webhook").to("store:root:x");
                from("export:faulty").to("store:faulty:x");
                from("export:broken")
                        .process(exchange -> {
                            throw new IllegalStateException(SECRET);
                        })
                        .to("store:faulty:x");
                from("netty-http:http://packhorse:1/?matchOnUriPrefix=true&nettySharedHttpServer=#server")
                        .process(exchange -> exchange.getMessage()
                                .setBody(exports.handle(exchange.getIn().getBody(HttpExchange.class))));
            }
        });
    }

    /** Exports for whoever comes from this host. */
    static Exports exports(@Nullable Path spool) {
        return new Exports(
                spool,
                Runnable::run,
                device(),
                new SimpleMeterRegistry(),
                Callers.ANONYMOUS,
                guard(new JdbcDataSource()),
                Exposure.LOOPBACK,
                AuditWiring.OFF);
    }

    /** One that lets tests guess. */
    static LoginGuard guard(DataSource database) {
        return new LoginGuard(
                database,
                new LoginGuard.Limits(1_000_000, Duration.ofMinutes(1), 2_000_000, Duration.ofMinutes(1)),
                InstantSource.system());
    }

    /** A device on any port. */
    static ReplayDevice device() {
        return device(AuditWiring.OFF);
    }

    private static ReplayDevice device(AuditWiring audit) {
        ReplaySettings usual = ReplaySettings.DEFAULT;
        return new ReplayDevice(
                new ReplaySettings(
                        usual.host(),
                        0,
                        usual.maxHead(),
                        usual.maxConnections(),
                        usual.headTimeout(),
                        usual.bodyTimeout(),
                        usual.writeTimeout(),
                        Duration.ofSeconds(5)),
                "Test",
                null,
                (exchange, status, received, sent, nanos) -> {},
                Limits.none(),
                audit);
    }

    /** Where the device listens, which it does from its first export on. */
    public int devicePort() {
        return URI.create(Objects.requireNonNull(device.address(), "no export of the device"))
                .getPort();
    }

    /** As above, for routes that name the port before they have such an export: makes one that nobody here sees. */
    int bindDevice() throws Exception {
        export("unseen", Map.of("protocols", "replay", "access", "@192.0.2.0/24:r"), new MemoryStore(1));
        return devicePort();
    }

    /** Where HTTP is served. */
    public int port() {
        return listener.getPort();
    }

    /** Adds the route of an export. */
    public void serve(String export, String protocols, String location, Map<String, String> options) throws Exception {
        StringBuilder to = new StringBuilder("store:" + location);
        options.forEach((name, value) -> to.append(to.indexOf("?") < 0 ? '?' : '&')
                .append(name)
                .append("=RAW(")
                .append(value)
                .append(')'));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("export:" + export + "?protocols=RAW(" + protocols + ")").to(to.toString());
            }
        });
    }

    /** As above, with a store of the test's own, which the gateway closes. */
    public void serve(String export, String protocols, Store store, Map<String, String> options) throws Exception {
        given.put(export, store);
        serve(export, protocols, "given:" + export, options);
    }

    /** Adds an export of a store of the test's own, which the gateway closes. */
    void export(String export, Map<String, String> options, Store store) throws Exception {
        given.put(export, store);
        StringBuilder from = new StringBuilder("export:" + export);
        options.forEach((name, value) -> from.append(from.indexOf("?") < 0 ? '?' : '&')
                .append(name)
                .append("=RAW(")
                .append(value)
                .append(')'));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from(from.toString()).to("store:given:" + export);
            }
        });
    }

    /** Adds an export for anyone whose route hears who asks. */
    void serveCallers(String export) throws Exception {
        given.put(export, new MemoryStore(1 << 20));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("export:" + export + "?access=anyone:r")
                        .process(exchange -> heard.add(exchange.getIn().getHeader("PackhorseCaller", String.class)))
                        .to("store:given:" + export);
            }
        });
    }

    /** Adds routes of a test's own. */
    void add(RouteBuilder routes) throws Exception {
        context.addRoutes(routes);
    }

    /** Takes a route away. */
    void remove(String route) throws Exception {
        context.getRouteController().stopRoute(route);
        context.removeRoute(route);
    }

    /** Tells somebody of each HTTP request from now on. */
    void observe(HttpObserver told) {
        observer = told;
    }

    /** Who asked that route. */
    List<String> heard() {
        return heard;
    }

    /** Opens a store as routes do, without policies; the caller closes it. */
    public Store open(String location, Map<String, String> options) throws FsException {
        return Objects.requireNonNull(openers.get(Location.scheme(location)))
                .open(location, new Options(new HashMap<>(options)));
    }

    /** The store that a route has opened at a location, with its policies. */
    public Store routed(String location) throws FsException {
        return stores.open(location, new Options(new HashMap<>()));
    }

    /** The defaults with timeouts that a test can wait for. */
    static HttpSettings impatient(Duration head, Duration body) {
        HttpSettings usual = HttpSettings.DEFAULT;
        return new HttpSettings(
                usual.host(),
                usual.port(),
                usual.maxLine(),
                usual.maxHead(),
                usual.maxBody(),
                usual.maxConnections(),
                usual.idleTimeout(),
                head,
                body,
                Duration.ofSeconds(5));
    }

    /** Loads a file of routes, in which placeholders stand for these values. */
    void load(Path routes, Map<String, String> values) throws StartException {
        Properties properties = new Properties();
        properties.putAll(values);
        // A gateway of another test, run by Quarkus in this process, has its own as system properties.
        ((PropertiesComponent) context.getPropertiesComponent())
                .setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_NEVER);
        context.getPropertiesComponent().setOverrideProperties(properties);
        Map<String, Path> files = RouteFiles.load(context, routes.toString(), exports);
        recorded.requireAll();
        StoreProbe.check(stores.all(), exports.all(), files, workers);
    }

    /** What the fronts of an export ask. */
    Store store(String export) throws FsException {
        Exports.Mount mount = Objects.requireNonNull(exports.find(FsPath.parse("/fs" + export)));
        return mount.policies().view(HttpFronts.HTTPFS, Caller.anonymous(InetAddress.getLoopbackAddress()));
    }

    /** Waits until all that webhooks told an export of is done with, and counts the changes that its store would not have. */
    public long refusedOfWebhooks(String export) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .until(() -> webhooks("backlog", export).gauge().value() == 0);
        return (long) webhooks("failed", export).functionCounter().count();
    }

    private RequiredSearch webhooks(String meter, String export) {
        return meters.get("packhorse.webhook." + meter).tag("export", "/" + export);
    }

    /** Changes that wait for routes. */
    long waiting() {
        return outbox.backlog();
    }

    /** The defaults on a port. */
    static HttpSettings on(int port) {
        HttpSettings usual = HttpSettings.DEFAULT;
        return new HttpSettings(
                usual.host(),
                port,
                usual.maxLine(),
                usual.maxHead(),
                usual.maxBody(),
                usual.maxConnections(),
                usual.idleTimeout(),
                usual.headTimeout(),
                usual.bodyTimeout(),
                Duration.ofSeconds(5));
    }

    RawClient connect() throws IOException {
        return new RawClient(listener.getPort());
    }

    /** One request on a connection of its own; each char of target, headers and body is a byte. */
    public Reply send(String method, String target, String body, String... headers) throws IOException {
        StringBuilder request = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: h\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        if (!body.isEmpty() || method.equals("PUT")) {
            request.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        return exchange(request + "Connection: close\r\n\r\n" + body);
    }

    /** Sends text and takes what comes until the server closes. */
    Reply exchange(String request) throws IOException {
        try (RawClient client = connect()) {
            return reply(client.send(request).readAll());
        }
    }

    static Reply reply(String answer) throws IOException {
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0 || !answer.startsWith("HTTP/1.1 ")) {
            throw new IOException("no answer: " + answer);
        }
        return new Reply(
                Integer.parseInt(answer.substring(9, 12)), answer.substring(0, end), answer.substring(end + 4));
    }

    /** UTF-8 text as it goes over the wire. */
    static String wire(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws FsException {
        listener.stop();
        device.stop();
        context.stop();
        workers.close();
        stores.closeAll();
        outbox.close();
        overlay.close();
        database.close();
    }
}
