package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.packhorse.identity.AddressRange;
import dev.packhorse.identity.Authentication;
import dev.packhorse.identity.Caller;
import dev.packhorse.server.HttpExchange;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Callers that say who they are: by Basic with the password {@value #PASSWORD}, or by {@code ?token=NAME}; and from where, by the header
 * {@value #FROM}.
 */
final class TestCallers implements Callers {

    static final String FROM = "X-Test-From";
    static final Set<String> NAMES = Set.of("reader", "writer", "other", "owner", "family");

    private static final String PASSWORD = "right";

    /** The header that says who asks; nothing for an empty name. */
    static String[] as(String name) {
        return name.isEmpty()
                ? new String[] {FROM + ": 192.0.2.7"}
                : new String[] {FROM + ": 192.0.2.7", "Authorization: " + basic(name, PASSWORD)};
    }

    static String basic(String name, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(ISO_8859_1));
    }

    @Override
    public Authentication of(HttpExchange exchange, @Nullable String query) {
        String from = exchange.request().header(FROM);
        InetAddress address = from == null ? exchange.address() : AddressRange.address(from);
        if (query != null && query.startsWith("token=")) {
            return new Authentication.Accepted(named(query.substring(6), address));
        }
        String shown = exchange.request().header("Authorization");
        if (shown == null) {
            return new Authentication.Accepted(Caller.anonymous(address));
        }
        if (shown.equals("Bearer barred")) {
            return new Authentication.Later(Duration.ofMillis(1500));
        }
        for (String name : NAMES) {
            if (shown.equals(basic(name, PASSWORD))) {
                return new Authentication.Accepted(named(name, address));
            }
        }
        return new Authentication.Refused(Duration.ofMillis(1));
    }

    private static Caller named(String name, InetAddress address) {
        return new Caller(name, name.equals("reader") ? Set.of("family") : Set.of(), address, null);
    }

    @Override
    public boolean areKnown() {
        return true;
    }

    @Override
    public boolean knows(String userOrGroup) {
        return NAMES.contains(userOrGroup);
    }
}
