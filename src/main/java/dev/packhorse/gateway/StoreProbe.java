package dev.packhorse.gateway;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.route.Export;
import dev.packhorse.route.StoreRegistry.Opened;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Looks at the roots of stores, at all of them at once, past every policy: a cache would answer for a back end that is gone. */
final class StoreProbe {

    private static final Logger LOG = Logger.getLogger(StoreProbe.class);

    /** How long the start waits for stores. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(15);

    private StoreProbe() {}

    /**
     * Looks at stores that have just been opened, and warns of those that cannot be reached: they may be there later, and the
     * others do not wait for them.
     *
     * @param exports what leads to the stores
     * @param files the files of the routes, by the id of the route
     * @throws StartException if a store answers, but not as one that the operator has set up well
     */
    static void check(List<Opened> stores, List<Export> exports, Map<String, Path> files, Executor workers)
            throws StartException {
        for (var each : failures(stores, workers, START_PATIENCE).entrySet()) {
            FsException failure = each.getValue();
            String what = routes(each.getKey().store(), exports, files) + "store "
                    + each.getKey().location() + ": " + RouteFiles.reason(failure);
            if (failure.kind() != Kind.UNAVAILABLE && failure.kind() != Kind.TIMEOUT) {
                throw new StartException(what, failure);
            }
            LOG.warn(what + "; its clients are told so until it can be reached");
        }
    }

    /** The routes that reach a store, with their files, for the beginning of a line. */
    private static String routes(Store store, List<Export> exports, Map<String, Path> files) {
        return exports.stream()
                .filter(export -> export.reached().get().contains(store))
                .map(Export::routeId)
                .sorted()
                .map(id -> files.get(id) + ": route " + id + ": ")
                .collect(Collectors.joining());
    }

    /**
     * Asks the stores.
     *
     * @param patience how long all of them together may take; who is later has {@code TIMEOUT}
     * @return what went wrong, for those where something did, in the order given
     */
    static Map<Opened, FsException> failures(List<Opened> stores, Executor workers, Duration patience) {
        List<FutureTask<Void>> looks = new ArrayList<>();
        for (Opened opened : stores) {
            FutureTask<Void> look = new FutureTask<>(() -> {
                opened.bare().stat(FsPath.ROOT);
                return null;
            });
            looks.add(look);
            workers.execute(look);
        }
        long deadline = System.nanoTime() + patience.toNanos();
        Map<Opened, FsException> failures = new LinkedHashMap<>();
        for (int i = 0; i < looks.size(); i++) {
            FsException failure = failure(looks.get(i), deadline - System.nanoTime());
            if (failure != null) {
                failures.put(stores.get(i), failure);
            }
        }
        return failures;
    }

    private static @Nullable FsException failure(FutureTask<Void> look, long nanos) {
        try {
            look.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause() instanceof FsException known
                    ? known
                    : new FsException(Kind.IO, "stat", FsPath.ROOT, e.getCause());
        } catch (TimeoutException e) {
            look.cancel(true);
            return new FsException(Kind.TIMEOUT, "stat", FsPath.ROOT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new FsException(Kind.TIMEOUT, "stat", FsPath.ROOT, e);
        }
    }
}
