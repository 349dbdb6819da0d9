package dev.packhorse.gateway;

import dev.packhorse.policy.access.AccessRules;
import dev.packhorse.route.Export;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * From where listeners can be reached.
 *
 * @param httpHosts where HTTP is bound, without TLS and under it, by the keys that say so
 * @param replayHost where the emulated ReplayTV is
 * @param anonymousWrites whether exports may let strangers change them nevertheless
 */
record Exposure(SortedMap<String, String> httpHosts, String replayHost, boolean anonymousWrites) {

    private static final String HTTP_HOST = "packhorse.http.host";

    /** From this host alone. */
    static final Exposure LOOPBACK = new Exposure(new TreeMap<>(Map.of(HTTP_HOST, "127.0.0.1")), "127.0.0.1", false);

    /** What the configuration binds. */
    static Exposure of(PackhorseConfig config) {
        Optional<String> secureHost = config.https().host();
        boolean secure = config.https().port().isPresent();
        SortedMap<String, String> hosts = new TreeMap<>();
        if (config.http().port() >= 0 || (secure && secureHost.isEmpty())) {
            hosts.put(HTTP_HOST, config.http().host());
        }
        if (secure && secureHost.isPresent()) {
            hosts.put("packhorse.https.host", secureHost.get());
        }
        return new Exposure(hosts, config.replay().host(), config.allowAnonymousWrites());
    }

    /**
     * Refuses an export that whoever reaches it can change.
     *
     * @throws IllegalArgumentException with one line that says so, and what says that it is meant
     */
    void check(Export export, AccessRules rules) {
        if (anonymousWrites || !rules.letsStrangersChange()) {
            return;
        }
        List<String> protocols = export.protocols();
        if (protocols.stream().anyMatch(HttpFronts.PROTOCOLS::contains)) {
            httpHosts.forEach((key, host) -> {
                if (isReached(host)) {
                    throw refusal(export, key + " = " + host);
                }
            });
        }
        if (protocols.contains(ReplayDevice.PROTOCOL) && isReached(replayHost)) {
            throw refusal(export, "packhorse.replay.host = " + replayHost);
        }
    }

    private static IllegalArgumentException refusal(Export export, String where) {
        return new IllegalArgumentException("access of export " + export.path()
                + " lets others change it without a credential, and " + where
                + " lets them reach it; packhorse.allow-anonymous-writes = true says that this is meant");
    }

    private static boolean isReached(String host) {
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    return true;
                }
            }
            return false;
        } catch (UnknownHostException e) {
            // Nothing can listen there, which is said when it is tried.
            return true;
        }
    }
}
