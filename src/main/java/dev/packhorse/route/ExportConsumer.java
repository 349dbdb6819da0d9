package dev.packhorse.route;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.Store;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.Endpoint;
import org.apache.camel.EndpointAware;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.Navigate;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;

/** Announces an export while its route runs. */
final class ExportConsumer extends DefaultConsumer {

    private final ExportEndpoint endpoint;
    private final ExportListener listener;
    private volatile @Nullable List<Store> stores;
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
        Options options = endpoint.options();
        Export added = new Export(
                endpoint.path(),
                endpoint.protocols(),
                getRouteId(),
                options,
                (protocol, caller) -> new RouteStore(this, this::capabilities, protocol, caller),
                this::reached);
        try {
            listener.added(added);
            export = added;
            options.end();
        } catch (IllegalArgumentException e) {
            throw new FailedToStartRouteException(getRouteId(), String.valueOf(e.getMessage()), e);
        }
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

    /** What the route can do ({@link Capabilities#or}), since which of its stores a call reaches is decided by the route. */
    private Capabilities capabilities() {
        List<Store> known = reached();
        Capabilities all = known.get(0).capabilities();
        for (int i = 1; i < known.size(); i++) {
            all = all.or(known.get(i).capabilities());
        }
        return all;
    }

    /** Whether source and target of a copy or move may be in different stores. */
    boolean hasSeveralStores() {
        return reached().size() > 1;
    }

    /**
     * The stores in the route, also those behind {@code direct:} and {@code seda:}. Stores that a route names only when a
     * message comes ({@code toD}, {@code recipientList}) are not known here. They do not change while the route runs.
     */
    private List<Store> reached() {
        List<Store> known = stores;
        if (known == null) {
            Set<Store> found = new LinkedHashSet<>();
            collect(getRoute(), found, new HashSet<>());
            if (found.isEmpty()) {
                throw new IllegalArgumentException("the export has no step store:");
            }
            known = List.copyOf(found);
            stores = known;
        }
        return known;
    }

    private void collect(Route route, Set<Store> found, Set<Object> seen) {
        if (seen.add(route)) {
            collect(route.navigate(), found, seen);
            route.getOnExceptions().forEach(processor -> collect(processor, found, seen));
        }
    }

    private void collect(@Nullable Object processor, Set<Store> found, Set<Object> seen) {
        if (processor == null || !seen.add(processor)) {
            return;
        }
        if (processor instanceof EndpointAware aware) {
            Endpoint to = aware.getEndpoint();
            if (to instanceof StoreEndpoint store) {
                found.add(store.store());
            } else if (to != null) {
                getEndpoint().getCamelContext().getRoutes().stream()
                        .filter(route -> route.getEndpoint() == to)
                        .forEach(route -> collect(route, found, seen));
            }
        }
        if (processor instanceof Navigate<?> nested && nested.hasNext()) {
            nested.next().forEach(each -> collect(each, found, seen));
        }
    }
}
