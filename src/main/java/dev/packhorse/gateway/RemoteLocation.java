package dev.packhorse.gateway;

import dev.packhorse.route.Location;
import org.jspecify.annotations.Nullable;

/**
 * A location on a server: {@code scheme://user:password@host:port/path}, all but the host optional. Percent-encoding is taken
 * away; a host may have underscores, an IPv6 address stands in brackets, here without them.
 *
 * @param user who logs in; {@code null} if the location does not say
 * @param password {@code null} if the location does not say
 * @param host name or address
 * @param port -1 if the location does not say
 * @param path decoded, with a leading slash; empty if there is none
 */
record RemoteLocation(@Nullable String user, @Nullable String password, String host, int port, String path) {

    /**
     * Takes a location apart.
     *
     * @throws IllegalArgumentException if it is none of this form, with the password masked
     */
    static RemoteLocation parse(String location) {
        int colon = location.indexOf(':');
        if (!location.startsWith("://", colon)) {
            throw bad(location, "has no host; write " + location.substring(0, colon) + "://host/path");
        }
        int start = colon + 3;
        int slash = location.indexOf('/', start);
        String authority = location.substring(start, slash < 0 ? location.length() : slash);
        int at = authority.lastIndexOf('@');
        String user = null;
        String password = null;
        if (at >= 0) {
            String info = authority.substring(0, at);
            int separator = info.indexOf(':');
            user = Location.decoded(separator < 0 ? info : info.substring(0, separator));
            password = separator < 0 ? null : Location.decoded(info.substring(separator + 1));
        }
        String where = authority.substring(at + 1);
        int portColon = where.lastIndexOf(':');
        if (portColon < where.lastIndexOf(']')) {
            portColon = -1;
        }
        String host = portColon < 0 ? where : where.substring(0, portColon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || c == '[' || c == ']')) {
            throw bad(location, "has no host");
        }
        int port = portColon < 0 ? -1 : port(location, where.substring(portColon + 1));
        return new RemoteLocation(
                user, password, host, port, slash < 0 ? "" : Location.decoded(location.substring(slash)));
    }

    private static int port(String location, String digits) {
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw bad(location, "has no number for a port");
        }
        int port = Integer.parseInt(digits);
        if (port < 1 || port > 65_535) {
            throw bad(location, "has a port that is not 1 to 65535");
        }
        return port;
    }

    private static IllegalArgumentException bad(String location, String what) {
        return new IllegalArgumentException(Location.masked(location) + " " + what);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return (user == null ? "" : user + "@") + host + (port < 0 ? "" : ":" + port) + path;
    }
}
