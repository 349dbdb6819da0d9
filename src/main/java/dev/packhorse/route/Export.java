package dev.packhorse.route;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * A store shown to clients.
 *
 * @param path where, below the prefix of each protocol; one or more segments
 * @param protocols over what
 * @param routeId the route behind it
 * @param options what the route says about its protocols; taken by the fronts
 * @param stores the route as a store, by the protocol over which and the caller for whom it is asked, as the headers
 *     {@code PackhorseProtocol} and {@code PackhorseCaller} have them
 * @param reached the stores that the route names, as it sees them; known when all routes are loaded
 */
public record Export(
        FsPath path,
        List<String> protocols,
        String routeId,
        Options options,
        BiFunction<String, String, Store> stores,
        Supplier<List<Store>> reached) {

    /** The caller where the gateway asks for itself. */
    public static final String GATEWAY = "packhorse";
}
