package dev.packhorse.store.http;

import java.time.Duration;

/**
 * How to reach web servers.
 *
 * @param connections most connections at a time; who wants one more waits for as long as a server may stay silent
 * @param idle how long a connection that nobody uses is kept
 * @param connectTimeout how long a connection may take to be made
 * @param silence how long a server may stay silent
 * @param redirects whether redirects of GET and HEAD are followed. Whoever sends credentials by headers of its own does not
 *     follow: they would go along to wherever the server says
 * @param verifyTls whether certificates and host names are checked; {@code false} lets anybody in between listen and answer
 */
public record WebOptions(
        int connections,
        Duration idle,
        Duration connectTimeout,
        Duration silence,
        boolean redirects,
        boolean verifyTls) {

    public WebOptions {
        if (connections < 1) {
            throw new IllegalArgumentException("connections must be 1 or more");
        }
        for (Duration duration : new Duration[] {idle, connectTimeout, silence}) {
            if (duration.toMillis() < 1 || duration.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException("a timeout must be between a millisecond and a day");
            }
        }
    }
}
