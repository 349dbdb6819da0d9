package dev.packhorse.gateway;

import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.Store;
import dev.packhorse.policy.cache.CacheStore;
import dev.packhorse.policy.overlay.OverlayStore;
import dev.packhorse.policy.overlay.OverlayTable;
import dev.packhorse.route.Options;
import dev.packhorse.route.StoreRegistry;
import dev.packhorse.store.local.LocalStore;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/** What stands between the routes and each store: the overlay, and below it, where the way to the store is long, a cache. */
final class StorePolicies implements StoreRegistry.Policies {

    private final OverlayTable overlay;
    private final @Nullable PeerChannel peers;
    private final MeterRegistry registry;

    /**
     * Policies for the stores of a process.
     *
     * @param peers the other gateways on the state database; {@code null} if nobody else can be there
     */
    StorePolicies(OverlayTable overlay, @Nullable PeerChannel peers, MeterRegistry registry) {
        this.overlay = overlay;
        this.peers = peers;
        this.registry = registry;
    }

    @Override
    public Store around(Store store, String location, Options options) throws FsException {
        if (Stores.startsEmpty(location)) {
            overlay.clear(location);
        }
        if (store instanceof LocalStore local) {
            FunctionCounter.builder("packhorse.unlistable.names", local, LocalStore::unlistableNames)
                    .description("Entries left out of listings because no client could name them")
                    .tag("store", location)
                    .register(registry);
        }
        CacheStore.Options cache = cache(location, options);
        OverlayStore.Options kept = kept(location, options);
        return new OverlayStore(cache == null ? store : cached(store, location, cache), location, overlay, kept);
    }

    /** What is kept in the state database for a store that cannot keep it. */
    static OverlayStore.Options kept(String location, Options options) {
        // What a local file system keeps is enough for most, and each row costs a write.
        boolean keep = options.flag("overlay", !location.startsWith("file:"));
        boolean symlinks = options.flag("overlay-symlinks", true);
        EnumSet<Capability> keeps = EnumSet.noneOf(Capability.class);
        if (keep) {
            keeps.addAll(OverlayStore.Options.DEFAULT.keeps());
        }
        if (!symlinks) {
            keeps.remove(Capability.SYMLINKS);
        }
        return new OverlayStore.Options(
                mode(options, "file-mode"), mode(options, "directory-mode"), owner(options, "owner"), keeps);
    }

    private static @Nullable Mode mode(Options options, String name) {
        String octal = options.optional(name);
        if (octal == null) {
            return null;
        }
        if (!octal.matches("[0-7]{1,5}") || Integer.parseInt(octal, 8) > 07777) {
            throw Options.bad(name, octal, "a mode such as 0640");
        }
        return new Mode(Integer.parseInt(octal, 8));
    }

    private static @Nullable Owner owner(Options options, String name) {
        String ids = options.optional(name);
        if (ids == null) {
            return null;
        }
        if (!ids.matches("[0-9]{1,9}:[0-9]{1,9}")) {
            throw Options.bad(name, ids, "a user and a group such as 1000:1000");
        }
        int colon = ids.indexOf(':');
        return new Owner(Long.parseLong(ids.substring(0, colon)), Long.parseLong(ids.substring(colon + 1)));
    }

    private Store cached(Store store, String location, CacheStore.Options options) {
        CacheStore cache;
        if (peers == null) {
            cache = new CacheStore(store, options);
        } else {
            cache = new CacheStore(store, options, path -> peers.changed(location, path));
            peers.hear(location, cache::forget);
        }
        FunctionCounter.builder("packhorse.cache.hits", cache, CacheStore::hits)
                .description("Nodes and listings that were answered from memory")
                .tag("store", location)
                .register(registry);
        FunctionCounter.builder("packhorse.cache.misses", cache, CacheStore::misses)
                .description("Nodes and listings that the store was asked for")
                .tag("store", location)
                .register(registry);
        Gauge.builder("packhorse.cache.size", cache, CacheStore::bytes)
                .description("Memory that the cache takes, estimated")
                .baseUnit("bytes")
                .tag("store", location)
                .register(registry);
        return cache;
    }

    /** The cache that the operator wants, {@code null} for none. */
    static CacheStore.@Nullable Options cache(String location, Options options) {
        Duration ttl =
                options.duration("cache", Stores.isCached(location) ? CacheStore.Options.DEFAULT.ttl() : Duration.ZERO);
        // Read in any case, so that the rest may stay in the route of who turns the cache off for a while.
        CacheStore.Options cache = read(ttl.isZero() ? CacheStore.Options.DEFAULT.ttl() : ttl, options);
        return ttl.isZero() ? null : cache;
    }

    private static CacheStore.Options read(Duration ttl, Options options) {
        CacheStore.Options usual = CacheStore.Options.of(ttl);
        return new CacheStore.Options(
                ttl,
                options.duration("cache-negative", usual.negativeTtl()),
                usual.refreshAfter(),
                options.duration("cache-stale-while-revalidate", usual.staleWhileRevalidate()),
                options.duration("cache-stale-if-error", usual.staleIfError()),
                options.size("cache-entries", usual.maxNodes()),
                options.size("cache-size", usual.maxBytes()));
    }
}
