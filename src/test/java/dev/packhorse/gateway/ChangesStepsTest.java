package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.packhorse.RecordedLog;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Camel's own steps behind {@code changes:}, in the gateway as it is shipped. */
@QuarkusTest
@TestProfile(GatewayProfile.class)
class ChangesStepsTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @Inject
    StartedGateway gateway;

    @Inject
    CamelContext context;

    @TempDir
    Path folder;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            heard.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("PackhorsePath") + " " + body);
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
    }

    /** The application is that of other tests; the export stays, since {@code changes:} insists on those it has seen. */
    @AfterEach
    void stop() throws Exception {
        for (String route : List.of("told-to-log", "told-to-file", "told-to-http")) {
            context.getRouteController().stopRoute(route);
            context.removeRoute(route);
        }
        server.stop(0);
    }

    @Test
    void changesGoToTheLogToFilesAndToAWebServer() throws Exception {
        Path copies = folder.resolve("copies");
        try (RecordedLog log = new RecordedLog("dev.packhorse.told", Level.FINE)) {
            tellAll(copies);
            await().untilAsserted(() -> assertThat(log.records())
                    .extracting(LogRecord::getMessage)
                    .anyMatch(line -> line.contains("{\"é\":1}")));
        }
    }

    private void tellAll(Path copies) throws Exception {
        gateway.load(Files.writeString(folder.resolve("told.yaml"), """
                - route:
                    id: told
                    from:
                      uri: export:/told
                      parameters:
                        protocols: openhands
                      steps:
                        - to: store:memory:told
                - route:
                    id: told-to-log
                    from:
                      uri: changes:/told
                      steps:
                        - to: log:dev.packhorse.told?level=DEBUG
                - route:
                    id: told-to-file
                    from:
                      uri: changes:/told
                      steps:
                        - filter:
                            simple: "${header.PackhorseOperation} == 'write'"
                            steps:
                              - setHeader:
                                  name: CamelFileName
                                  simple: "${header.PackhorsePath}"
                              - to: file:%s
                - route:
                    id: told-to-http
                    from:
                      uri: changes:/told
                      parameters:
                        retry-pause: 100ms
                      steps:
                        - setHeader:
                            name: CamelHttpMethod
                            constant: POST
                        - to: http://127.0.0.1:%s/hook
                """.formatted(
                        copies, server.getAddress().getPort())));

        send("POST", "/files/s1/a.json", "{\"é\":1}");
        await().untilAsserted(() -> assertThat(heard).contains("POST /hook /s1/a.json {\"é\":1}"));
        send("DELETE", "/files/s1", "");

        await().untilAsserted(() -> assertThat(heard)
                .containsExactly("POST /hook /s1 ", "POST /hook /s1/a.json {\"é\":1}", "POST /hook /s1 "));
        await().untilAsserted(() -> assertThat(copies.resolve("s1/a.json")).hasContent("{\"é\":1}"));
    }

    private void send(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = CLIENT.send(
                HttpRequest.newBuilder(URI.create(gateway.address() + "/openhands/told" + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode() / 100).isEqualTo(2);
    }
}
