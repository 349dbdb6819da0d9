package dev.packhorse.server;

/** What a client may be refused for. */
public enum Limit {
    /** Requests of one address within a second. */
    ADDRESS_REQUESTS("address.requests"),
    /** Requests of one address that are in progress. */
    ADDRESS_TRANSFERS("address.transfers"),
    /** Connections of one address. */
    ADDRESS_CONNECTIONS("connections-per-address"),
    /** Requests of one identity within a second. */
    IDENTITY_REQUESTS("identity.requests"),
    /** Requests of one identity that are in progress. */
    IDENTITY_TRANSFERS("identity.transfers"),
    /** Requests with a body of all clients together. */
    BODIES("bodies");

    private final String word;

    Limit(String word) {
        this.word = word;
    }

    /** The key of the configuration that sets it, without {@code packhorse.limits}. */
    public String word() {
        return word;
    }
}
