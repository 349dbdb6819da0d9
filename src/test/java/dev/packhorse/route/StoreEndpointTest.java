package dev.packhorse.route;

import static dev.packhorse.route.TestRoutes.path;
import static dev.packhorse.route.TestRoutes.read;
import static dev.packhorse.route.TestRoutes.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Store;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of locations on their way through Camel, and which stores a route has. */
class StoreEndpointTest {

    private static final String ROUTE = """
            - route:
                from:
                  uri: export:/x
                  steps:
                    - to: "%s"
            """;

    @ParameterizedTest
    @CsvSource({
        "test:///srv/x, test:///srv/x",
        "test:/srv/x, test:/srv/x",
        "test:data/files, test:data/files",
        "test:, test:",
        "test:name, test:name",
        "test:///with blank/é, test:///with%20blank/é",
        "test:///with%20blank/%C3%A9, test:///with%20blank/%C3%A9",
        "test:///a+b, test:///a+b",
        "test:///a#b, test:///a%23b",
        "test:///a%23b, test:///a%23b",
        "test:///a%3Fb, test:///a%3Fb",
        "test:///a%2Fb, test:///a%2Fb",
        "test:///100%, test:///100%25",
        "test:///a//b/../c/, test:///a//b/../c/",
        "test://ann:p%40ss@host:22/x, test://ann:p%40ss@host:22/x",
        "test:zip:file:///a.zip!/b, test:zip:file:///a.zip!/b",
        "test:///x?text=1, test:///x",
    })
    void aLocationArrivesAsWritten(String written, String location) throws Exception {
        try (TestRoutes routes = TestRoutes.of(ROUTE.formatted("store:" + written))) {
            assertThat(routes.locations).containsOnlyKeys(location);
        }
    }

