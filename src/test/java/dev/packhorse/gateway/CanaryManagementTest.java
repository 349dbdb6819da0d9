package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.packhorse.Canary;
import dev.packhorse.server.RawClient;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Health, metrics and the access log of a whole gateway hold no secret, neither the operator's nor a client's. */
@QuarkusTest
@TestProfile(CanaryManagementTest.Own.class)
class CanaryManagementTest {

    /** A gateway of its own, since it is not ready while a store cannot be reached. */
    public static final class Own implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return new GatewayProfile().getConfigOverrides();
        }
    }

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @Inject
    StartedGateway gateway;

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // set by Quarkus
    URI management;

    @Test
    void whatTheOperatorSeesHoldsNoSecret() throws Exception {
        // Given a store that cannot be reached, and a front with credentials
        Path routes = Files.writeString(
                gateway.folder().resolve("canary.yaml"), """
                - route:
                    id: canary
                    from:
                      uri: export:/canary
                      parameters:
                        protocols: httpfs, openhands
                        openhands.api-key: %1$s
                      steps:
                        - to:
                            uri: store:httpfs+http://joe:%2$s@127.0.0.1:1/canary-base
                """.formatted(Canary.secret("front"), Canary.secret("store")));
        gateway.load(routes);

        // When clients show what they should keep to themselves
        int port = URI.create(gateway.address()).getPort();
        for (String request : List.of(
                "GET http://joe:" + Canary.secret("userinfo") + "@h/fs/canary/logged-1 HTTP/1.1\r\n",
                "GET HTTPS://" + Canary.secret("user") + "@h/nowhere/logged-2 HTTP/1.1\r\n",
                "GET /fs/canary/logged-3?token=" + Canary.secret("query") + " HTTP/1.1\r\n",
                "GET /openhands/canary/files/logged-4 HTTP/1.1\r\nX-API-Key: " + Canary.secret("wrong") + "\r\n",
                "PUT /fs/canary/logged-5 HTTP/1.1\r\nContent-Length: 0\r\nAuthorization: Bearer "
                        + Canary.secret("bearer") + "\r\n")) {
            try (RawClient client = new RawClient(port)) {
                String answer = client.send(request + "Host: h\r\nConnection: close\r\n\r\n")
                        .readAll();
                assertThat(Canary.in(answer)).isEmpty();
            }
        }

        // Then
        await().until(() -> gateway.accessLog().stream()
                        .filter(line -> line.contains("/logged-"))
                        .count()
                == 5);
        assertThat(Canary.in(String.join("\n", gateway.accessLog()))).isEmpty();
        for (String page : List.of("/q/health", "/q/health/ready", "/q/health/live", "/q/metrics")) {
            HttpResponse<String> answer = CLIENT.send(
                    HttpRequest.newBuilder(management.resolve(page)).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).isNotEmpty();
            assertThat(Canary.in(answer.body())).as(page).isEmpty();
        }
        assertThat(CLIENT.send(
                                HttpRequest.newBuilder(management.resolve("/q/health/ready"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body())
                .contains("httpfs+http://joe:***@127.0.0.1:1/canary-base");
    }
}
