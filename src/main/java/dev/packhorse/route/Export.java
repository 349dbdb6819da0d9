package dev.packhorse.route;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import java.util.List;
import java.util.function.Function;

/**
 * A store shown to clients.
 *
 * @param path where, below the prefix of each protocol; one or more segments
 * @param protocols over what
 * @param routeId the route behind it
 * @param options what the route says about its protocols; taken by the fronts
 * @param stores the route as a store, as a protocol sees it
 */
public record Export(
        FsPath path, List<String> protocols, String routeId, Options options, Function<String, Store> stores) {}
