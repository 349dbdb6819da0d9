package dev.packhorse.route;

import dev.packhorse.fs.Store;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;
import org.jspecify.annotations.Nullable;

/** One store in a route: only a producer. */
final class StoreEndpoint extends DefaultEndpoint {

    private final Store store;
    private final String location;
    private final @Nullable String operation;
    private final @Nullable String path;

    /**
     * An endpoint.
     *
     * @param location of the store, without secrets
     */
    StoreEndpoint(
            String uri,
            Component component,
            Store store,
            String location,
            @Nullable String operation,
            @Nullable String path) {
        super(uri, component);
        this.store = store;
        this.location = location;
        this.operation = operation;
        this.path = path;
    }

    Store store() {
        return store;
    }

    /** Where the store is, for the log. */
    String location() {
        return location;
    }

    /** Camel would share an endpoint between URIs that it takes for the same, {@code a%3Fb} and {@code a} among them. */
    @Override
    public boolean isSingleton() {
        return false;
    }

    @Override
    public boolean isSingletonProducer() {
        return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public Producer createProducer() {
        return new StoreProducer(this, operation, path);
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        throw new IllegalArgumentException("store: cannot start a route");
    }
}
