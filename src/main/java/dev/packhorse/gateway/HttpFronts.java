package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.front.http.Cors;
import dev.packhorse.front.http.HttpFront;
import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.httpfs.HttpfsFront;
import dev.packhorse.front.httpfs.HttpfsOptions;
import dev.packhorse.front.httpfs.SymlinkMode;
import dev.packhorse.front.jsonfs.JsonfsFront;
import dev.packhorse.front.jsonfs.JsonfsOptions;
import dev.packhorse.front.openhands.Credentials;
import dev.packhorse.front.openhands.DirectoryDelete;
import dev.packhorse.front.openhands.Mirror;
import dev.packhorse.front.openhands.OpenHandsFront;
import dev.packhorse.front.openhands.OpenHandsOptions;
import dev.packhorse.front.openhands.WebhookFront;
import dev.packhorse.front.openhands.WebhookOptions;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.route.Export;
import dev.packhorse.route.Options;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Makes the fronts of an export for the protocols over HTTP. Each protocol has the exports below a prefix of its own. */
final class HttpFronts {

    static final String HTTPFS = "httpfs";
    static final String JSONFS = "jsonfs";
    static final String OPENHANDS = "openhands";
    static final String WEBHOOK = "openhands-webhook";

    /** The protocols, in the order in which they are told. */
    static final List<String> PROTOCOLS = List.of(HTTPFS, JSONFS, OPENHANDS, WEBHOOK);

    private static final FsPath HEALTH = parse("/health");

    /**
     * One export over one protocol.
     *
     * @param cors who may see answers in a browser
     * @param credentials what admits beside what the gateway knows, for this protocol alone
     * @param strict whether clients know no other failure than 404
     */
    record Front(HttpFront front, Cors cors, Credentials credentials, boolean strict) {}

    private final @Nullable Path spool;
    private final Executor workers;
    private final WebhookMetrics metrics;
    private final AuditWiring audit;
    /** What fronts have running, by the path of the export. */
    private final Map<FsPath, Mirror> mirrors = new ConcurrentHashMap<>();

    /**
     * Makes fronts.
     *
     * @param spool where long listings are kept while they are sent, and what webhooks told of until it is applied; {@code null}
     *     for the folder of the system, and for no webhooks
     * @param workers threads that may block, for what fronts do ahead
     * @param registry is told what becomes of webhooks
     * @param audit writes down what they do
     */
    HttpFronts(@Nullable Path spool, Executor workers, MeterRegistry registry, AuditWiring audit) {
        this.audit = audit;
        this.spool = spool;
        this.workers = workers;
        this.metrics = new WebhookMetrics(registry);
    }

    /** Where the exports of a protocol are. */
    static FsPath prefix(String protocol) {
        return parse("/" + (protocol.equals(HTTPFS) ? "fs" : protocol));
    }

    /** Where an export is to be found over a protocol. */
    static FsPath base(String protocol, FsPath export) {
        return parse(prefix(protocol) + (export.isRoot() ? "" : export.toString()));
    }

    /** What of an export answers everybody who asks with GET. */
    static String example(String protocol, FsPath base) {
        return base
                + switch (protocol) {
                    case HTTPFS -> "/";
                    case JSONFS -> "";
                    default -> "/health";
                };
    }

    /** Whether a request is answered the same whoever asks: what browsers ask beforehand, and whether the gateway is there. */
    static boolean isForEverybody(String protocol, HttpRequest request, RequestTarget target) {
        return Cors.isPreflight(request)
                || (isOfOpenHands(protocol)
                        && target.path().equals(HEALTH)
                        && (request.method().equals("GET") || request.method().equals("HEAD")));
    }

    /** Whether a protocol has credentials of its own. */
    static boolean isOfOpenHands(String protocol) {
        return protocol.equals(OPENHANDS) || protocol.equals(WEBHOOK);
    }

