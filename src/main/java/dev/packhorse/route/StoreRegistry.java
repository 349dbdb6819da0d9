package dev.packhorse.route;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The stores of the process, each opened once: two routes that name the same location share it, so that its locks
 * hold between them. Options are given where a location is named first; later the same or none.
 */
public final class StoreRegistry {

    /**
     * An opened store.
     *
     * @param location where it is, without secrets: the name it goes by in logs, health and the database
     * @param store the store as routes see it
     * @param bare the same without its policies: what tells whether the back end answers
     */
    public record Opened(String location, Store store, Store bare) {}

    /** Puts policies around a store that has just been opened. */
    @FunctionalInterface
    public interface Policies {
        /**
         * The store as routes see it.
         *
         * @param location where it is, without secrets
         * @param options those that the opener has left
         */
        Store around(Store store, String location, Options options) throws FsException;
    }

    /** An open store and the options it was opened with. */
    private record Entry(Opened opened, Map<String, String> options) {}

    private final Map<String, StoreOpener> openers;
    private final Map<String, StoreName> names;
    private final Policies policies;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /**
     * A registry without open stores.
     *
     * @param openers what opens a location, by scheme
     * @param names what stands for a location
     * @param policies puts the policies around a store, given its location
     */
    public StoreRegistry(Map<String, StoreOpener> openers, Map<String, StoreName> names, Policies policies) {
        this.openers = Map.copyOf(openers);
        this.names = Map.copyOf(names);
        this.policies = policies;
    }

    /**
     * The location that a name stands for; what is no name is a location already.
     *
     * @param options those that only the name knows are taken
     * @throws IllegalArgumentException if the operator has to mend something
     */
    public String locate(String nameOrLocation, Options options) {
        StoreName name = names.get(nameOrLocation);
        return name == null ? nameOrLocation : name.location(options);
    }

    /**
     * Opens a store, or returns the one that is open already.
     *
     * @param options all of them are taken
     * @throws IllegalArgumentException if the operator has to mend something
     */
    public synchronized Store open(String location, Options options) throws FsException {
        String scheme = Location.scheme(location);
        StoreOpener opener = scheme == null ? null : openers.get(scheme);
        if (opener == null) {
            throw new IllegalArgumentException("unknown store '"
                    + (scheme == null ? Location.masked(location) : scheme + ":") + "', stores are "
                    + new TreeSet<>(openers.keySet())
                            .stream().map(each -> each + ":").collect(Collectors.joining(", "))
                    + (names.isEmpty() ? "" : ", and by name " + String.join(", ", new TreeSet<>(names.keySet()))));
        }
        Map<String, String> given = options.left();
        Entry existing = entries.get(location);
        if (existing != null) {
            if (!given.isEmpty() && !given.equals(existing.options())) {
                throw new IllegalArgumentException("store " + Location.masked(location)
                        + " is open with other options; give them once, or the same each time");
            }
            return existing.opened().store();
        }
        Store store = opener.open(location, options);
        try {
            String masked = Location.masked(location);
            Opened opened = new Opened(masked, policies.around(store, masked, options), store);
            options.end();
            entries.put(location, new Entry(opened, given));
            return opened.store();
        } catch (FsException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** What is open now, in the order of opening. */
    public synchronized List<Opened> all() {
        return entries.values().stream().map(Entry::opened).toList();
    }

    /** Closes all stores; the first failure is thrown when all have been tried. */
    public void closeAll() throws FsException {
        List<Opened> closing;
        synchronized (this) {
            closing = all();
            entries.clear();
        }
        FsException failure = null;
        for (Opened each : closing) {
            try {
                each.store().close();
            } catch (FsException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
