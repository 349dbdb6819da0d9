package dev.packhorse.gateway;

import dev.packhorse.front.openhands.Mirror;
import dev.packhorse.route.OpenHandsWebhookComponent;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What became of what webhooks told of, by export, and of what is sent. File names never become tags. */
final class WebhookMetrics {

    private final MeterRegistry registry;
    private final Map<String, List<Meter>> meters = new ConcurrentHashMap<>();

    WebhookMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Counts for what is sent to receivers. */
    static void addSent(MeterRegistry registry, OpenHandsWebhookComponent webhooks) {
        FunctionCounter.builder("packhorse.webhook.dropped", webhooks, OpenHandsWebhookComponent::dropped)
                .description("Files and removals that openhands-webhook: did not send on, with retry=openhands")
                .register(registry);
    }

    /** Counts for a mirror until it is {@linkplain #remove removed}. */
    void add(String export, Mirror mirror) {
        meters.put(
                export,
                List.of(
                        FunctionCounter.builder("packhorse.webhook.applied", mirror, Mirror::applied)
                                .description("Changes that webhooks told of and that are in the store")
                                .tag("export", export)
                                .register(registry),
                        FunctionCounter.builder("packhorse.webhook.failed", mirror, Mirror::failed)
                                .description("Changes that webhooks told of and that the store would not have")
                                .tag("export", export)
                                .register(registry),
                        FunctionCounter.builder("packhorse.webhook.refused", mirror, Mirror::refused)
                                .description("Items of batches that made no sense")
                                .tag("export", export)
                                .register(registry),
                        Gauge.builder("packhorse.webhook.backlog", mirror, Mirror::backlog)
                                .description("What webhooks told of and that waits for the store")
                                .baseUnit("bytes")
                                .tag("export", export)
                                .register(registry)));
    }

    /** A mirror that comes later under the same name begins at nothing. */
    void remove(String export) {
        List<Meter> gone = meters.remove(export);
        if (gone != null) {
            gone.forEach(registry::remove);
        }
    }
}
