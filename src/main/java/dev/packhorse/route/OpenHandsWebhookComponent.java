package dev.packhorse.route;

import dev.packhorse.change.webhook.WebhookOptions;
import dev.packhorse.change.webhook.WebhookOptions.PathJoining;
import dev.packhorse.change.webhook.WebhookOptions.Retry;
import dev.packhorse.change.webhook.WebhookOptions.Timeouts;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;
import org.jspecify.annotations.Nullable;

/** {@code openhands-webhook:URL}: delivers changes by OpenHands' webhook protocol. */
public final class OpenHandsWebhookComponent extends DefaultComponent {

    private static final String SESSION_HEADER = "X-Session-API-Key";

    private final @Nullable String sessionKey;
    private final LongAdder dropped = new LongAdder();

    /**
     * A component.
     *
     * @param sessionKey what {@code SESSION_API_KEY} of the environment says, sent as {@code X-Session-API-Key}; {@code null} or
     *     empty for none
     */
    public OpenHandsWebhookComponent(@Nullable String sessionKey) {
        this.sessionKey = sessionKey;
    }

    /** Files and removals that receivers did not get and never will, since the start. */
    public long dropped() {
        return dropped.sum();
    }

    /** As with {@link StoreComponent}. */
    @Override
    public boolean useRawUri() {
        return true;
    }

    @Override
    protected Endpoint createEndpoint(String uri, @Nullable String remaining, Map<String, Object> parameters) {
        URI url = WebhookOptions.url(remaining == null ? "" : remaining);
        Options options = new Options(parameters);
        parameters.clear();
        WebhookOptions webhook = read(url, options);
        options.end();
        // Without its parameters, among which are secrets: Camel shows it in messages.
        return new OpenHandsWebhookEndpoint("openhands-webhook:" + url, this, webhook, dropped);
    }

    private WebhookOptions read(URI url, Options options) {
        WebhookOptions usual = WebhookOptions.of(url);
        Timeouts timeouts = Timeouts.DEFAULT;
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        if (sessionKey != null && !sessionKey.isEmpty()) {
            headers.put(SESSION_HEADER, sessionKey);
        }
        headers.putAll(options.prefixed("header."));
        return new WebhookOptions(
                url,
                options.flag("batch", usual.batch()),
                options.choice("path-joining", PathJoining.SLASH),
                options.choice("retry", Retry.DURABLE),
                new Timeouts(
                        options.duration("connect-timeout", timeouts.connect()),
                        options.duration("timeout", timeouts.request()),
                        options.duration("try-pause", timeouts.betweenTries()),
                        options.duration("batch-timeout", timeouts.quiet()),
                        options.duration("max-delay", timeouts.maxDelay())),
                number(options, "tries", usual.tries()),
                options.size("batch-size", usual.batchSize()),
                number(options, "parallel", usual.parallel()),
                headers,
                options.optional("secret"));
    }

    private static int number(Options options, String name, int otherwise) {
        long value = options.size(name, otherwise);
        if (value < 1 || value > 1_000) {
            throw Options.bad(name, Long.toString(value), "a number from 1 to 1000");
        }
        return (int) value;
    }
}