    @ParameterizedTest
    @CsvSource({"a b+c", "a%20b", "50%", "é/ü", "a=b", "#a", "a?b", "a:b", "RAW(a&b)"})
    void aParameterArrivesAsWritten(String text) throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - to:
                            uri: store:test:x
                            parameters:
                              text: "%s"
                """.formatted(text))) {
            assertThat(routes.locations).containsEntry("test:x", text.replace("RAW(a&b)", "a&b"));
        }
    }

    @Test
    void aNameStandsForALocationAndAddsWhatIsUsual() throws Exception {
        try (TestRoutes routes = TestRoutes.of(ROUTE.formatted("store:named?place=a b"))) {
            assertThat(routes.locations).isEqualTo(Map.of("test:a%20b", "as usual"));
            assertThat(routes.policyKeys).containsExactly("test:a%20b");
        }
        try (TestRoutes routes = TestRoutes.of(ROUTE.formatted("store:named?text=given"))) {
            assertThat(routes.locations).isEqualTo(Map.of("test:nowhere", "given"));
        }
    }

    @Test
    void placeholdersAreResolved() throws Exception {
        try (TestRoutes routes = new TestRoutes()) {
            Properties properties = new Properties();
            properties.put("place", "data/a b");
            properties.put("word", "x y");
            routes.context.getPropertiesComponent().setInitialProperties(properties);
            routes.context.start();
            routes.load("""
                    - route:
                        from:
                          uri: export:/{{word}}
                          steps:
                            - to:
                                uri: store:test:{{place}}
                                parameters:
                                  text: "{{word}}"
                    """);
            assertThat(routes.locations).isEqualTo(Map.of("test:data/a%20b", "x y"));
            assertThat(routes.exports).containsOnlyKeys("/x y");
        }
    }

    @Test
    void locationsThatCamelWouldTakeForOneAreTwo() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - to: store:test:///a
                - route:
                    from:
                      uri: export:/y
                      steps:
                        - to: store:test:///a%3Fb
                - route:
                    from:
                      uri: export:/z
                      steps:
                        - to: store:test:/a
                """)) {
            write(routes.export("/x"), "/f", "x");
            write(routes.export("/y"), "/f", "y");
            write(routes.export("/z"), "/f", "z");
            assertThat(read(routes.export("/x"), "/f")).isEqualTo("x");
            assertThat(read(routes.export("/y"), "/f")).isEqualTo("y");
        }
    }

    @Test
    void theSameLocationIsTheSameStoreAndAnotherNameAnother() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - to: store:memory:scratch?size=1m
                - route:
                    from:
                      uri: export:/y
                      steps:
                        - to: store:memory:scratch
                - route:
                    from:
                      uri: export:/z
                      steps:
                        - to: "store:memory:"
                """)) {
            write(routes.export("/x"), "/f", "hay");
            assertThat(read(routes.export("/y"), "/f")).isEqualTo("hay");
            assertThat(read(routes.export("/z"), "/f")).isNull();
            assertThat(routes.registry.all()).hasSize(2);
        }
    }

    @Test
    void aStoreHasOneSetOfOptions() {
        assertThatThrownBy(() -> TestRoutes.of("""
                        - route:
                            from:
                              uri: export:/x
                              steps:
                                - to: store:test://ann:secret@host?text=1
                                - to: store:test://ann:secret@host?text=2
                        """).close())
                .rootCause()
                .hasMessage(
                        "store test://ann:***@host is open with other options; give them once, or the same each time");
    }

    @Test
    void secretsAreNeitherShownNorStored() throws Exception {
        try (TestRoutes routes = TestRoutes.of(ROUTE.formatted("store:test://ann:secret@host/x"))) {
            assertThat(routes.locations).containsOnlyKeys("test://ann:secret@host/x");
            assertThat(routes.registry.all())
                    .extracting(StoreRegistry.Opened::location)
                    .containsExactly("test://ann:***@host/x");
            assertThat(routes.policyKeys).containsExactly("test://ann:***@host/x");
            assertThat(routes.context.getEndpoints().toString()).doesNotContain("secret");
        }
    }

    @Test
    void aStoreWhoseOptionsAreWrongIsClosedAgain() throws Exception {
        try (TestRoutes routes = new TestRoutes()) {
            routes.context.start();
            assertThatThrownBy(() -> routes.load(ROUTE.formatted("store:test:x?txt=1")))
                    .rootCause()
                    .hasMessage("unknown option 'txt', options are operation, path, text");
            assertThat(routes.store("test:x").closed).isTrue();
            assertThat(routes.registry.all()).isEmpty();
        }
    }

    private static Capabilities of(Duration precision, Capability... all) {
        return new Capabilities(Set.of(all), precision);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            choice            | {choice: {when: [{simple: '${header.a}', steps: [{to: 'store:memory:a'}]}], otherwise: {steps: [{to: 'store:memory:b'}]}}}
            filter in choice  | {choice: {when: [{simple: '${header.a}', steps: [{filter: {simple: '${header.a}', steps: [{to: 'store:memory:a'}]}}]}], otherwise: {steps: [{to: 'store:memory:b'}]}}}
            loadBalance       | {loadBalance: {failoverLoadBalancer: {}, steps: [{to: 'store:memory:a'}, {to: 'store:memory:b'}]}}
            roundRobin        | {loadBalance: {roundRobinLoadBalancer: {}, steps: [{to: 'store:memory:a'}, {to: 'store:memory:b'}]}}
            doTry             | {doTry: {steps: [{to: 'store:memory:a'}], doCatch: [{exception: [java.lang.Exception], steps: [{to: 'store:memory:b'}]}]}}
            direct            | {choice: {when: [{simple: '${header.a}', steps: [{to: 'direct:a'}]}], otherwise: {steps: [{to: 'seda:b'}]}}}
            throttle          | {throttle: {constant: 100}}, {loadBalance: {failoverLoadBalancer: {}, steps: [{pipeline: {steps: [{log: x}, {to: 'store:memory:a'}]}}, {step: {steps: [{to: 'store:memory:b'}]}}]}}
            multicast         | {multicast: {steps: [{to: 'store:memory:a'}, {to: 'store:memory:b'}]}}
            delay and loop    | {delay: {constant: 1}}, {loop: {constant: 1, steps: [{choice: {when: [{simple: '${header.a}', steps: [{to: 'store:memory:a'}]}], otherwise: {steps: [{to: 'store:memory:b'}]}}}]}}
            split             | {split: {simple: '${body}', steps: [{to: 'store:memory:a'}, {to: 'store:memory:b'}]}}
            threads           | {threads: {poolSize: 1}}, {idempotentConsumer: {simple: '${body}', idempotentRepository: '#repo', steps: [{to: 'store:memory:a'}]}}, {to: 'store:memory:b'}
            circuitBreaker    | {circuitBreaker: {steps: [{to: 'store:memory:a'}], onFallback: {steps: [{to: 'store:memory:b'}]}}}
            two in a row      | {to: 'store:memory:a'}, {filter: {simple: '${header.a}', steps: [{to: 'store:memory:b'}]}}
            """)
    void aRouteCanDoWhatOneOfItsStoresCan(String name, String steps) throws Exception {
        try (TestRoutes routes = new TestRoutes()) {
            routes.context
                    .getRegistry()
                    .bind(
                            "repo",
                            org.apache.camel.support.processor.idempotent.MemoryIdempotentRepository
                                    .memoryIdempotentRepository());
            routes.context.start();
            routes.load("- route: {from: {uri: 'export:/x', steps: [" + steps + "]}}\n"
                    + "- route: {from: {uri: 'direct:a', steps: [{to: 'store:memory:a'}]}}\n"
                    + "- route: {from: {uri: 'seda:b', steps: [{to: 'direct:c'}]}}\n"
                    + "- route: {from: {uri: 'direct:c', steps: [{to: 'store:memory:b'}]}}\n"
                    + "- route: {from: {uri: 'direct:unused', steps: [{to: 'store:memory:unused'}]}}\n");
            routes.store("a").declared = of(Duration.ofSeconds(1), Capability.WRITE, Capability.MODE, Capability.ETAGS);
            routes.store("b").declared = of(Duration.ofNanos(1), Capability.WRITE, Capability.ETAGS, Capability.OWNER);

            Store export = routes.export("/x");

            assertThat(export.capabilities())
                    .isEqualTo(of(
                            Duration.ofSeconds(1),
                            Capability.WRITE,
                            Capability.ETAGS,
                            Capability.MODE,
                            Capability.OWNER));
        }
    }

    @Test
    void aStoreForFailuresOnlyCountsToo() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - onException:
                    exception:
                      - dev.packhorse.fs.FsException
                    handled:
                      constant: true
                    steps:
                      - to: store:memory:b
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - to: store:memory:a
                """)) {
            routes.store("a").declared = of(Duration.ofSeconds(1), Capability.WRITE, Capability.MODE);
            routes.store("b").declared = of(Duration.ofSeconds(2), Capability.WRITE);
            write(routes.store("b"), "/f", "spare");
            routes.store("a").failing = dev.packhorse.fs.FsException.Kind.IO;

            assertThat(read(routes.export("/x"), "/f")).isEqualTo("spare");
            assertThat(routes.export("/x").capabilities())
                    .isEqualTo(of(Duration.ofSeconds(2), Capability.WRITE, Capability.MODE));
        }
    }

    @Test
    void capabilitiesFollowTheStore() throws Exception {
        try (TestRoutes routes = TestRoutes.of(ROUTE.formatted("store:memory:a"))) {
            routes.store("a").declared = of(Duration.ofSeconds(1));
            assertThat(routes.export("/x").capabilities()).isEqualTo(of(Duration.ofSeconds(1)));
            routes.store("a").declared = of(Duration.ofSeconds(1), Capability.WRITE);
            assertThat(routes.export("/x").capabilities()).isEqualTo(of(Duration.ofSeconds(1), Capability.WRITE));
            assertThat(routes.export("/x").stat(path("/")).path()).isEqualTo(path("/"));
        }
    }
}
