package dev.packhorse.route;

import static dev.packhorse.route.TestRoutes.assertKind;
import static dev.packhorse.route.TestRoutes.path;
import static dev.packhorse.route.TestRoutes.read;
import static dev.packhorse.route.TestRoutes.text;
import static dev.packhorse.route.TestRoutes.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.WriteOptions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.camel.impl.engine.PooledExchangeFactory;
import org.junit.jupiter.api.Test;

class RouteStoreTest {

    private static final String PLAIN = """
            - route:
                id: plain
                from:
                  uri: export:/plain
                  steps:
                    - to: store:memory:a
            """;

    @Test
    void everyOperationReachesTheStoreAndItsResultComesBack() throws Exception {
        try (TestRoutes routes = TestRoutes.of(PLAIN)) {
            Store export = routes.export("/plain");
            Store memory = routes.store("a");

            assertThat(export.capabilities()).isEqualTo(memory.capabilities());
            assertThat(export.space()).isEqualTo(memory.space());
            assertThat(export.makeDirectory(path("/d"), WriteOptions.DEFAULT)).isEqualTo(memory.stat(path("/d")));
            assertThat(export.write(path("/d/f"), text("hay"), WriteOptions.DEFAULT))
                    .isEqualTo(memory.stat(path("/d/f")));
            assertThat(export.stat(path("/d/f"))).isEqualTo(memory.stat(path("/d/f")));
            assertThat(export.link(path("/l"), "d/f", WriteOptions.DEFAULT).type())
                    .isEqualTo(NodeType.SYMLINK);
            assertThat(export.change(
                                    path("/d/f"),
                                    new AttributeChange(new Mode(0600), null, null, null),
                                    Preconditions.NONE)
                            .mode())
                    .isEqualTo(new Mode(0600));
            export.copy(path("/d/f"), path("/c"), TransferOptions.OVERWRITE);
            export.move(path("/c"), path("/m"), TransferOptions.OVERWRITE);
            assertThat(read(export, "/m")).isEqualTo("hay");
            assertThat(read(memory, "/c")).isNull();
            try (Listing listing = export.list(path("/d"))) {
                assertThat(listing.next()).isEqualTo(memory.stat(path("/d/f")));
                assertThat(listing.next()).isNull();
            }
            try (Listing walk = export.walk(path("/"))) {
                assertThat(walk.next()).isEqualTo(memory.stat(path("/d")));
            }
            export.remove(path("/m"), Preconditions.NONE);
            assertThat(read(export, "/m")).isNull();
        }
    }

    @Test
    void answersComeBackAsTheyAre() throws Exception {
        try (TestRoutes routes = TestRoutes.of(PLAIN)) {
            Store export = routes.export("/plain");
            export.makeDirectory(path("/d"), WriteOptions.DEFAULT);

            assertKind(Kind.NOT_FOUND, () -> export.stat(path("/none")));
            assertKind(Kind.IS_A_DIRECTORY, () -> export.read(path("/d")));
            assertThatThrownBy(() -> export.stat(path("/none"))).hasMessage("NOT_FOUND in stat of /none");
        }
    }

    @Test
    void aFailureOfTheBackEndComesBackAsItIs() throws Exception {
        try (TestRoutes routes = TestRoutes.of(PLAIN)) {
            Store export = routes.export("/plain");
            for (Kind kind : new Kind[] {Kind.UNAVAILABLE, Kind.TIMEOUT, Kind.BUSY, Kind.IO}) {
                routes.store("a").failing = kind;
                assertThatThrownBy(() -> export.stat(path("/f"))).hasMessage(kind + " in stat of /f");
            }
        }
    }

