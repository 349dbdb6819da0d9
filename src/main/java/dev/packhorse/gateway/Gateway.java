package dev.packhorse.gateway;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.route.ExportComponent;
import dev.packhorse.route.StoreComponent;
import dev.packhorse.route.StoreRegistry;
import dev.packhorse.server.HttpExchange;
import dev.packhorse.server.HttpListener;
import dev.packhorse.server.HttpObserver;
import dev.packhorse.server.HttpSettings;
import dev.packhorse.server.Workers;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.spi.CamelContextCustomizer;
import org.jspecify.annotations.Nullable;

/** What lives as long as the process: workers, listener, stores, exports. Hands Camel the components that need them. */
@ApplicationScoped
class Gateway implements CamelContextCustomizer, HttpObserver {

    /** After all routes of the operator, whose order Camel counts from 1000. */
    private static final int LAST = Integer.MAX_VALUE;

    private final Workers workers;
    private final HttpListener listener;
    private final Exports exports = new Exports();
    private final StoreRegistry stores;
    private final HttpMetrics metrics;
    private final @Nullable AccessLog accessLog;

    @Inject
    Gateway(PackhorseConfig config, Stores openers, MeterRegistry registry) throws IOException {
        PackhorseConfig.Http http = config.http();
        workers = Workers.start(http.threads());
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
                this);
        stores = new StoreRegistry(openers.openers(), openers::withPolicies);
        metrics = new HttpMetrics(registry);
        accessLog = AccessLog.open(config.accessLog());
        Gauge.builder("packhorse.connections", listener, HttpListener::connections)
                .description("Open HTTP connections")
                .register(registry);
    }

    @Override
    public void configure(CamelContext context) {
        context.addComponent("store", new StoreComponent(stores));
        context.addComponent("export", new ExportComponent(exports));
        context.getRegistry().bind("packhorseHttp", listener);
        listener.start();
        try {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("netty-http:http://packhorse:1/?matchOnUriPrefix=true&nettySharedHttpServer=#packhorseHttp")
                            .routeId("packhorse-http")
                            .startupOrder(LAST)
                            .process(exchange -> exchange.getMessage()
                                    .setBody(exports.handle(exchange.getIn().getBody(HttpExchange.class))));
                }
            });
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP route cannot be added", e);
        }
    }

    @Override
    public void finished(HttpExchange exchange, int status, long received, long sent, long nanos) {
        String protocol = exchange.protocol();
        String export = exchange.export();
        metrics.add(
                protocol == null ? "none" : protocol,
                export == null ? "none" : export,
                exchange.request().method(),
                status,
                received,
                sent,
                nanos);
        if (accessLog != null) {
            accessLog.add(exchange, status, received, sent, nanos);
        }
    }

    /** Where the HTTP listener is. */
    String address(String host) {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + listener.getPort();
    }

    List<FsPath> exports() {
        return exports.paths();
    }

    List<StoreRegistry.Opened> stores() {
        return stores.all();
    }

    /** Lets requests in flight end before Camel stops its routes. */
    void stop(@Observes @Priority(1) ShutdownEvent event) throws IOException {
        listener.stop();
        workers.close();
        try {
            stores.closeAll();
        } catch (FsException e) {
            throw new IOException("a store could not be closed", e);
        } finally {
            if (accessLog != null) {
                accessLog.close();
            }
        }
    }
}
