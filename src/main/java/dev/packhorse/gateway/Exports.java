package dev.packhorse.gateway;

import dev.packhorse.front.http.HttpFront;
import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.identity.Caller;
import dev.packhorse.identity.LoginGuard;
import dev.packhorse.route.Export;
import dev.packhorse.route.ExportListener;
import dev.packhorse.server.HttpExchange;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is exported, and over which protocols: {@code /fs/<export>} speaks {@code httpfs}, {@code /openhands/<export>} speaks
 * {@code openhands}, {@code /jsonfs/<export>} {@code jsonfs}, {@code /openhands-webhook/<export>} takes its webhooks; what speaks
 * {@code replay} is on the {@link ReplayDevice}. {@code /fs/} itself, and what lies between it and an export of several segments,
 * is a read-only store of directories ({@link ExportsStore}).
 *
 * <p>Where one export lies below another ({@code /a} and {@code /a/b}), the longest path wins. {@code /fs/a} then lists what
 * the store of {@code /a} holds and nothing else: {@code b} is seen there only if that store has one, and what it has
 * under that name is out of reach.
 */
final class Exports implements ExportListener {

    /** The protocols that are built. */
    static final List<String> PROTOCOLS = Stream.concat(HttpFronts.PROTOCOLS.stream(), Stream.of(ReplayDevice.PROTOCOL))
            .toList();

    private static final FsPath INDEX = HttpFronts.prefix(HttpFronts.HTTPFS);

    private static final FsPath JSONFS = HttpFronts.prefix(HttpFronts.JSONFS);

    /**
     * One export over one protocol.
     *
     * @param base where requests have it
     */
    record Mount(Export export, String protocol, FsPath base, HttpFronts.Front front, ExportPolicies policies) {}

    private final HttpFronts fronts;
    private final Entrance entrance;
    private final Exposure exposure;
    private final ReplayDevice device;
    private final Object change = new Object();
    private volatile Map<FsPath, Export> exports = Map.of();
    private final Map<FsPath, ExportPolicies> policies = new HashMap<>();
    /** By the path that requests have. */
    private volatile Map<String, Mount> mounts = Map.of();

    private volatile int deepest;
    private volatile Instant changed = Instant.now();
    private final HttpFront index = HttpFronts.index();

