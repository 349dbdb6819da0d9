package dev.packhorse.server;

import java.time.Duration;

/**
 * What the ReplayTV listener allows.
 *
 * @param host address to bind
 * @param port TCP port, 0 for a free one
 * @param maxHead bytes of a request line with its header fields; more is {@code 431}. Encrypted queries are twice as long as what
 *     they say
 * @param maxConnections connections at a time; more wait until one has ended
 * @param headTimeout how long a head may take; more is {@code 408}
 * @param bodyTimeout the window in which a request body must bring {@link #minBodyBytes}
 * @param writeTimeout how long 256 KiB of an answer may take to leave; then the connection is cut. A player that pauses takes
 *     nothing
 * @param stopTimeout how long requests in flight may take when the server stops
 */
public record ReplaySettings(
        String host,
        int port,
        int maxHead,
        int maxConnections,
        Duration headTimeout,
        Duration bodyTimeout,
        Duration writeTimeout,
        Duration stopTimeout) {

    /** Loopback, a free port, and the documented defaults. */
    public static final ReplaySettings DEFAULT = new ReplaySettings(
            "127.0.0.1",
            0,
            16 << 10,
            64,
            Duration.ofSeconds(20),
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            Duration.ofSeconds(30));

    public ReplaySettings {
        if (maxHead < 1 || maxConnections < 1) {
            throw new IllegalArgumentException("a listener needs room for a head, and a connection");
        }
    }

    /** Bytes that a request body must bring in each {@link #bodyTimeout}: as over HTTP. */
    long minBodyBytes() {
        return HttpSettings.minBodyBytes(bodyTimeout);
    }
}
