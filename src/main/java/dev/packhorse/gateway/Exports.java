package dev.packhorse.gateway;

import dev.packhorse.front.http.HttpFront;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.httpfs.HttpfsFront;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.route.Export;
import dev.packhorse.route.ExportListener;
import dev.packhorse.server.HttpExchange;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is exported over HTTP: {@code /fs/<export>} speaks {@code httpfs}. {@code /fs/} itself, and what lies between it and
 * an export of several segments, is a read-only store of directories ({@link ExportsStore}).
 */
public final class Exports implements ExportListener {

    /** The protocols that are built. */
    static final List<String> PROTOCOLS = List.of("httpfs");

    private static final FsPath PREFIX = prefix();

    /** One export behind its front. */
    private record Mount(Export export, HttpFront front, Store store) {}

    private final Object change = new Object();
    private volatile Map<String, Mount> mounts = Map.of();
    private volatile int deepest;
    private final HttpFront index = new HttpfsFront(PREFIX.toString(), HttpfsOptions.DEFAULT);

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
                throw new IllegalArgumentException(
                        "export " + export.path() + " is taken by route " + other.export().routeId());
            }
            HttpFront front = HttpfsFronts.of(PREFIX + export.path().toString(), export.options());
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
    }

    /** The paths that are exported, sorted. */
    public List<FsPath> paths() {
        return mounts.values().stream()
                .map(mount -> mount.export().path())
                .sorted()
                .toList();
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
            return index.handle(exchange.request(), below, new ExportsStore(paths()));
        }
        exchange.servedBy("httpfs", mount.export().path().toString());
        return mount.front().handle(exchange.request(), below.from(mount.export().path()), mount.store());
    }

    private @Nullable Mount find(FsPath path) {
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

    private static FsPath prefix() {
        try {
            return FsPath.ROOT.child("fs");
        } catch (FsException e) {
            throw new IllegalStateException(e);
        }
    }
}
