package dev.packhorse.front.http;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may use an export (the Fetch standard's CORS protocol).
 *
 * <p>Nothing of a request is ever sent back: an origin is answered in the spelling of the configuration. Credentials that
 * browsers keep (cookies) are not allowed; pages send an {@code Authorization} header or a token themselves.
 *
 * @param origins origins such as {@code https://app.example}, or {@code *} for any; none for no CORS at all
 * @param methods what a preflight allows
 * @param requestHeaders what a page may send
 * @param exposedHeaders what a page may see of an answer
 */
public record Cors(Set<String> origins, String methods, String requestHeaders, String exposedHeaders) {

    /** No page of another origin may use the export. */
    public static final Cors OFF = new Cors(Set.of(), "", "", "");

    // Ten minutes: what the strictest of the browsers keeps a preflight for (Chromium, 2 hours; Safari, 10 minutes).
    private static final String MAX_AGE = "600";

    public Cors {
        origins = Set.copyOf(origins);
    }

    /** Tells whether a request is a preflight: a browser asks before it sends. */
    public static boolean isPreflight(HttpRequest request) {
        return request.method().equals("OPTIONS")
                && request.header("Origin") != null
                && request.header("Access-Control-Request-Method") != null;
    }

    /** Adds to an answer what a browser wants to see; returns that answer. */
    public HttpResponse applyTo(HttpRequest request, HttpResponse response) {
        if (origins.isEmpty()) {
            return response;
        }
        String allowed = allowed(request.headers("Origin"));
        if (!origins.contains("*")) {
            response.header("Vary", "Origin");
        }
        if (allowed == null) {
            return response;
        }
        response.header("Access-Control-Allow-Origin", allowed);
        if (isPreflight(request)) {
            response.header("Access-Control-Allow-Methods", methods)
                    .header("Access-Control-Allow-Headers", requestHeaders)
                    .header("Access-Control-Max-Age", MAX_AGE);
        } else {
            response.header("Access-Control-Expose-Headers", exposedHeaders);
        }
        return response;
    }

    private @Nullable String allowed(List<String> sent) {
        if (sent.size() != 1) {
            return null;
        }
        if (origins.contains("*")) {
            return "*";
        }
        for (String origin : origins) {
            if (origin.equals(sent.get(0))) {
                return origin;
            }
        }
        return null;
    }
}
