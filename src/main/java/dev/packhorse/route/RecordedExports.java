package dev.packhorse.route;

import dev.packhorse.change.Outbox;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Stands in front of who serves exports, and has what changes them written to the outbox, over whatever protocol it comes. */
public final class RecordedExports implements ExportListener {

    /** What a route of changes is to the routes of the export from which it reads: one more protocol. */
    private static final String PROTOCOL = "changes";

    private final ExportListener served;
    private final Outbox outbox;
    private final Map<FsPath, Store> stores = new ConcurrentSkipListMap<>();
    private final Set<FsPath> waitedFor = ConcurrentHashMap.newKeySet();

    public RecordedExports(ExportListener served, Outbox outbox) {
        this.served = served;
        this.outbox = outbox;
    }

    @Override
    public void added(Export export) {
        served.added(new Export(
                export.path(),
                export.protocols(),
                export.routeId(),
                export.options(),
                (protocol, caller) ->
                        outbox.recording(export.path(), export.stores().apply(protocol, caller)),
                export.reached()));
        stores.put(export.path(), export.stores().apply(PROTOCOL, Export.GATEWAY));
    }

    @Override
    public void removed(Export export) {
        stores.remove(export.path());
        served.removed(new Export(
                export.path(),
                export.protocols(),
                export.routeId(),
                export.options(),
                export.stores(),
                export.reached()));
    }

    /** The export as a store, from which contents are read; {@code null} while it is not there. */
    @Nullable
    Store store(FsPath export) {
        return stores.get(export);
    }

    Outbox outbox() {
        return outbox;
    }

    void waitFor(FsPath export) {
        waitedFor.add(export);
    }

    /**
     * Tells whether every route of changes has its export. To be asked when all routes are loaded.
     *
     * @throws IllegalArgumentException if one has not, with one line that names it and those that are there
     */
    public void requireAll() {
        List<FsPath> missing = new TreeSet<>(waitedFor)
                .stream().filter(each -> !stores.containsKey(each)).toList();
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("changes:" + missing.get(0) + " names no export, exports are "
                    + (stores.isEmpty()
                            ? "none"
                            : String.join(
                                    ", ",
                                    stores.keySet().stream()
                                            .map(FsPath::toString)
                                            .toList())));
        }
    }
}
