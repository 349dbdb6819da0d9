package dev.packhorse.server;

import java.time.Duration;

/**
 * What the HTTP listener allows.
 *
 * @param host address to bind
 * @param port TCP port, 0 for a free one
 * @param maxLine bytes of a request line; more is {@code 414}
 * @param maxHead bytes of all header fields; more is {@code 431}
 * @param maxBody bytes of a request body; more is {@code 413}
 * @param maxConnections connections at a time; more are closed at once
 * @param idleTimeout how long a connection may wait between requests
 * @param headTimeout how long a head may take from its first byte; more is {@code 408}
 * @param bodyTimeout how long a body may stand still, in either direction, and the window in which a request body must
 *     bring {@link #minBodyBytes}
 * @param stopTimeout how long requests in flight may take when the server stops
 */
public record HttpSettings(
        String host,
        int port,
        int maxLine,
        int maxHead,
        long maxBody,
        int maxConnections,
        Duration idleTimeout,
        Duration headTimeout,
        Duration bodyTimeout,
        Duration stopTimeout) {

    /** Loopback, a free port, and the documented defaults. */
    public static final HttpSettings DEFAULT = new HttpSettings(
            "127.0.0.1",
            0,
            16 << 10,
            32 << 10,
            Long.MAX_VALUE,
            20_000,
            Duration.ofSeconds(75),
            Duration.ofSeconds(20),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30));

    /** Bytes that a request body must bring in each {@link #bodyTimeout}: 256 a second, a tenth of the slowest modem. */
    long minBodyBytes() {
        return minBodyBytes(bodyTimeout);
    }

    static long minBodyBytes(Duration bodyTimeout) {
        return Math.max(1, bodyTimeout.toMillis() * 256 / 1000);
    }
}
