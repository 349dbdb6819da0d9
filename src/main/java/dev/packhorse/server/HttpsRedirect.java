package dev.packhorse.server;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sends clients that came without TLS to the same target under TLS. */
final class HttpsRedirect {

    private static final int USUAL_PORT = 443;

    /** A name, an IPv4 or a bracketed IPv6 address, and a port, which is dropped. Nothing that could end a header or an authority. */
    private static final Pattern AUTHORITY =
            Pattern.compile("(?<host>[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}|\\[[0-9A-Fa-f:.]{2,45}])(?::[0-9]{0,5})?");

    private HttpsRedirect() {}

    /** 308 to where the request is served; 400 if it does not say for which host it is, or nothing that is a target. */
    static HttpResponse answer(HttpRequest request, int port) {
        String location = location(request.target(), request.header("Host"), port);
        return location == null
                ? HttpResponse.text(400, "Bad Request")
                : HttpResponse.text(308, "Served under TLS only").header("Location", location);
    }

    /**
     * The target under TLS.
     *
     * @param target as it came: a path, an absolute URL, whose host wins (RFC 9112, 3.2.2), or {@code *}
     * @param host the {@code Host} header
     * @return {@code null} if there is none
     */
    static @Nullable String location(String target, @Nullable String host, int port) {
        String authority = host;
        String path = target;
        if (target.toLowerCase(Locale.ROOT).startsWith("http://")) {
            int end = target.indexOf('/', 7);
            authority = end < 0 ? target.substring(7) : target.substring(7, end);
            path = end < 0 ? "/" : target.substring(end);
        } else if (target.equals("*")) {
            path = "/";
        }
        if (authority == null || !path.startsWith("/")) {
            return null;
        }
        var parsed = AUTHORITY.matcher(authority);
        if (!parsed.matches()) {
            return null;
        }
        StringBuilder location = new StringBuilder("https://").append(parsed.group("host"));
        if (port != USUAL_PORT) {
            location.append(':').append(port);
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c > ' ' && c < 0x7f && c != '#') {
                location.append(c);
            } else {
                // Bytes that may stand in no URL; the gateway reads them alike.
                location.append('%').append(Character.forDigit(c >> 4 & 15, 16)).append(Character.forDigit(c & 15, 16));
            }
        }
        return location.toString();
    }
}
