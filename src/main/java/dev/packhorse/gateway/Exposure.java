package dev.packhorse.gateway;

import dev.packhorse.policy.access.AccessRules;
import dev.packhorse.route.Export;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * From where listeners can be reached.
 *
 * @param httpHost where HTTP is bound
 * @param replayHost where the emulated ReplayTV is
 * @param anonymousWrites whether exports may let strangers change them nevertheless
 */
record Exposure(String httpHost, String replayHost, boolean anonymousWrites) {

    /** From this host alone. */
    static final Exposure LOOPBACK = new Exposure("127.0.0.1", "127.0.0.1", false);

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
        boolean http = protocols.stream().anyMatch(HttpFronts.PROTOCOLS::contains);
        if (http && isReached(httpHost)) {
            throw refusal(export, "packhorse.http.host = " + httpHost);
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
