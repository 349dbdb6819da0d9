package dev.packhorse.route;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;
import org.jspecify.annotations.Nullable;

/** {@code store:LOCATION}: runs file operations against a store. */
public final class StoreComponent extends DefaultComponent {

    private final StoreRegistry registry;

    public StoreComponent(StoreRegistry registry) {
        this.registry = registry;
    }

    /** A location is a URI within a URI: what Camel decodes could not be told from what was never encoded. */
    @Override
    public boolean useRawUri() {
        return true;
    }

    @Override
    protected Endpoint createEndpoint(String uri, @Nullable String remaining, Map<String, Object> parameters)
            throws Exception {
        if (remaining == null || remaining.isEmpty()) {
            throw new IllegalArgumentException("store: needs a location, store:file:data/files for one");
        }
        Options options = new Options(parameters);
        String operation = options.optional("operation");
        if (operation != null && !StoreProducer.OPERATIONS.contains(operation)) {
            throw StoreProducer.unknown(operation);
        }
        String path = options.optional("path");
        parameters.clear();
        String location = registry.locate(remaining, options);
        return new StoreEndpoint(
                uri, this, registry.open(location, options), Location.masked(location), operation, path);
    }
}
