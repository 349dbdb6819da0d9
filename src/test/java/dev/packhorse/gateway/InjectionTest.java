package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.RecordedLog;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.ForwardingStore;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.memory.MemoryStore;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients and back ends say is data: it makes no line of a log, no header of an answer, and nothing of a route. */
class InjectionTest {

    /** Names that a store may hold, each with something that somebody may take for an end or a beginning. */
    private static final List<String> NAMES = List.of(
            "a\u2028X-Forged: 1",
            "a\u2029b",
            "a\u202egpj.exe",
            "a\ufeffb",
            "a\"; filename=\"b",
            "a\\b",
            "a: b",
            "a, b; c=d",
            "a status=200 request=1",
            "<script>alert(1)<",
            "%0d%0aX-Forged: 1",
            "${sys.user.home}",
            "{{user.home}}",
            "$simple{header.PackhorseCaller}");

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
        gateway.serve("all", "httpfs,jsonfs,openhands,openhands-webhook", "memory:injection", Map.of());
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, UTF_8).replace("+", "%20");
    }

    private static void assertHonest(String about, TestGateway.Reply reply) {
        List<String> head = reply.head().lines().toList();
        assertThat(head.get(0)).as(about).matches("HTTP/1\\.1 \\d{3} [A-Za-z -]+");
        assertThat(head.subList(1, head.size()))
                .as(about)
                .allSatisfy(line -> assertThat(line)
                        .matches("[A-Z][A-Za-z-]*: [\\x20-\\x7e\\x80-\\xff]*")
                        .doesNotStartWith("X-Forged"));
    }

    @Test
    void noNameAndNoValueMakesAHeader() throws IOException {
        for (String name : NAMES) {
            String path = encoded(name);
            String base = "/fs/all/" + path;
            for (TestGateway.Reply reply : List.of(
                    gateway.send("PUT", base, "x", "Content-Type: text/plain; x=\"" + "y\tz\""),
                    gateway.send("GET", base, ""),
                    gateway.send("GET", base, "", "Range: bytes=0-0,0-0"),
                    gateway.send("HEAD", base, ""),
                    gateway.send("COPY", base, "", "Destination: " + base + "-copy"),
                    gateway.send("COPY", base, "", "Destination: " + TestGateway.wire(name)),
                    gateway.send("MOVE", base, "", "Destination: /fs/all/%zz" + path),
                    gateway.send("PATCH", base, "", "Content-Mode: " + TestGateway.wire(name)),
                    gateway.send("GET", "/fs/all/...", "", "Accept: multipart/mixed"),
                    gateway.send("GET", "/jsonfs/all/" + path, ""),
                    gateway.send("GET", "/openhands/all/files/" + path, ""),
                    gateway.send("GET", "/fs/all/?" + path, ""),
                    gateway.send("OPTIONS", base, "", "Origin: http://" + path, "Access-Control-Request-Method: PUT"),
                    gateway.send("POST", "/openhands-webhook/all/" + path, "x"))) {
                assertHonest(name, reply);
            }
        }
        for (String header :
                List.of("Destination", "Content-Mode", "If-Match", "Range", "X-Forwarded-For", "Overwrite")) {
            for (String end : List.of("\r", "\n", "\0", "\u0085", "\u00e2\u0080\u00a8")) {
                TestGateway.Reply reply =
                        gateway.send("COPY", "/fs/all/a", "", header + ": /fs/all/b" + end + "X-Forged: 1");
                assertHonest(header, reply);
            }
        }
    }

    /** Whatever is asked for, each request is one line, in printable ASCII, with the fields that all have. */
    @Test
    void noTargetMakesALineOfTheAccessLog() throws Exception {
        Path file = folder.resolve("access.log");
        int sent = 0;
        try (AccessLog log = Objects.requireNonNull(AccessLog.open(file.toString()))) {
            gateway.observe(log::add);
            for (String name : NAMES) {
                for (String target : List.of(
                        "/fs/all/" + encoded(name),
                        "/fs/all/" + encoded(name).replace("%", "%25"),
                        "/nowhere/" + TestGateway.wire(name).replace(' ', '_'),
                        "/fs/all/%0a" + encoded(name),
                        "/fs/all/%1b%5b2J")) {
                    gateway.send("GET", target, "");
                    sent++;
                }
            }
            int all = sent;
            await().until(() -> Files.readAllLines(file).size() == all);
        }
        assertThat(Files.readString(file).split("\n", -1)).hasSize(sent + 1);
        assertThat(Files.readAllLines(file))
                .allSatisfy(line -> assertThat(line)
                        .matches(
                                "\\S+Z 127\\.0\\.0\\.1 GET [!-~]+ \\d{3} protocol=\\S+ export=\\S+ received=\\d+ sent=\\d+"
                                        + " ms=[0-9.]+ request=\\d+"));
    }

    /** A back end that is not what it should be. */
    @Test
    void noBackEndMakesALineOfALog() throws Exception {
        ForwardingStore forging = new ForwardingStore(new MemoryStore(1 << 20)) {
            @Override
            public Content read(FsPath path) throws FsException {
                throw new FsException(
                        FsException.Kind.UNAVAILABLE,
                        "read",
                        path,
                        new IOException("no\r\n2026-01-01 ERROR forged\u2028line \u001b[2J \u202e"));
            }
        };
        forging.write(FsPath.parse("/a"), Body.of(new byte[1]), WriteOptions.DEFAULT);
        gateway.export("forging", Map.of(), forging);
        try (RecordedLog log = new RecordedLog("dev.packhorse.route", Level.WARNING)) {
            assertThat(gateway.send("GET", "/fs/forging/a", "").status()).isEqualTo(503);
            assertThat(log.records()).singleElement().satisfies(entry -> {
                assertThat(new VisibleLog().isLoggable(entry)).isTrue();
                assertThat(entry.getMessage())
                        .contains("store=given:forging", "path=/a", "forged")
                        .matches("[ -~]+");
            });
        }
    }

    /** Headers steer steps of Camel: where http: goes, which file is written. None is a client's. */
    @Test
    void noHeaderOfAClientReachesARoute() throws Exception {
        Map<String, Object> seen = new ConcurrentHashMap<>();
        gateway.add(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("export:steered")
                        .process(exchange -> seen.putAll(exchange.getIn().getHeaders()))
                        .to("store:memory:steered");
            }
        });
        gateway.send(
                "PUT",
                "/fs/steered/a?CamelHttpUri=http://h&PackhorsePath=/b",
                "x",
                "CamelHttpUri: http://127.0.0.1:1/",
                "CamelHttpPath: /x",
                "CamelFileName: ../x",
                "CamelToEndpoint: file:/x",
                "CamelRecipientListEndpoint: file:/x",
                "PackhorsePath: /b",
                "PackhorseCaller: root",
                "PackhorseOperation: remove",
                "X-Any: thing");
        assertThat(new TreeMap<>(seen))
                .containsOnlyKeys(
                        "PackhorseCaller",
                        "PackhorseExport",
                        "PackhorseOperation",
                        "PackhorsePath",
                        "PackhorseProtocol")
                .containsEntry("PackhorsePath", "/a")
                .containsEntry("PackhorseCaller", "anonymous");
    }

    /** Names in expressions stay names. */
    @Test
    void noNameIsAnExpressionOfARoute() throws Exception {
        Path routes = Files.writeString(folder.resolve("x.yaml"), """
                - route:
                    from:
                      uri: export:/x
                      steps:
                        - setHeader:
                            name: Seen
                            simple: "${header.PackhorsePath}"
                        - choice:
                            when:
                              - simple: "${header.Seen} == ${header.PackhorsePath}"
                                steps:
                                  - to: store:memory:expressions
                            otherwise:
                              steps:
                                - throwException:
                                    exceptionType: java.lang.IllegalStateException
                                    message: evaluated
                """);
        gateway.load(routes, Map.of());
        for (String name : NAMES) {
            String path = "/fs/x/" + encoded(name);
            assertThat(gateway.send("PUT", path, "x").status()).as(name).isEqualTo(200);
            assertThat(gateway.send("GET", path, "").body()).as(name).isEqualTo("x");
            assertThat(gateway.send("GET", "/fs/x/", "").body()).contains(TestGateway.wire(name));
        }
    }
}
