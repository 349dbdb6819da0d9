package dev.packhorse.route;

import dev.packhorse.change.webhook.WebhookOptions;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/** One receiver of webhooks: only a producer. */
final class OpenHandsWebhookEndpoint extends DefaultEndpoint {

    private final WebhookOptions options;
    private final LongAdder dropped;

    OpenHandsWebhookEndpoint(String uri, Component component, WebhookOptions options, LongAdder dropped) {
        super(uri, component);
        this.options = options;
        this.dropped = dropped;
    }

    WebhookOptions options() {
        return options;
    }

    /** Two with the same URL may differ in what is not shown of them. */
    @Override
    public boolean isSingleton() {
        return false;
    }

    @Override
    public boolean isSingletonProducer() {
        return true;
    }

    @Override
    public Producer createProducer() {
        return new OpenHandsWebhookProducer(this, options, dropped);
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new IllegalArgumentException("openhands-webhook: cannot start a route");
    }
}
