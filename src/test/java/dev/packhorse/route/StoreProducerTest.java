package dev.packhorse.route;

import static dev.packhorse.route.TestRoutes.path;
import static dev.packhorse.route.TestRoutes.read;
import static dev.packhorse.route.TestRoutes.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.WriteOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code store:} in routes that start anywhere. */
class StoreProducerTest {

    private static final String PLAIN = """
            - route:
                from:
                  uri: direct:in
                  steps:
                    - to: store:memory:a
            """;

    private static @Nullable Object ask(
            TestRoutes routes, String operation, String path, @Nullable String target, @Nullable Object body) {
        Map<String, Object> headers = new HashMap<>();
        headers.put("PackhorseOperation", operation);
        headers.put("PackhorsePath", path);
        if (target != null) {
            headers.put("PackhorseTarget", target);
        }
        try (ProducerTemplate template = routes.context.createProducerTemplate()) {
            return template.requestBodyAndHeaders("direct:in", body, headers);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTimerWritesAndReads() throws Exception {
        try (TestRoutes routes = TestRoutes.of(
                """
                - route:
                    from:
                      uri: timer:once
                      parameters:
                        repeatCount: 1
                        delay: 0
                      steps:
                        - setBody:
                            constant: "größer als hay"
                        - to:
                            uri: store:memory:a
                            parameters:
                              operation: write
                              path: a b+c/50%.txt
                        - to:
                            uri: store:memory:a
                            parameters:
                              operation: read
                              path: /a b+c/50%.txt
                        - to:
                            uri: store:memory:b
                            parameters:
                              operation: write
                              path: /copy
                        - to: store:memory:b?operation=remove&path=/marker
                """,
                before -> {
                    before.store("a").makeDirectory(path("/a b+c"), WriteOptions.DEFAULT);
                    write(before.store("b"), "/marker", "");
                })) {
            Awaitility.await().until(() -> read(routes.store("b"), "/marker") == null);
            assertThat(read(routes.store("a"), "/a b+c/50%.txt")).isEqualTo("größer als hay");
            assertThat(read(routes.store("b"), "/copy")).isEqualTo("größer als hay");
        }
    }

    @Test
    void headersNameOperationAndPath() throws Exception {
        try (TestRoutes routes = TestRoutes.of(PLAIN)) {
            TestStore store = routes.store("a");

            assertThat(ask(routes, "makeDirectory", "/d", null, null)).isEqualTo(store.stat(path("/d")));
            assertThat(ask(routes, "write", "/d/f", null, "hay")).isEqualTo(store.stat(path("/d/f")));
            assertThat(ask(routes, "stat", "d/f", null, null)).isEqualTo(store.stat(path("/d/f")));
            assertThat(ask(routes, "copy", "/d/f", "/c", null)).isEqualTo(store.stat(path("/c")));
            assertThat(ask(routes, "move", "/c", "/m", null)).isEqualTo(store.stat(path("/m")));
            assertThat(ask(routes, "list", "/", null, null))
                    .isEqualTo(List.of(store.stat(path("/d")), store.stat(path("/m"))));
            assertThat(ask(routes, "walk", "/", null, null))
                    .isEqualTo(List.of(store.stat(path("/d")), store.stat(path("/d/f")), store.stat(path("/m"))));
            assertThat(ask(routes, "link", "/d/l", null, "../größer")).isEqualTo(store.stat(path("/d/l")));
            assertThat(read(store, "/d/l")).isEqualTo("../größer");
            assertThatThrownBy(() -> ask(routes, "link", "/d/l", null, ""))
                    .rootCause()
                    .hasMessage("INVALID_NAME in link of /d/l");
            assertThat(ask(routes, "remove", "/d", null, null)).isNull();
            assertThat(read(store, "/d/f")).isNull();
        }
    }

    @Test
    void bodiesOfManyKindsAreWritten() throws Exception {
        try (TestRoutes routes = TestRoutes.of(PLAIN)) {
            byte[] bytes = "hay é".getBytes(StandardCharsets.UTF_8);
            for (Object body : new Object[] {"hay é", bytes, new ByteArrayInputStream(bytes), ByteBuffer.wrap(bytes)}) {
                ask(routes, "write", "/f", null, body);
                assertThat(read(routes.store("a"), "/f")).isEqualTo("hay é");
            }
            Node empty = (Node) ask(routes, "write", "/f", null, null);
            assertThat(empty).isNotNull().extracting(Node::size).isEqualTo(0L);
        }
    }

    @Test
    void aBodyThatIsNoContentIsRefused() throws Exception {
        try (TestRoutes routes = TestRoutes.of(PLAIN)) {
            write(routes.store("a"), "/f", "old");
            assertThatThrownBy(() ->
                            ask(routes, "write", "/f", null, routes.store("a").stat(path("/f"))))
                    .rootCause()
                    .hasMessage("cannot write a body of dev.packhorse.fs.Node");
            assertThat(read(routes.store("a"), "/f")).isEqualTo("old");
        }
    }

    @Test
    void whatIsReadIsAStreamThatEndsWithTheExchange() throws Exception {
        try (TestRoutes routes = TestRoutes.of(
                """
                - route:
                    from:
                      uri: direct:in
                      steps:
                        - to: store:memory:a
                        - process:
                            ref: "#look"
                """,
                before -> before.context.getRegistry().bind("look", (Processor) exchange -> {
                    assertThat(before.store("a").open).hasValue(1);
                    InputStream in = exchange.getMessage().getBody(InputStream.class);
                    if (exchange.getMessage().getHeader("read") != null) {
                        exchange.getMessage().setBody(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                    }
                }))) {
            write(routes.store("a"), "/f", "hay");

            ask(routes, "read", "/f", null, null);
            assertThat(routes.store("a").open).hasValue(0);
        }
    }

    @Test
    void whatIsReadIsClosedWhenALaterStepFails() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: direct:in
                      steps:
                        - to: store:memory:a
                        - throwException:
                            exceptionType: java.lang.IllegalStateException
                            message: broken
                """)) {
            write(routes.store("a"), "/f", "hay");
            assertThatThrownBy(() -> ask(routes, "read", "/f", null, null))
                    .rootCause()
                    .hasMessage("broken");
            assertThat(routes.store("a").asked).contains("read /f");
            assertThat(routes.store("a").open).hasValue(0);
        }
    }

    @Test
    void whatIsReadMayBeHandedToAnotherRoute() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: direct:in
                      steps:
                        - to: store:memory:a
                        - to: seda:later?waitForTaskToComplete=Never
                - route:
                    from:
                      uri: seda:later
                      steps:
                        - delay:
                            constant: 100
                        - to: store:memory:b?operation=write&path=/copy
                """)) {
            write(routes.store("a"), "/f", "hay");
            ask(routes, "read", "/f", null, null);
            Awaitility.await().until(() -> "hay".equals(read(routes.store("b"), "/copy")));
            Awaitility.await().until(() -> routes.store("a").open.get() == 0);
        }
    }