    @Test
    void theMessageMayBecomeAnythingBehindTheStore() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - to: store:memory:a
                        - setBody:
                            constant: counted
                        - removeHeaders:
                            pattern: "*"
                """)) {
            write(routes.export("/x"), "/f", "hay");
            assertThat(read(routes.export("/x"), "/f")).isEqualTo("hay");
        }
    }

    @Test
    void aStepThatFailsBehindTheStoreClosesWhatWasOpened() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - to: store:memory:a
                        - throwException:
                            exceptionType: java.lang.IllegalStateException
                            message: broken
                """)) {
            write(routes.store("a"), "/f", "hay");

            assertKind(Kind.IO, () -> routes.export("/x").read(path("/f")));
            assertKind(Kind.IO, () -> routes.export("/x").list(path("/")));
            assertThat(routes.store("a").asked).contains("read /f", "list /");
            assertThat(routes.store("a").open).hasValue(0);
        }
    }

    @Test
    void twoStoresInARowAreRefusedAndTheSecondIsNotTouched() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - to: store:memory:a
                        - to: store:memory:b
                """)) {
            write(routes.store("a"), "/f", "hay");
            write(routes.store("b"), "/f", "oats");

            assertKind(Kind.IO, () -> routes.export("/x").read(path("/f")));
            assertKind(Kind.IO, () -> routes.export("/x").remove(path("/f"), Preconditions.NONE));
            assertThat(read(routes.store("b"), "/f")).isEqualTo("oats");
            assertThat(routes.store("a").open).hasValue(0);
        }
    }

    @Test
    void multicastIsRefusedAndTheSecondStoreIsNotTouched() throws Exception {
        for (String parallel : new String[] {"false", "true"}) {
            try (TestRoutes routes = TestRoutes.of("""
                    - route:
                        from:
                          uri: export:/x
                          steps:
                            - multicast:
                                parallelProcessing: %s
                                steps:
                                  - to: store:memory:a
                                  - to: store:memory:b
                    """.formatted(parallel))) {
                write(routes.store("a"), "/f", "hay");
                write(routes.store("b"), "/f", "hay");
                Store export = routes.export("/x");
                try (Content content = export.read(path("/f"))) {
                    assertThat(content.node().size()).isEqualTo(3);
                } catch (FsException e) {
                    assertThat(e.kind()).isEqualTo(Kind.IO);
                }
                routes.store("a").asked.clear();
                routes.store("b").asked.clear();
                try {
                    export.remove(path("/f"), Preconditions.NONE);
                } catch (FsException e) {
                    assertThat(e.kind()).isEqualTo(Kind.IO);
                }
                assertThat(routes.store("a").asked.size()
                                + routes.store("b").asked.size())
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void exchangesMayBePooled() throws Exception {
        try (TestRoutes routes = new TestRoutes()) {
            routes.context.getCamelContextExtension().setExchangeFactory(new PooledExchangeFactory());
            routes.context.start();
            routes.load(PLAIN);
            Store export = routes.export("/plain");
            write(export, "/f", "hay");
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                CountDownLatch all = new CountDownLatch(4);
                Future<?>[] done = new Future<?>[4];
                for (int thread = 0; thread < done.length; thread++) {
                    String own = "/" + thread;
                    done[thread] = threads.submit(() -> {
                        all.countDown();
                        all.await();
                        write(export, own, own);
                        for (int i = 0; i < 500; i++) {
                            assertThat(read(export, own)).isEqualTo(own);
                            assertKind(Kind.NOT_FOUND, () -> export.stat(path("/none" + own)));
                        }
                        return null;
                    });
                }
                for (Future<?> each : done) {
                    each.get(60, TimeUnit.SECONDS);
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Test
    void aRouteThatIsStoppedAndStartedServesAgainWithItsOptions() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    id: again
                    from:
                      uri: export:/x
                      parameters:
                        known: 1
                      steps:
                        - to: store:memory:a
                """)) {
            routes.context.getRouteController().stopRoute("again");
            assertThat(routes.exports).isEmpty();
            routes.context.getRouteController().startRoute("again");

            write(routes.export("/x"), "/f", "hay");
            assertThat(read(routes.store("a"), "/f")).isEqualTo("hay");
        }
    }
}
