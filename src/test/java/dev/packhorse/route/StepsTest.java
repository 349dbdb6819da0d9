package dev.packhorse.route;

import static dev.packhorse.route.TestRoutes.assertKind;
import static dev.packhorse.route.TestRoutes.path;
import static dev.packhorse.route.TestRoutes.read;
import static dev.packhorse.route.TestRoutes.text;
import static dev.packhorse.route.TestRoutes.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Processor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Camel steps between an export and its stores. */
class StepsTest {

    private static final String FAILOVER = """
            - route:
                from:
                  uri: export:/x
                  steps:
                    - loadBalance:
                        failoverLoadBalancer: {}
                        steps:
                          - to: store:memory:a
                          - to: store:memory:b
            """;

    @Test
    void choiceByPathLeadsToTwoStores() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - choice:
                            when:
                              - simple: "${header.PackhorsePath} startsWith '/films'"
                                steps:
                                  - to: store:memory:films
                            otherwise:
                              steps:
                                - to: store:memory:rest
                """)) {
            Store export = routes.export("/x");
            export.makeDirectory(path("/films"), WriteOptions.DEFAULT);
            write(export, "/films/f", "one");
            write(export, "/f", "two");

            assertThat(read(routes.store("films"), "/films/f")).isEqualTo("one");
            assertThat(read(routes.store("rest"), "/f")).isEqualTo("two");
            assertThat(routes.store("rest").asked).containsExactly("write /f", "read /f");
        }
    }

    @Test
    void choiceByOperationSendsReadersElsewhere() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - choice:
                            when:
                              - simple: "${header.PackhorseOperation} in 'read,stat,list,walk'"
                                steps:
                                  - to: store:memory:replica
                            otherwise:
                              steps:
                                - to: store:memory:main
                """)) {
            write(routes.store("replica"), "/f", "old");
            write(routes.export("/x"), "/f", "new");

            assertThat(read(routes.export("/x"), "/f")).isEqualTo("old");
            assertThat(read(routes.store("main"), "/f")).isEqualTo("new");
        }
    }

    @Test
    void expressionsSeeWhoAsksForWhat() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - setProperty:
                            name: seen
                            simple: "${header.PackhorseProtocol} ${header.PackhorseCaller} ${header.PackhorseExport} ${body}"
                        - filter:
                            simple: "${exchangeProperty.seen} == 'httpfs anonymous /x stat /f'"
                            steps:
                              - to: store:memory:a
                """)) {
            write(routes.store("a"), "/f", "hay");
            assertThat(routes.export("/x").stat(path("/f")).size()).isEqualTo(3);
            assertKind(Kind.PERMISSION_DENIED, () -> routes.export("/x").stat(path("/g")));
        }
    }

    @Test
    void aCallThatIsFilteredOutIsRefusedAndNothingHappens() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - filter:
                            simple: "${header.PackhorseOperation} in 'read,stat,list,walk'"
                            steps:
                              - to: store:memory:a
                """)) {
            write(routes.store("a"), "/f", "hay");
            routes.store("a").asked.clear();
            Store export = routes.export("/x");

            assertKind(Kind.PERMISSION_DENIED, () -> write(export, "/f", "thorns"));
            assertKind(Kind.PERMISSION_DENIED, () -> export.remove(path("/f"), Preconditions.NONE));
            assertThat(routes.store("a").asked).isEmpty();
            assertThat(read(export, "/f")).isEqualTo("hay");
        }
    }

    @Test
    void throttleLetsPassWhatFits() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - throttle:
                            constant: 2
                            timePeriodMillis: "200"
                        - to: store:memory:a
                """)) {
            long start = System.nanoTime();
            for (int i = 0; i < 5; i++) {
                write(routes.export("/x"), "/f", "hay");
            }
            assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    @Test
    void throttleThatRejectsIsBusy() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - throttle:
                            constant: 1
                            timePeriodMillis: "60000"
                            rejectExecution: true
                        - to: store:memory:a
                """)) {
            write(routes.export("/x"), "/f", "hay");
            assertKind(Kind.BUSY, () -> write(routes.export("/x"), "/f", "oats"));
            assertThat(read(routes.store("a"), "/f")).isEqualTo("hay");
        }
    }

    @Test
    void aStoreThatFailsIsFollowedByTheNext() throws Exception {
        try (TestRoutes routes = TestRoutes.of(FAILOVER)) {
            routes.store("a").failing = Kind.UNAVAILABLE;
            Store export = routes.export("/x");
            write(export, "/f", "hay");

            assertThat(read(export, "/f")).isEqualTo("hay");
            assertThat(read(routes.store("b"), "/f")).isEqualTo("hay");
        }
    }

    @Test
    void whatIsMissingIsAnAnswerAndNoReasonToAskTheNext() throws Exception {
        try (TestRoutes routes = TestRoutes.of(FAILOVER)) {
            write(routes.store("b"), "/f", "stale");

            assertKind(Kind.NOT_FOUND, () -> routes.export("/x").read(path("/f")));
            assertThat(routes.store("b").asked).containsExactly("write /f");
        }
    }

    @Test
    void whenAllStoresFailTheLastFailureIsTheAnswer() throws Exception {
        try (TestRoutes routes = TestRoutes.of(FAILOVER)) {
            routes.store("a").failing = Kind.IO;
            routes.store("b").failing = Kind.TIMEOUT;

            assertKind(Kind.TIMEOUT, () -> routes.export("/x").stat(path("/f")));
        }
    }

    @Test
    void contentThatAStoreHasBegunToReadGoesToNoOther() throws Exception {
        for (int read : new int[] {0, 2, 100}) {
            try (TestRoutes routes = TestRoutes.of(FAILOVER)) {
                write(routes.store("b"), "/f", "old");
                routes.store("b").asked.clear();
                routes.store("a").failing = Kind.UNAVAILABLE;
                routes.store("a").failingAfter = read;

                assertKind(Kind.UNAVAILABLE, () -> write(routes.export("/x"), "/f", "much hay"));
                assertThat(routes.store("b").asked).isEmpty();
                assertThat(read(routes.store("b"), "/f")).isEqualTo("old");
            }
        }
    }

    @Test
    void aRedeliveredCallRunsAgainUnlessItsContentIsGone() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - onException:
                    exception:
                      - dev.packhorse.fs.FsException
                    redeliveryPolicy:
                      maximumRedeliveries: 2
                      redeliveryDelay: 0
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - to: store:memory:a
                """)) {
            TestStore store = routes.store("a");
            store.failing = Kind.UNAVAILABLE;
            assertKind(Kind.UNAVAILABLE, () -> routes.export("/x").stat(path("/f")));
            assertThat(store.asked).containsExactly("stat /f", "stat /f", "stat /f");

            store.asked.clear();
            store.failingAfter = 1;
            assertKind(Kind.UNAVAILABLE, () -> write(routes.export("/x"), "/f", "hay"));
            assertThat(store.asked).containsExactly("write /f");
        }
    }

    @Test
    void aHandledExceptionMayLeadToAnotherStoreOrLeavesTheFailure() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - doTry:
                            steps:
                              - to: store:memory:a
                            doCatch:
                              - exception:
                                  - dev.packhorse.fs.FsException
                                steps:
                                  - choice:
                                      when:
                                        - simple: "${header.PackhorseOperation} == 'read'"
                                          steps:
                                            - to: store:memory:b
                """)) {
            write(routes.store("b"), "/f", "spare");
            routes.store("a").failing = Kind.UNAVAILABLE;

            assertThat(read(routes.export("/x"), "/f")).isEqualTo("spare");
            assertKind(Kind.UNAVAILABLE, () -> routes.export("/x").stat(path("/f")));
            assertThat(routes.export("/x").capabilities())
                    .isEqualTo(routes.store("a").capabilities());
        }
    }

    @Test
    void aTapSeesTheCallAndCannotTakeItsContent() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - wireTap:
                            uri: direct:tap
                        - wireTap:
                            uri: seda:tap
                        - to: log:packhorse.tap?level=OFF
                        - delay:
                            constant: 50
                        - to: store:memory:a
                - route:
                    from:
                      uri: direct:tap
                      steps:
                        - to: store:memory:thief
                - route:
                    from:
                      uri: seda:tap
                      steps:
                        - to: store:memory:thief
                - route:
                    from:
                      uri: export:/thief
                      steps:
                        - to: store:memory:thief
                """)) {
            Store export = routes.export("/x");
            for (int i = 0; i < 5; i++) {
                write(export, "/f" + i, "hay");
                assertThat(read(export, "/f" + i)).isEqualTo("hay");
            }
            Awaitility.await()
                    .until(() -> routes.context.getInflightRepository().size() == 0);
            assertThat(routes.store("thief").asked).isEmpty();
        }
    }

    @Test
    void aTapMayWriteALogOfItsOwn() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - wireTap:
                            uri: direct:tap
                        - to: store:memory:a
                - route:
                    from:
                      uri: direct:tap
                      steps:
                        - setBody:
                            simple: "${header.PackhorseOperation} ${body.path}"
                        - to:
                            uri: store:memory:log
                            parameters:
                              operation: write
                              path: /last
                """)) {
            write(routes.export("/x"), "/f", "hay");
            Awaitility.await().until(() -> "write /f".equals(read(routes.store("log"), "/last")));
            assertThat(read(routes.export("/x"), "/f")).isEqualTo("hay");
        }
    }

    @Test
    void aStoreOfTheRouteItselfThatFailsIsNoAnswer() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - enrich:
                            constant: store:memory:rules?operation=read&path=/missing
                        - to: store:memory:a
                """)) {
            write(routes.store("a"), "/f", "hay");
            assertKind(Kind.IO, () -> routes.export("/x").read(path("/f")));
        }
    }

    @Test
    void anotherRouteOverDirectOrSedaMayAnswer() throws Exception {
        for (String uri : List.of("direct:next", "seda:next")) {
            try (TestRoutes routes = TestRoutes.of("""
                    - route:
                        from:
                          uri: export:/x
                          steps:
                            - to: %1$s
                    - route:
                        from:
                          uri: %1$s
                          steps:
                            - to: store:memory:a
                    """.formatted(uri))) {
                Store export = routes.export("/x");
                write(export, "/f", "hay");
                assertThat(read(export, "/f")).isEqualTo("hay");
                assertKind(Kind.NOT_FOUND, () -> export.stat(path("/none")));
                assertThat(export.capabilities()).isEqualTo(routes.store("a").capabilities());
            }
        }
    }

    @Test
    void whatArrivesAfterTheCallerHasGoneIsClosed() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        Processor slow = exchange -> gone.await();
        try (TestRoutes routes =
                TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - to: seda:slow?timeout=500
                - route:
                    from:
                      uri: seda:slow
                      steps:
                        - process:
                            ref: slow
                        - to: store:memory:a
                        - to: store:memory:never
                """, prepared -> prepared.context.getRegistry().bind("slow", slow))) {
            write(routes.store("a"), "/f", "hay");
            assertKind(Kind.TIMEOUT, () -> routes.export("/x").read(path("/f")));
            gone.countDown();
            Awaitility.await()
                    .until(() -> routes.context.getInflightRepository().size() == 0);
            assertThat(routes.store("a").open).hasValue(0);
        }
    }

    @Test
    void whatAStoreOpensForACallThatEndsMeanwhileIsClosed() throws Exception {
        TestStore store = new TestStore();
        write(store, "/f", "hay");
        AtomicReference<FsCall<Content>> self = new AtomicReference<>();
        FsCall<Content> call = new FsCall<>(FsCall.Operation.READ, path("/f"), null, null, each -> {
            Objects.requireNonNull(self.get()).abandon();
            return each.read(path("/f"));
        });
        self.set(call);

        call.run(store);

        assertThat(store.asked).contains("read /f");
        assertThat(store.open).hasValue(0);
    }

    @Test
    void contentWrittenThroughAThreadPoolArrives() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - threads:
                            poolSize: 2
                        - to: store:memory:a
                """)) {
            routes.export("/x").write(path("/f"), text("hay"), WriteOptions.DEFAULT);
            assertThat(read(routes.export("/x"), "/f")).isEqualTo("hay");
        }
    }

    @Test
    void aCircuitThatIsOpenIsUnavailableAndAsksNobody() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - circuitBreaker:
                            resilience4jConfiguration:
                              slidingWindowSize: "4"
                              minimumNumberOfCalls: "4"
                              failureRateThreshold: "50"
                            steps:
                              - to: store:memory:a
                """)) {
            Store export = routes.export("/x");
            for (int i = 0; i < 10; i++) {
                assertKind(Kind.NOT_FOUND, () -> export.stat(path("/none")));
            }
            routes.store("a").failing = Kind.TIMEOUT;
            for (int i = 0; i < 2; i++) {
                assertKind(Kind.TIMEOUT, () -> export.stat(path("/f")));
            }
            routes.store("a").asked.clear();

            assertKind(Kind.UNAVAILABLE, () -> export.stat(path("/f")));
            assertThat(routes.store("a").asked).isEmpty();
        }
    }
}
