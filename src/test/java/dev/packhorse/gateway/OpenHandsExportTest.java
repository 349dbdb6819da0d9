package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The options of an export that speaks OpenHands' protocols do what their names say. */
class OpenHandsExportTest {

    @TempDir
    Path folder;

    private TestGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    private void export(String options) throws Exception {
        gateway.load(
                Files.writeString(folder.resolve("routes.yaml"), """
                        - route:
                            from:
                              uri: export:/e
                              parameters:
                                protocols: openhands, openhands-webhook
                        %s
                              steps:
                                - to: store:memory:e
                        """.formatted(
                                options.indent(8).stripTrailing())),
                Map.of());
    }

    private int status(String method, String target, String body, String... headers) throws Exception {
        return gateway.send(method, target, body, headers).status();
    }

    private static String basic(String credentials) {
        return "Authorization: Basic "
                + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void eachCredentialAdmitsInItsOwnHeaderToBothProtocols() throws Exception {
        export("""
                openhands.api-key: of-api
                openhands.session-api-key: of-session
                openhands.bearer-token: of-bearer
                openhands.user: joe
                openhands.password: "pass:word"
                """);

        for (String target : new String[] {"/openhands/e/files/a", "/openhands-webhook/e/a"}) {
            for (String header : new String[] {
                "X-API-Key: of-api",
                "X-Session-API-Key: of-session",
                "Authorization: Bearer of-bearer",
                basic("joe:pass:word")
            }) {
                assertThat(status("POST", target, "x", header))
                        .as(target + " " + header)
                        .isIn(200, 201);
            }
            for (String header : new String[] {
                "X-API-Key: of-session",
                "X-Session-API-Key: of-api",
                "Authorization: Bearer of-api",
                basic("joe:of-bearer"),
                "X: y"
            }) {
                assertThat(status("POST", target, "x", header))
                        .as(target + " " + header)
                        .isEqualTo(401);
            }
        }
    }

    @Test
    void filesAreBelowTheBaseItselfOnlyWhereTheExportSaysSo() throws Exception {
        export("openhands.bare-paths: true");
        assertThat(status("POST", "/openhands/e/d/a", "x")).isEqualTo(201);
        assertThat(status("GET", "/openhands/e/files/d/a", "")).isEqualTo(200);
    }

    @Test
    void filesAreNotBelowTheBaseItselfOtherwise() throws Exception {
        export("openhands.bare-paths: false");
        assertThat(status("POST", "/openhands/e/d/a", "x")).isEqualTo(404);
    }

    @Test
    void theBacklogBoundsWhatAWebhookMayBring() throws Exception {
        export("openhands-webhook.backlog: 8k");
        assertThat(status("POST", "/openhands-webhook/e/small", "x".repeat(2_000)))
                .isEqualTo(200);
        assertThat(status("POST", "/openhands-webhook/e/large", "x".repeat(20_000)))
                .isEqualTo(413);
    }

    @Test
    void whatABatchPostedMayBeKeptWhenItRemovesTheDirectory() throws Exception {
        export("openhands-webhook.directory-delete: keep-posted");
        assertThat(status("POST", "/openhands-webhook/e", """
                [{"method":"POST","path":"d/a","content":"1"},{"method":"DELETE","path":"d"},{"method":"POST","path":"end","content":"1"}]""")).isEqualTo(200);

        await().until(() -> status("GET", "/openhands/e/files/end", "") == 200);
        assertThat(status("GET", "/openhands/e/files/d/a", "")).isEqualTo(200);
    }
}
