package dev.packhorse.route;

<<<<<<< HEAD
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A route is a store. */
class RouteStoreContractTest extends StoreContract {

    private @Nullable TestRoutes routes;

    @Override
    protected Store create() throws Exception {
        TestRoutes started = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - loadBalance:
                            failoverLoadBalancer: {}
                            steps:
                              - to: store:memory:a
                              - to: store:memory:b
                """);
        routes = started;
        return started.export("/x");
    }

    @AfterEach
    void stopRoutes() throws FsException {
        TestRoutes started = routes;
        if (started != null) {
            started.close();
        }
=======
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.StoreContract;
import dev.packhorse.store.memory.MemoryStore;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;

/** A route with one store is that store. */
class RouteStoreContractTest extends StoreContract {

    @Override
    protected Store create() throws Exception {
        StoreRegistry registry = new StoreRegistry(
                Map.of("memory", (location, options) -> new MemoryStore(4 << 20)), (store, location) -> store);
        AtomicReference<@Nullable Export> export = new AtomicReference<>();
        DefaultCamelContext context = new DefaultCamelContext();
        context.setStreamCaching(false);
        context.getShutdownStrategy().setTimeout(5);
        context.addComponent("store", new StoreComponent(registry));
        context.addComponent("export", new ExportComponent(new ExportListener() {
            @Override
            public void added(Export added) {
                export.set(added);
            }

            @Override
            public void removed(Export removed) {
                export.set(null);
            }
        }));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("export:files").to("store:memory:files");
            }
        });
        context.start();
        return new ForwardingStore(Objects.requireNonNull(export.get()).stores().apply("httpfs")) {
            @Override
            public void close() throws FsException {
                context.stop();
                registry.closeAll();
            }
        };
>>>>>>> bad
    }
}
