package dev.packhorse.route;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Capability;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.Endpoint;
import org.apache.camel.EndpointAware;
import org.apache.camel.Navigate;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;

/** Announces an export while its route runs. */
final class ExportConsumer extends DefaultConsumer {

    private final ExportEndpoint endpoint;
    private final ExportListener listener;
    private volatile @Nullable Capabilities capabilities;
    private @Nullable Export export;

    ExportConsumer(ExportEndpoint endpoint, Processor processor, ExportListener listener) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.listener = listener;
    }

    String exportPath() {
        return endpoint.path().toString();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        Export added = new Export(
                endpoint.path(),
                endpoint.protocols(),
                getRouteId(),
                endpoint.options(),
                protocol -> new RouteStore(this, this::capabilities, protocol));
        listener.added(added);
        endpoint.options().end();
        export = added;
    }

    @Override
    protected void doStop() throws Exception {
        Export added = export;
        if (added != null) {
            listener.removed(added);
            export = null;
        }
        super.doStop();
    }

    /**
     * What the route can do: what every store in it can do, also those behind {@code direct:}, since which of them a call
     * reaches is decided by the route. The stores of a route do not change while it runs.
     */
    private Capabilities capabilities() {
        Capabilities known = capabilities;
        if (known == null) {
            List<StoreEndpoint> stores = new ArrayList<>();
            collect(getEndpoint().getCamelContext().getRoute(getRouteId()), stores, new HashSet<>());
            known = stores.stream()
                    .map(store -> store.store().capabilities())
                    .reduce(ExportConsumer::both)
                    .orElseThrow(() -> new IllegalStateException("no store: step in route " + getRouteId()));
            capabilities = known;
        }
        return known;
    }

    private static Capabilities both(Capabilities one, Capabilities other) {
        EnumSet<Capability> all = EnumSet.noneOf(Capability.class);
        all.addAll(one.all());
        all.retainAll(other.all());
        return new Capabilities(
                all,
                one.timePrecision().compareTo(other.timePrecision()) >= 0
                        ? one.timePrecision()
                        : other.timePrecision());
    }

    private void collect(@Nullable Route route, List<StoreEndpoint> stores, Set<Object> seen) {
        if (route != null && seen.add(route)) {
            collect(route.navigate(), stores, seen);
        }
    }

    private void collect(Navigate<Processor> processors, List<StoreEndpoint> stores, Set<Object> seen) {
        if (!seen.add(processors) || !processors.hasNext()) {
            return;
        }
        for (Processor processor : processors.next()) {
            if (processor instanceof EndpointAware aware) {
                Endpoint to = aware.getEndpoint();
                if (to instanceof StoreEndpoint store) {
                    stores.add(store);
                } else if (to != null) {
                    getEndpoint().getCamelContext().getRoutes().stream()
                            .filter(route -> route.getEndpoint() == to)
                            .forEach(route -> collect(route, stores, seen));
                }
            }
            if (processor instanceof Navigate<?> nested) {
                collect(cast(nested), stores, seen);
            }
        }
    }

    @SuppressWarnings("unchecked") // processors navigate to processors
    private static Navigate<Processor> cast(Navigate<?> nested) {
        return (Navigate<Processor>) nested;
    }
}
