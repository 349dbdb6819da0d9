package dev.packhorse.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.change.webhook.WebhookOptions;
import dev.packhorse.change.webhook.WebhookOptions.PathJoining;
import dev.packhorse.change.webhook.WebhookOptions.Retry;
import dev.packhorse.change.webhook.WebhookOptions.Timeouts;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** The parameters of {@code openhands-webhook:}, as routes write them. */
class OpenHandsWebhookComponentTest {

    private static WebhookOptions options(String sessionKey, String parameters) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addComponent("openhands-webhook", new OpenHandsWebhookComponent(sessionKey));
            return context.getEndpoint(
                            "openhands-webhook:http://127.0.0.1:1/hook" + parameters, OpenHandsWebhookEndpoint.class)
                    .options();
        }
    }

    @Test
    void eachParameterIsRead() throws Exception {
        WebhookOptions read = options(
                "",
                "?batch=true&path-joining=bare&retry=openhands&tries=7&timeout=8s&connect-timeout=9s&try-pause=10s"
                        + "&batch-timeout=11s&max-delay=12s&batch-size=13k&parallel=14&header.Authorization=RAW(Bearer x)"
                        + "&secret=sesame");

        assertThat(read)
                .usingRecursiveComparison()
                .isEqualTo(new WebhookOptions(
                        URI.create("http://127.0.0.1:1/hook"),
                        true,
                        PathJoining.BARE,
                        Retry.OPENHANDS,
                        new Timeouts(
                                Duration.ofSeconds(9),
                                Duration.ofSeconds(8),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(11),
                                Duration.ofSeconds(12)),
                        7,
                        13 << 10,
                        14,
                        Map.of("authorization", "Bearer x"),
                        "sesame"));
        assertThat(read.toString()).doesNotContain("sesame").doesNotContain("Bearer");
    }

    @Test
    void withoutAnyTheDefaultsHoldAndTheSessionKeyIsShown() throws Exception {
        WebhookOptions usual = WebhookOptions.of(URI.create("http://127.0.0.1:1/hook"));

        assertThat(options("", "")).isEqualTo(usual);
        assertThat(options("key", "").headers()).isEqualTo(Map.of("X-Session-API-Key", "key"));
        assertThat(options("key", "?header.x-session-api-key=own").headers().values())
                .containsExactly("own");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        for (String parameters : new String[] {"?tries=0", "?parallel=65", "?retry=never", "?timeout=0s", "?batsh=1"}) {
            assertThatThrownBy(() -> options("", parameters)).as(parameters).isInstanceOf(Exception.class);
        }
    }
}
