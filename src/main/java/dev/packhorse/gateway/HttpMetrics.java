package dev.packhorse.gateway;

import dev.packhorse.server.HttpExchange;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Requests, durations, bytes and errors by protocol, export, operation and status. File names never become tags; methods that
 * no front knows count as {@code other}, so that a client cannot make the number of series grow.
 */
final class HttpMetrics {

    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "PUT", "PATCH", "DELETE", "MOVE", "COPY", "OPTIONS", "POST");

    private record Series(String protocol, String export, String operation, int status) {}

    private record Meters(Timer requests, Counter received, Counter sent) {}

    private final MeterRegistry registry;
    private final Map<Series, Meters> meters = new ConcurrentHashMap<>();

    HttpMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void add(HttpExchange exchange, int status, long received, long sent, long nanos) {
        Series series = new Series(
                Objects.requireNonNullElse(exchange.protocol(), "none"),
                Objects.requireNonNullElse(exchange.export(), "none"),
                operation(exchange),
                status);
        Meters found = meters.get(series);
        if (found == null) {
            found = meters.computeIfAbsent(series, this::create);
        }
        found.requests.record(nanos, TimeUnit.NANOSECONDS);
        if (received > 0) {
            found.received.increment((double) received);
        }
        if (sent > 0) {
            found.sent.increment((double) sent);
        }
    }

    /** One of a few: nobody can make up new series. */
    private static String operation(HttpExchange exchange) {
        String operation = exchange.operation();
        if (operation != null) {
            return operation;
        }
        String method = exchange.request().method();
        return METHODS.contains(method) ? method.toLowerCase(Locale.ROOT) : "other";
    }

    private Meters create(Series series) {
        Tags tags = Tags.of(
                "protocol",
                series.protocol,
                "export",
                series.export,
                "operation",
                series.operation,
                "status",
                Integer.toString(series.status));
        return new Meters(
                Timer.builder("packhorse.requests")
                        .description("Requests and how long they took")
                        .tags(tags)
                        .register(registry),
                Counter.builder("packhorse.received")
                        .description("Bytes of request bodies")
                        .baseUnit("bytes")
                        .tags(tags)
                        .register(registry),
                Counter.builder("packhorse.sent")
                        .description("Bytes of response bodies")
                        .baseUnit("bytes")
                        .tags(tags)
                        .register(registry));
    }
}