    @Test
    void parametersBeatHeaders() throws Exception {
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: direct:in
                      steps:
                        - to: store:memory:a?operation=stat&path=/kept
                """)) {
            write(routes.store("a"), "/kept", "hay");
            assertThat(ask(routes, "remove", "/kept", null, null))
                    .isEqualTo(routes.store("a").stat(path("/kept")));
            assertThat(read(routes.store("a"), "/kept")).isEqualTo("hay");
        }
    }

    @Test
    void whatIsWrongIsSaidInOneLine() throws Exception {
        try (TestRoutes routes = TestRoutes.of(PLAIN)) {
            Exchange bare = new DefaultExchange(routes.context);
            try (ProducerTemplate template = routes.context.createProducerTemplate()) {
                assertThat(template.send("direct:in", bare).getException())
                        .hasMessage("store: needs the parameter operation or the header PackhorseOperation");
            }
            assertThatThrownBy(() -> ask(routes, "delete", "/f", null, null))
                    .rootCause()
                    .hasMessage(
                            "unknown operation 'delete', operations are copy, link, list, makeDirectory, move, read,"
                                    + " remove, stat, walk, write");
            assertThatThrownBy(() -> ask(routes, "copy", "/f", null, null))
                    .rootCause()
                    .hasMessage("store: needs the header PackhorseTarget");
            assertThatThrownBy(() -> ask(routes, "stat", "/../f", null, null))
                    .rootCause()
                    .hasMessage("INVALID_NAME in parse of /");
            assertThatThrownBy(() -> ask(routes, "stat", "/none", null, null))
                    .rootCause()
                    .isInstanceOf(FsException.class)
                    .hasMessage("NOT_FOUND in stat of /none");
        }
        try (TestRoutes routes = TestRoutes.of("""
                - route:
                    from:
                      uri: direct:in
                      steps:
                        - to: store:memory:a?operation=stat
                """)) {
            try (ProducerTemplate template = routes.context.createProducerTemplate()) {
                assertThat(template.send("direct:in", new DefaultExchange(routes.context))
                                .getException())
                        .hasMessage("store: needs the parameter path or the header PackhorsePath");
            }
        }
    }

    @Test
    void aStreamThatHasBeenReadIsNotWrittenAgain() throws Exception {
        try (TestRoutes routes = TestRoutes.of(
                """
                - onException:
                    exception:
                      - dev.packhorse.fs.FsException
                    redeliveryPolicy:
                      maximumRedeliveries: 1
                      redeliveryDelay: 0
                    onRedeliveryRef: "#heal"
                - route:
                    from:
                      uri: direct:in
                      steps:
                        - to: store:memory:a
                """,
                before -> before.context.getRegistry().bind("heal", (Processor)
                        exchange -> before.store("a").failing = null))) {
            TestStore store = routes.store("a");
            write(store, "/f", "old");
            store.failing = Kind.UNAVAILABLE;
            store.failingAfter = 1;
            assertThatThrownBy(() -> ask(
                            routes,
                            "write",
                            "/f",
                            null,
                            new ByteArrayInputStream("new".getBytes(StandardCharsets.UTF_8))))
                    .rootCause()
                    .hasMessage("the stream has been read already");
            assertThat(read(store, "/f")).isEqualTo("old");

            store.failing = Kind.UNAVAILABLE;
            ask(routes, "write", "/f", null, "new");
            assertThat(read(store, "/f")).isEqualTo("new");
        }
    }
}
