package dev.packhorse.route;

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
    }
}
