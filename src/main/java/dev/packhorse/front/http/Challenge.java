package dev.packhorse.front.http;

/** What tells a client that a credential might help (RFC 9110, 11.6.1): Basic and Bearer. */
public final class Challenge {

    private Challenge() {}

    /** The answer to a request that may not go on as it is. */
    public static HttpResponse unauthorized() {
        return with(HttpResponse.text(401, "Unauthorized"));
    }

    /** Adds the challenge to an answer; returns that answer. */
    public static HttpResponse with(HttpResponse response) {
        return response.header("WWW-Authenticate", "Basic realm=\"Packhorse\", charset=\"UTF-8\"")
                .header("WWW-Authenticate", "Bearer realm=\"Packhorse\"");
    }
}
