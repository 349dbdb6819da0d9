package dev.packhorse.route;

import dev.packhorse.front.httpfs.GoldenSessions;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;

class RouteGoldenTest extends GoldenSessions {

    @Override
    protected Store create() throws Exception {
        TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - to: store:memory:a
                """);
        return new ForwardingStore(routes.export("/x")) {
            @Override
            public void close() throws FsException {
                try (routes) {
                    super.close();
                }
            }
        };
    }
}
