package dev.packhorse.gateway;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.identity.Caller;
import dev.packhorse.policy.access.AccessRules;
import dev.packhorse.policy.access.AccessStore;
import dev.packhorse.policy.access.CallerRights;
import dev.packhorse.policy.access.CallerText;
import dev.packhorse.policy.access.Globs;
import dev.packhorse.policy.access.RestrictedStore;
import dev.packhorse.policy.access.Restrictions;
import dev.packhorse.policy.quota.Quota;
import dev.packhorse.policy.quota.QuotaStore;
import dev.packhorse.route.Export;
import dev.packhorse.route.Options;
import java.io.Closeable;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What stands between the fronts and the route of an export. From outside: who may do what, what nobody may, how much there may be; then
 * what records changes, and the route.
 */
final class ExportPolicies implements Closeable {

    /** What the walk that counts for a quota is to the routes of an export: one more protocol. */
    private static final String QUOTA = "quota";

    /** All rights for whoever has shown the credential that a route itself names. */
    private static final AccessRules ADMITTED = AccessRules.parse("users:rw", name -> false);

    private final Export export;
    private final @Nullable AccessRules rules;
    private final Restrictions restrictions;
    private final boolean tokens;
    private final @Nullable Quota quota;

    private ExportPolicies(
            Export export,
            @Nullable AccessRules rules,
            Restrictions restrictions,
            boolean tokens,
            @Nullable Quota quota) {
        this.export = export;
        this.rules = rules;
        this.restrictions = restrictions;
        this.tokens = tokens;
        this.quota = quota;
    }

    /**
     * The policies that a route asks for.
     *
     * @throws IllegalArgumentException for what makes no sense, or lets strangers change what they reach
     */
    static ExportPolicies of(Export export, Callers callers, Exposure exposure) {
        Options options = export.options();
        AccessRules rules = parsed(options, "access", text -> AccessRules.parse(text, callers::knows));
        Globs hidden = parsed(options, "hide", Globs::parse);
        Globs refused = parsed(options, "refuse", Globs::parse);
        Restrictions restrictions = new Restrictions(
                hidden == null ? Globs.NONE : hidden,
                refused == null ? Globs.NONE : refused,
                options.flag("read-only", false),
                options.size("max-file", Long.MAX_VALUE));
        if (rules != null && !restrictions.readOnly()) {
            exposure.check(export, rules);
        }
        boolean tokens = options.flag("token", false);
        return new ExportPolicies(export, rules, restrictions, tokens, quota(export));
    }

    private static <T> @Nullable T parsed(Options options, String name, Function<String, T> parser) {
        String text = options.optional(name);
        if (text == null) {
            return null;
        }
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("option " + name + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable Quota quota(Export export) {
        Options options = export.options();
        Quota.Limits limits = new Quota.Limits(
                options.size("quota", Long.MAX_VALUE),
                options.size("quota-entries", Long.MAX_VALUE),
                options.duration("quota-recount", Duration.ofHours(1)));
        return limits.bytes() == Long.MAX_VALUE && limits.entries() == Long.MAX_VALUE
                ? null
                : Quota.start(export.path().toString(), limits, export.stores().apply(QUOTA, Export.GATEWAY));
    }

    /** Whether {@code ?token=} counts. */
    boolean takesTokens() {
        return tokens;
    }

    /** Whoever has shown a credential of {@code openhands.}: no name that a user can have. */
    Caller fileStoreClient(InetAddress address) {
        return new Caller(fileStoreClient(export.path()), Set.of(), address, null);
    }

    private static String fileStoreClient(FsPath export) {
        return "openhands:" + export;
    }

    /** What a caller may do. */
    CallerRights rights(Caller caller) {
        AccessRules held = rules != null
                ? rules
                : fileStoreClient(export.path()).equals(caller.name()) ? ADMITTED : AccessRules.LOOPBACK;
        return held.of(caller, export.path());
    }

    /** The export as a caller has it; for one request. */
    Store view(String protocol, Caller caller) {
        CallerRights rights = rights(caller);
        Store store = restricted(protocol, caller.label());
        // These fronts want to know who asks also where everything is allowed.
        return rights.isAll() && !HttpFronts.isOfOpenHands(protocol) ? store : new AccessStore(store, rights);
    }

    /**
     * The export as a caller has it whose request has been answered.
     *
     * @param caller as {@link dev.packhorse.fs.Permissions#caller} has said; empty for a request from before there were callers
     * @throws IllegalArgumentException if it is something else
     */
    Store view(String protocol, String caller) {
        return caller.isEmpty() ? restricted(protocol, Export.GATEWAY) : view(protocol, CallerText.parse(caller));
    }

    /** Who {@link #view(String, String)} is for. */
    static Caller sender(String caller) {
        return caller.isEmpty()
                ? new Caller(Export.GATEWAY, Set.of(), InetAddress.getLoopbackAddress(), null)
                : CallerText.parse(caller);
    }

    private Store restricted(String protocol, String caller) {
        Store store = export.stores().apply(protocol, caller);
        if (quota != null) {
            store = new QuotaStore(store, quota);
        }
        return restrictions.equals(Restrictions.NONE) ? store : new RestrictedStore(store, restrictions);
    }

    @Override
    public void close() {
        if (quota != null) {
            quota.close();
        }
    }
}
