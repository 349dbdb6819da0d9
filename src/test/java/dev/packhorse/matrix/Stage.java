package dev.packhorse.matrix;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.gateway.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A whole gateway, and stores of all kinds for it to serve. */
final class Stage implements AutoCloseable {

    /**
     * A fresh store of a kind, served under a name.
     *
     * @param location of the store
     * @param bare what the store can do
     * @param whole what it can do with its policies around it
     */
    record Served(String export, String location, Capabilities bare, Capabilities whole) {}

    private final Path folder;
    private final Backends backends;
    private final List<Export> exports = new ArrayList<>();
    private final Map<String, Served> emptied = new HashMap<>();
    private TestGateway gateway;

    private Stage(Path folder) throws Exception {
        this.folder = folder;
        gateway = new TestGateway(near());
        backends = new Backends(Files.createDirectory(folder.resolve("far")));
    }

    /** Starts the gateway, with a new folder for all that is kept. */
    static Stage start() {
        try {
            return new Stage(Files.createTempDirectory("stage"));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Path near() {
        return folder.resolve("near");
    }

    /** An export as its route says it. */
    private record Export(String name, String protocols, Place place) {}

    TestGateway gateway() {
        return gateway;
    }

    /** Stops the gateway, and starts one that finds what that has left, on other ports. */
    void restart() throws Exception {
        gateway.close();
        gateway = new TestGateway(near());
        for (Export export : exports) {
            serve(export);
        }
    }

    private void serve(Export export) throws Exception {
        gateway.serve(
                export.name(),
                export.protocols(),
                export.place().location(),
                export.place().options());
    }

    /** A store of a kind that is served over a protocol, the same each time, emptied. */
    Served empty(Backend backend, Protocol protocol) throws Exception {
        String pair = protocol + " over " + backend;
        Served served = emptied.get(pair);
        if (served == null) {
            served = serve(backends.fresh(backend, Map.of()), List.of(protocol), Map.of());
            emptied.put(pair, served);
        }
        for (String left : Step.names(behind(served), "/")) {
            try {
                behind(served).remove(FsPath.parse("/" + left), Preconditions.NONE);
            } catch (FsException e) {
                // S3Proxy in memory now and then lists a directory for a while that it no longer has.
                if (e.kind() != FsException.Kind.NOT_FOUND) {
                    throw e;
                }
            }
        }
        return served;
    }

    /** Serves a fresh store of a kind over these protocols; one that nobody can write to holds {@link Backends#HELD}. */
    Served serve(Backend backend, List<Protocol> protocols) throws Exception {
        return serve(backend, protocols, Map.of());
    }

    /**
     * As above.
     *
     * @param policies parameters of the policies
     */
    Served serve(Backend backend, List<Protocol> protocols, Map<String, String> policies) throws Exception {
        return serve(backends.fresh(backend, Backends.HELD), protocols, policies);
    }

    private Served serve(Place place, List<Protocol> protocols, Map<String, String> policies) throws Exception {
        String export = "stage" + exports.size();
        Map<String, String> options = new HashMap<>(place.options());
        options.putAll(policies);
        exports.add(new Export(
                export,
                protocols.stream().map(each -> each.label).collect(Collectors.joining(",")),
                new Place(place.location(), options)));
        serve(exports.get(exports.size() - 1));
        Capabilities bare;
        try (Store store = gateway.open(place.location(), place.options())) {
            bare = store.capabilities();
        }
        return new Served(
                export, place.location(), bare, gateway.routed(place.location()).capabilities());
    }

    /** The store behind an export with its policies, as routes have it; nobody closes it. */
    Store behind(Served served) throws FsException {
        return gateway.routed(served.location());
    }

    /** Our client of an export; the caller closes it. */
    Store client(Protocol protocol, Served served) throws FsException {
        return protocol.client(gateway, served.export());
    }

    @Override
    public void close() throws IOException {
        try (backends) {
            gateway.close();
        }
        try (Stream<Path> left = Files.walk(folder)) {
            for (Path each : left.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
