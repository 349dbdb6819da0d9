package dev.packhorse.route;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/** {@code store:LOCATION}: runs file operations against a store. */
public final class StoreComponent extends DefaultComponent {

    private final StoreRegistry registry;

    public StoreComponent(StoreRegistry registry) {
        this.registry = registry;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        Object operation = parameters.remove("operation");
        Object path = parameters.remove("path");
        return new StoreEndpoint(
                uri,
                this,
                registry.open(remaining, parameters),
                operation == null ? null : operation.toString(),
                path == null ? null : path.toString());
    }
}
