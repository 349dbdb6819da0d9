package dev.packhorse.route;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The stores of the process, each opened once: two routes that name the same location with the same options share it, so
 * that its locks hold between them.
 */
public final class StoreRegistry {

    /** An opened store and the name it goes by in logs and health. */
    public record Opened(String location, Store store) {}

    /** Puts policies around a store that has just been opened. */
    @FunctionalInterface
    public interface Policies {
        Store around(Store store, String location) throws FsException;
    }

    private record Key(String location, String options) {}

    private final Map<String, StoreOpener> openers;
    private final Policies policies;
    private final Map<Key, Opened> opened = new LinkedHashMap<>();

    /**
     * A registry without open stores.
     *
     * @param openers what opens a location, by scheme
     * @param policies puts the policies around a store, given its location
     */
    public StoreRegistry(Map<String, StoreOpener> openers, Policies policies) {
        this.openers = Map.copyOf(openers);
        this.policies = policies;
    }

    /**
     * Opens a store, or returns the one that is open already.
     *
     * @throws IllegalArgumentException if the operator has to mend something
     */
    public synchronized Store open(String location, Map<String, Object> parameters) throws FsException {
        String scheme = schemeOf(location);
        StoreOpener opener = scheme == null ? null : openers.get(scheme);
        if (opener == null) {
            throw new IllegalArgumentException("unknown store '" + (scheme == null ? location : scheme + ":")
                    + "', stores are " + String.join(", ", new TreeSet<>(openers.keySet())));
        }
        Key key = new Key(location, new java.util.TreeMap<>(parameters).toString());
        Opened existing = opened.get(key);
        if (existing != null) {
            parameters.clear();
            return existing.store();
        }
        Options options = new Options(parameters);
        Store store = opener.open(location, options);
        try {
            options.end();
        } catch (IllegalArgumentException e) {
            store.close();
            throw e;
        }
        Opened fresh = new Opened(location, policies.around(store, location));
        opened.put(key, fresh);
        return fresh.store();
    }

    /** What is open now, in the order of opening. */
    public synchronized List<Opened> all() {
        return List.copyOf(opened.values());
    }

    /** Closes all stores; the first failure is thrown when all have been tried. */
    public void closeAll() throws FsException {
        List<Opened> closing;
        synchronized (this) {
            closing = new ArrayList<>(opened.values());
            opened.clear();
        }
        FsException failure = null;
        for (Opened each : closing) {
            try {
                each.store().close();
            } catch (FsException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static @Nullable String schemeOf(String location) {
        int colon = location.indexOf(':');
        return colon <= 0 ? null : location.substring(0, colon);
    }
}
