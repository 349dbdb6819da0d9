package dev.packhorse.store.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/**
 * What is shown to the server with each request: one header field, or none if both are empty.
 *
 * @param header its name
 * @param value what it says; never printed
 */
public record Credential(String header, String value) {

    /** For a server that lets everybody in. */
    public static final Credential NONE = new Credential("", "");

    public Credential {
        if (header.isEmpty() != value.isEmpty()) {
            throw new IllegalArgumentException("an empty credential");
        }
        if (!value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("a credential holds what is not printable ASCII");
        }
    }

    /** {@code X-API-Key}. */
    public static Credential apiKey(String key) {
        return new Credential("X-API-Key", key);
    }

    /** {@code X-Session-API-Key}. */
    public static Credential sessionKey(String key) {
        return new Credential("X-Session-API-Key", key);
    }

    /** Basic (RFC 7617), in UTF-8. */
    public static Credential basic(String user, String password) {
        if (user.isEmpty() || user.indexOf(':') >= 0) {
            throw new IllegalArgumentException("a user without a name, or with a colon in it");
        }
        return new Credential(
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8)));
    }

    /** Bearer (RFC 6750). */
    public static Credential bearer(String token) {
        if (token.isEmpty()) {
            throw new IllegalArgumentException("an empty credential");
        }
        return new Credential("Authorization", "Bearer " + token);
    }

    /** Without the value. */
    @Override
    public String toString() {
        return header.isEmpty() ? "none" : header + ": ***";
    }
}
