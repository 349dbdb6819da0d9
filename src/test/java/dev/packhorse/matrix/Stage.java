package dev.packhorse.matrix;

import dev.packhorse.fs.Capabilities;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Store;
import dev.packhorse.gateway.TestGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A whole gateway, and stores of all kinds for it to serve. */
final class Stage implements AutoCloseable {

    /**
     * A fresh store of a kind, served under a name.
     *
     * @param bare what the store can do
     * @param whole what it can do with the policies around it
     */
    record Served(String export, Capabilities bare, Capabilities whole) {}

    private final Path near;
    private final Backends backends;
    private final List<Export> exports = new ArrayList<>();
    private TestGateway gateway;

    /**
     * Starts the gateway.
     *
     * @param folder for all that is kept
     */
    Stage(Path folder) throws Exception {
        near = Files.createDirectories(folder.resolve("near"));
        gateway = new TestGateway(near);
        backends = new Backends(Files.createDirectories(folder.resolve("far")));
    }

    /** An export as its route says it. */
    private record Export(String name, String protocols, Place place) {}

    TestGateway gateway() {
        return gateway;
    }

    /** Stops the gateway, and starts one that finds what that has left, on other ports. */
    void restart() throws Exception {
        gateway.close();
        gateway = new TestGateway(near);
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

    /** Serves a fresh store of a kind over these protocols. */
    Served serve(Backend backend, List<Protocol> protocols) throws Exception {
        return serve(backend, protocols, Map.of());
    }

    /**
     * As above.
     *
     * @param policies parameters of the policies
     */
    Served serve(Backend backend, List<Protocol> protocols, Map<String, String> policies) throws Exception {
        String export = "stage" + exports.size();
        Place place = backends.fresh(backend);
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
        return new Served(export, bare, gateway.routed(place.location()).capabilities());
    }

    /** Our client of an export; the caller closes it. */
    Store client(Protocol protocol, Served served) throws FsException {
        Place place = protocol.client(gateway, served.export());
        return gateway.open(place.location(), place.options());
    }

    @Override
    public void close() throws IOException {
        try (backends) {
            gateway.close();
        }
    }
}