    /** The fronts that an export asks for, by protocol. What more than one of them heeds is said once. */
    Map<String, Front> of(Export export, ExportPolicies policies) {
        Options options = export.options();
        Map<String, Front> fronts = new LinkedHashMap<>();
        Set<String> origins = options.names("cors.origins", Set.of());
        long maxBody = options.size("max-body", Long.MAX_VALUE);
        if (export.protocols().contains(HTTPFS)) {
            HttpfsOptions httpfs =
                    new HttpfsOptions(symlinkMode(options), HttpfsOptions.cors(origins), maxBody, spool, workers);
            HttpFront front = new HttpfsFront(base(HTTPFS, export.path()).toString(), httpfs);
            fronts.put(HTTPFS, new Front(front, httpfs.cors(), Credentials.NONE, false));
        }
        if (export.protocols().contains(JSONFS)) {
            JsonfsOptions jsonfs =
                    new JsonfsOptions(options.flag("jsonfs.strict-status", true), JsonfsOptions.cors(origins), spool);
            fronts.put(
                    JSONFS, new Front(new JsonfsFront(jsonfs), jsonfs.cors(), Credentials.NONE, jsonfs.strictStatus()));
        }
        boolean serves = export.protocols().contains(OPENHANDS);
        boolean mirrors = export.protocols().contains(WEBHOOK);
        Credentials credentials = serves || mirrors ? credentials(options) : Credentials.NONE;
        if (serves) {
            OpenHandsOptions openhands = new OpenHandsOptions(
                    options.flag("openhands.bare-paths", false), credentials, OpenHandsOptions.cors(origins), maxBody);
            fronts.put(OPENHANDS, new Front(new OpenHandsFront(openhands), openhands.cors(), credentials, false));
        }
        if (mirrors) {
            WebhookOptions webhook = new WebhookOptions(
                    credentials,
                    maxBody,
                    options.size("openhands-webhook.backlog", WebhookOptions.BACKLOG),
                    options.choice("openhands-webhook.directory-delete", DirectoryDelete.IN_ORDER));
            fronts.put(WEBHOOK, new Front(webhook(export, policies, webhook), Cors.OFF, credentials, false));
        }
        return fronts;
    }

    private HttpFront webhook(Export export, ExportPolicies policies, WebhookOptions options) {
        if (spool == null) {
            throw new IllegalArgumentException(WEBHOOK + " needs a folder for its spool");
        }
        String name = export.path().toString();
        Path folder = spool.resolve("webhook").resolve(URLEncoder.encode(name.substring(1), UTF_8));
        try {
            Mirror mirror = Mirror.start(
                    name,
                    folder,
                    text -> audit.around(
                            policies.view(WEBHOOK, text), ExportPolicies.sender(text), WEBHOOK, export.path(), null),
                    options);
            mirrors.put(export.path(), mirror);
            metrics.add(name, mirror);
            return new WebhookFront(options, mirror);
        } catch (IOException e) {
            throw new IllegalArgumentException("the spool of " + WEBHOOK + " cannot be used: " + e, e);
        }
    }

    /** Ends what the fronts of an export have running. */
    void end(Export export) {
        Mirror mirror = mirrors.remove(export.path());
        if (mirror != null) {
            mirror.close();
            metrics.remove(export.path().toString());
        }
    }

    /** The front of what lies above the exports. */
    static HttpFront index() {
        return new HttpfsFront(prefix(HTTPFS).toString(), HttpfsOptions.DEFAULT);
    }

    private static SymlinkMode symlinkMode(Options options) {
        String mode = options.text("httpfs.symlink-mode", "41471");
        return switch (mode) {
            case "41471" -> SymlinkMode.DECIMAL;
            case "120777" -> SymlinkMode.DOCUMENT;
            default -> throw Options.bad("httpfs.symlink-mode", mode, "41471 or 120777");
        };
    }

    private static Credentials credentials(Options options) {
        return new Credentials(
                options.optional("openhands.api-key"),
                options.optional("openhands.session-api-key"),
                options.optional("openhands.user"),
                options.optional("openhands.password"),
                options.optional("openhands.bearer-token"));
    }

    private static FsPath parse(String path) {
        try {
            return FsPath.parse(path);
        } catch (FsException e) {
            throw new IllegalArgumentException("the path of the export is too long", e);
        }
    }
}
