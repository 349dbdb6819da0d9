package dev.packhorse.route;

import dev.packhorse.change.Delivery;
import dev.packhorse.change.webhook.Webhook;
import dev.packhorse.change.webhook.WebhookOptions;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;
import org.jspecify.annotations.Nullable;

/** Gives the changes that come through a route from {@code changes:} to a webhook, which sends what is in the store then. */
final class OpenHandsWebhookProducer extends DefaultAsyncProducer {

    private final WebhookOptions options;
    private final LongAdder dropped;
    private @Nullable Webhook webhook;

    OpenHandsWebhookProducer(OpenHandsWebhookEndpoint endpoint, WebhookOptions options, LongAdder dropped) {
        super(endpoint);
        this.options = options;
        this.dropped = dropped;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        webhook = Webhook.open(options, dropped);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Delivery delivery = exchange.getProperty(ChangesConsumer.DELIVERY, Delivery.class);
        Webhook open = webhook;
        if (delivery == null || open == null) {
            exchange.setException(
                    new IllegalStateException("openhands-webhook: delivers changes, its route starts with changes:"));
            callback.done(true);
            return true;
        }
        open.accept(delivery, failure -> {
            if (failure != null) {
                exchange.setException(failure);
            }
            callback.done(false);
        });
        return false;
    }

    @Override
    protected void doStop() throws Exception {
        Webhook open = webhook;
        webhook = null;
        if (open != null) {
            open.close();
        }
        super.doStop();
    }
}
