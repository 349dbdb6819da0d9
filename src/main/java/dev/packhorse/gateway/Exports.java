package dev.packhorse.gateway;

import dev.packhorse.front.http.HttpFront;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.httpfs.HttpfsFront;
import dev.packhorse.front.httpfs.HttpfsOptions;
import dev.packhorse.front.httpfs.SymlinkMode;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.route.Export;
import dev.packhorse.route.ExportListener;
import dev.packhorse.route.Options;
import dev.packhorse.server.HttpExchange;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is exported over HTTP: {@code /fs/<export>} speaks {@code httpfs}. {@code /fs/} itself, and what lies between it and
 * an export of several segments, is a read-only store of directories ({@link ExportsStore}).
 *
 * <p>Where one export lies below another ({@code /a} and {@code /a/b}), the longest path wins. {@code /fs/a} then lists what
 * the store of {@code /a} holds and nothing else: {@code b} is seen there only if that store has one, and what it has
 * under that name is out of reach.
 */
public final class Exports implements ExportListener {

    /** The protocols that are built. */
    static final List<String> PROTOCOLS = List.of("httpfs");

    private static final FsPath PREFIX = prefix();

    /** One export behind its front. */
    record Mount(Export export, HttpFront front, Store store) {}

    private final @Nullable Path spool;
    private final Executor workers;
    private final Object change = new Object();
    private volatile Map<String, Mount> mounts = Map.of();
    private volatile int deepest;
    private volatile Store above = new ExportsStore(List.of(), Instant.now());
    private final HttpFront index = new HttpfsFront(PREFIX.toString(), HttpfsOptions.DEFAULT);

    /**
     * No exports yet.
     *
     * @param spool where long listings are kept while they are sent; {@code null} for the folder of the system
     * @param workers threads that may block, for what fronts do ahead
     */
    public Exports(@Nullable Path spool, Executor workers) {
        this.spool = spool;
        this.workers = workers;
    }

    @Override
    public void added(Export export) {
        for (String protocol : export.protocols()) {
            if (!PROTOCOLS.contains(protocol)) {
                throw new IllegalArgumentException(
                        "unknown protocol '" + protocol + "', protocols are " + String.join(", ", PROTOCOLS));
            }
        }
        synchronized (change) {
            Map<String, Mount> more = new TreeMap<>(mounts);
            Mount other = more.get(export.path().toString());
            if (other != null) {
                throw new IllegalArgumentException("export " + export.path() + " is taken by route "
                        + other.export().routeId());
            }
            HttpFront front = new HttpfsFront(PREFIX.toString() + export.path(), options(export.options()));
            more.put(
                    export.path().toString(),
                    new Mount(export, front, export.stores().apply("httpfs")));
            publish(more);
        }
    }

    @Override
    public void removed(Export export) {
        synchronized (change) {
            Map<String, Mount> fewer = new TreeMap<>(mounts);
            fewer.remove(export.path().toString());
            publish(fewer);
        }
    }

    private void publish(Map<String, Mount> all) {
        deepest = all.values().stream()
                .mapToInt(mount -> mount.export().path().segments().size())
                .max()
                .orElse(0);
        mounts = Map.copyOf(all);
        above = new ExportsStore(paths(), Instant.now());
    }

    /** The paths that are exported, sorted. */
    public List<FsPath> paths() {
        return mounts.values().stream()
                .map(mount -> mount.export().path())
                .sorted()
                .toList();
    }

    /** What is exported, in no order. */
    List<Export> all() {
        return mounts.values().stream().map(Mount::export).toList();
    }

    /** Answers one request. */
    HttpResponse handle(HttpExchange exchange) {
        RequestTarget target;
        try {
            target = RequestTarget.parse(exchange.request().target());
        } catch (FsException e) {
            return HttpResponse.text(400, "Bad path");
        }
        if (!target.path().isBelow(PREFIX) && !target.path().equals(PREFIX)) {
            return HttpResponse.text(404, "Object Not Found");
        }
        RequestTarget below = target.from(PREFIX);
        Mount mount = find(below.path());
        if (mount == null) {
            exchange.servedBy("httpfs", "/");
            return index.handle(exchange.request(), below, above);
        }
        exchange.servedBy("httpfs", mount.export().path().toString());
        return mount.front()
                .handle(exchange.request(), below.from(mount.export().path()), mount.store());
    }

    @Nullable
    Mount find(FsPath path) {
        Map<String, Mount> all = mounts;
        if (all.isEmpty() || path.isRoot()) {
            return null;
        }
        String text = path.toString();
        Mount best = null;
        int end = 0;
        for (int depth = 0; depth < deepest && end < text.length(); depth++) {
            int slash = text.indexOf('/', end + 1);
            end = slash < 0 ? text.length() : slash;
            Mount mount = all.get(text.substring(0, end));
            if (mount != null) {
                best = mount;
            }
        }
        return best;
    }

    private HttpfsOptions options(Options options) {
        String mode = options.text("httpfs.symlink-mode", "41471");
        SymlinkMode symlinkMode = switch (mode) {
            case "41471" -> SymlinkMode.DECIMAL;
            case "120777" -> SymlinkMode.DOCUMENT;
            default -> throw Options.bad("httpfs.symlink-mode", mode, "41471 or 120777");
        };
        String origins = options.optional("cors.origins");
        Set<String> allowed = origins == null
                ? Set.of()
                : Stream.of(origins.split(",", -1)).map(String::trim).collect(Collectors.toUnmodifiableSet());
        return new HttpfsOptions(
                symlinkMode, HttpfsOptions.cors(allowed), options.size("max-body", Long.MAX_VALUE), spool, workers);
    }

    private static FsPath prefix() {
        try {
            return FsPath.ROOT.child("fs");
        } catch (FsException e) {
            throw new IllegalStateException(e);
        }
    }
}