    /**
     * No exports yet.
     *
     * @param spool where long listings are kept while they are sent; {@code null} for the folder of the system
     * @param workers threads that may block, for what fronts do ahead
     * @param device what has the exports that speak {@code replay}
     * @param registry for what fronts count
     * @param callers tells who asks
     * @param guard counts wrong credentials of exports
     * @param exposure where listeners are
     * @param audit writes down what is done
     */
    Exports(
            @Nullable Path spool,
            Executor workers,
            ReplayDevice device,
            MeterRegistry registry,
            Callers callers,
            LoginGuard guard,
            Exposure exposure,
            AuditWiring audit) {
        this.fronts = new HttpFronts(spool, workers, registry, audit);
        this.device = device;
        this.entrance = new Entrance(callers, guard, audit);
        this.exposure = exposure;
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
            Export other = exports.get(export.path());
            if (other != null) {
                throw new IllegalArgumentException("export " + export.path() + " is taken by route " + other.routeId());
            }
            ExportPolicies added = ExportPolicies.of(export, entrance.callers(), exposure);
            boolean served = false;
            try {
                serve(export, added);
                served = true;
            } finally {
                if (!served) {
                    fronts.end(export);
                    added.close();
                }
            }
        }
    }

    private void serve(Export export, ExportPolicies added) {
        Map<String, Mount> more = new TreeMap<>(mounts);
        fronts.of(export, added).forEach((protocol, front) -> {
            FsPath base = HttpFronts.base(protocol, export.path());
            more.put(base.toString(), new Mount(export, protocol, base, front, added));
        });
        if (export.protocols().contains(ReplayDevice.PROTOCOL)) {
            device.add(export, added);
        }
        Map<FsPath, Export> all = new TreeMap<>(exports);
        all.put(export.path(), export);
        policies.put(export.path(), added);
        publish(all, more);
    }

    @Override
    public void removed(Export export) {
        fronts.end(export);
        synchronized (change) {
            device.remove(export);
            Map<String, Mount> fewer = new TreeMap<>(mounts);
            fewer.values().removeIf(mount -> mount.export().path().equals(export.path()));
            Map<FsPath, Export> all = new TreeMap<>(exports);
            all.remove(export.path());
            publish(all, fewer);
            ExportPolicies left = policies.remove(export.path());
            if (left != null) {
                left.close();
            }
        }
    }

    private void publish(Map<FsPath, Export> all, Map<String, Mount> mounted) {
        exports = Map.copyOf(all);
        deepest = mounted.values().stream()
                .mapToInt(mount -> mount.base().segments().size())
                .max()
                .orElse(0);
        mounts = Map.copyOf(mounted);
        changed = Instant.now();
    }

    /** The directories above the exports in which a caller may see something. */
    private Store above(Caller caller) {
        return new ExportsStore(
                mounts.values().stream()
                        .filter(mount -> mount.protocol().equals(HttpFronts.HTTPFS))
                        .filter(mount -> mount.policies().rights(caller).seesAnything())
                        .map(mount -> mount.export().path())
                        .toList(),
                changed);
    }

    /** Where requests find exports, sorted. */
    public List<FsPath> paths() {
        return mounts.values().stream().map(Mount::base).sorted().toList();
    }

    /** A path for each of them that can be asked for, in the same order. */
    List<String> examples() {
        return mounts.values().stream()
                .map(mount -> HttpFronts.example(mount.protocol(), mount.base()))
                .sorted()
                .toList();
    }

    /** What is exported, in no order. */
    List<Export> all() {
        return List.copyOf(exports.values());
    }

    /**
     * Looks at an export when the routes of all files are there.
     *
     * @throws IllegalArgumentException if it has no store, or none that could take what webhooks bring: that is only seen behind the
     *     answer, when the sender has forgotten it
     */
    void check(Export export) {
        ExportPolicies seen = Objects.requireNonNull(policies.get(export.path()));
        boolean written = seen.view(HttpFronts.WEBHOOK, "").capabilities().has(Capability.WRITE);
        if (export.protocols().contains(HttpFronts.WEBHOOK) && !written) {
            throw new IllegalArgumentException(
                    HttpFronts.WEBHOOK + " writes what it receives, and this export cannot be written");
        }
    }

    /** Answers one request. */
    HttpResponse handle(HttpExchange exchange) {
        try {
            return handle(exchange, RequestTarget.parse(exchange.request().target()));
        } catch (FsException e) {
            return refused(exchange.request(), HttpResponse.text(400, "Bad path"));
        }
    }

    /** An answer that no front has made, as the clients of the export take it that a request is for. Blocks nowhere. */
    HttpResponse refused(HttpRequest request, HttpResponse usual) {
        FsPath path = RequestTarget.beginning(request.target(), Math.max(1, deepest));
        Mount mount = find(path);
        if (mount != null) {
            return Entrance.limited(request, mount.front(), usual);
        }
        // Where no export is, its client is told so whatever it asks for.
        return path.equals(JSONFS) || path.isBelow(JSONFS)
                ? HttpResponse.text(404, "Not Found").countedAs(usual.status())
                : usual;
    }

    private HttpResponse handle(HttpExchange exchange, RequestTarget target) throws FsException {
        Mount mount = find(target.path());
        if (mount != null) {
            return handle(exchange, mount, target.from(mount.base()));
        }
        Mount joined = findJoined(target.path());
        if (joined != null) {
            return handle(exchange, joined, behind(joined, target));
        }
        if (target.path().isBelow(INDEX) || target.path().equals(INDEX)) {
            exchange.servedBy(HttpFronts.HTTPFS, "/");
            return entrance.handle(exchange, index, target.from(INDEX), this::above);
        }
        return HttpResponse.text(404, "Object Not Found");
    }

    private HttpResponse handle(HttpExchange exchange, Mount mount, RequestTarget target) {
        exchange.servedBy(mount.protocol(), mount.export().path().toString());
        return entrance.handle(exchange, mount, target);
    }

    /**
     * The export whose base a path goes on from without a slash, {@code null} if there is none: OpenHands' webhooks join the two
     * bare, {@code /openhands-webhook/mirror} and {@code sessions/1} (INTEROP section 4). Asked only for what leads into no export,
     * so that a base is never taken for another's. The longest wins.
     */
    @Nullable
    Mount findJoined(FsPath path) {
        return mounts.values().stream()
                .filter(mount -> mount.protocol().equals(HttpFronts.WEBHOOK))
                .filter(mount -> path.toString().startsWith(mount.base().toString()))
                .max(Comparator.comparingInt(mount -> mount.base().toString().length()))
                .orElse(null);
    }

    private static RequestTarget behind(Mount mount, RequestTarget target) throws FsException {
        String rest = target.path().toString().substring(mount.base().toString().length());
        return new RequestTarget(FsPath.parse("/" + rest), target.trailingSlash(), target.query());
    }

    /** The export that a path of a request leads into, {@code null} if it leads into none. */
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
}
