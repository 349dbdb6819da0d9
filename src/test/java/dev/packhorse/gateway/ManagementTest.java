package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the operator sees: health, metrics, the access log, the lines at the start. */
@QuarkusTest
@TestProfile(GatewayProfile.class)
class ManagementTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @Inject
    StartedGateway gateway;

    @Inject
    PackhorseMain main;

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // set by Quarkus
    URI management;

    /** The export is that of the README's session, which shows all that is in it. */
    @AfterEach
    void removeWhatWasWritten() throws Exception {
        send("DELETE", served("/secret-name"), "");
        send("DELETE", served("/logged%20name"), "");
    }

    @Test
    void whatIsLoggedIsVisible() {
        assertThat(InitialConfigurator.DELAYED_HANDLER.getHandlers()).anySatisfy(handler -> {
            ExtLogRecord entry = new ExtLogRecord(Level.INFO, "a\nb", "logger");
            assertThat(handler.isLoggable(entry)).isTrue();
            assertThat(entry.getMessage()).isEqualTo("a\\u000ab");
        });
    }

    @Test
    void isLive() throws Exception {
        HttpResponse<String> health = send("GET", management.resolve("/q/health/live"), "");

        assertThat(health.statusCode()).isEqualTo(200);
    }

    @Test
    void isReadyWhileEachStoreIsReachable() throws Exception {
        gateway.address();

        // A store that answers late, on a busy machine, is not reachable for the moment.
        await().untilAsserted(() -> {
            HttpResponse<String> health = send("GET", management.resolve("/q/health/ready"), "");
            assertThat(health.statusCode()).isEqualTo(200);
            assertThat(health.body()).contains("\"file:" + gateway.folder().resolve("files") + "\": \"reachable\"");
        });
    }

    @Test
    void metricsCountByProtocolExportOperationAndStatusWithoutFileNames() throws Exception {
        send("PUT", served("/secret-name"), "12345");
        send("GET", served("/secret-name"), "");
        send("BREW", served("/secret-name"), "");
        await().untilAsserted(() -> {
            String metrics = send("GET", management.resolve("/q/metrics"), "").body();
            assertThat(series(metrics, "packhorse_requests_seconds_count", "put", 200))
                    .isPositive();
            assertThat(series(metrics, "packhorse_requests_seconds_sum", "put", 200))
                    .isPositive();
            assertThat(series(metrics, "packhorse_received_bytes_total", "put", 200))
                    .isGreaterThanOrEqualTo(5);
            assertThat(series(metrics, "packhorse_sent_bytes_total", "get", 200))
                    .isGreaterThanOrEqualTo(5);
            assertThat(series(metrics, "packhorse_requests_seconds_count", "other", 405))
                    .isPositive();
            assertThat(metrics).contains("\npackhorse_connections ").doesNotContain("secret-name", "BREW", "brew");
        });
    }

    private static double series(String metrics, String name, String operation, int status) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + "{"))
                .filter(line -> List.of(
                                "export=\"/files\"",
                                "operation=\"" + operation + "\"",
                                "protocol=\"httpfs\"",
                                "status=\"" + status + "\"")
                        .stream()
                        .allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Test
    void metricsTellWhatBecameOfWebhooks() throws Exception {
        Path route = Files.writeString(gateway.folder().resolve("hooked.yaml"), """
                - route:
                    from:
                      uri: export:/hooked
                      parameters:
                        protocols: openhands-webhook
                      steps:
                        - to: store:memory:hooked
                """);
        gateway.load(route);
        send("POST", URI.create(gateway.address() + "/openhands-webhook/hooked/secret-name"), "12345");

        await().untilAsserted(() -> assertThat(
                        send("GET", management.resolve("/q/metrics"), "").body())
                .contains(
                        "packhorse_webhook_applied_total{export=\"/hooked\"} 1.0",
                        "packhorse_webhook_failed_total{export=\"/hooked\"} 0.0",
                        "packhorse_webhook_refused_total{export=\"/hooked\"} 0.0",
                        "packhorse_webhook_backlog_bytes{export=\"/hooked\"} 0.0")
                .doesNotContain("secret-name"));
    }

    @Test
    void eachRequestIsALineWithoutItsQuery() throws Exception {
        send("PUT", served("/logged%20name?token=hush"), "12345");

        String line = logged("PUT /fs/files/logged");

        assertThat(line)
                .matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z 127\\.0\\.0\\.1 PUT /fs/files/logged%20name 200"
                                + " protocol=httpfs export=/files received=5 sent=3 ms=\\d+\\.\\d{3} request=\\d+");
        assertThat(gateway.accessLog()).noneMatch(each -> each.contains("hush") || each.contains("token"));
    }

    @Test
    void whatNoExportServesIsLoggedToo() throws Exception {
        send("GET", URI.create(gateway.address() + "/elsewhere?token=hush"), "");

        assertThat(logged("/elsewhere")).contains(" GET /elsewhere 404 protocol=- export=- received=0 ");
    }

    private String logged(String part) {
        return await().until(
                        () -> gateway.accessLog().stream()
                                .filter(line -> line.contains(part))
                                .findFirst()
                                .orElse(""),
                        line -> !line.isEmpty());
    }

    @Test
    void theStartEndsWithWhereItListensAndACommandThatWorks() throws Exception {
        String address = gateway.address();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        main.announce(new PrintStream(printed, true, StandardCharsets.UTF_8));

        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("Packhorse is listening on " + address, "Try: curl " + address + "/fs/files/");
        assertThat(send("GET", URI.create(address + "/fs/files/"), "").statusCode())
                .isEqualTo(200);
    }

    private URI served(String path) {
        return URI.create(gateway.address() + "/fs/files" + path);
    }

    private static HttpResponse<String> send(String method, URI uri, String body)
            throws IOException, InterruptedException {
        HttpRequest.BodyPublisher content =
                body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        return CLIENT.send(
                HttpRequest.newBuilder(uri).method(method, content).build(), HttpResponse.BodyHandlers.ofString());
    }
}
