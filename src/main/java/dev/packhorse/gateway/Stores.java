package dev.packhorse.gateway;

import dev.packhorse.route.StoreOpener;
import dev.packhorse.store.memory.MemoryStore;
import java.util.Map;

/** The stores that there are, by scheme. */
final class Stores {

    private Stores() {}

    static Map<String, StoreOpener> openers() {
        return Map.of("memory", (location, options) -> new MemoryStore(options.size("size", 64L << 20)));
    }

    /** Whether what a location holds ends with the process. */
    static boolean startsEmpty(String location) {
        return location.startsWith("memory:");
    }
}
