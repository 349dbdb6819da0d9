package dev.packhorse.front.openhands;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.front.http.HttpRequest;
import java.nio.charset.Charset;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may use an export: whoever shows one of the credentials that are set, or everybody if none is. Whom the gateway knows by other
 * means need not show one ({@link dev.packhorse.fs.Permissions#isKnown}).
 *
 * <p>INTEROP section 1, "auth". Comparing takes as long for a wrong credential as for a right one.
 */
public final class Credentials {

    /** Everybody may. */
    public static final Credentials NONE = new Credentials(null, null, null, null, null);

    private static final String BASIC = "Basic ";
    private static final String BEARER = "Bearer ";

    /** Digests of header values that admit, each behind the name of its header. */
    private final List<byte[]> admitted = new ArrayList<>();

    /**
     * Sets what admits; {@code null} for what does not.
     *
     * @param apiKey of {@code X-API-Key}
     * @param sessionKey of {@code X-Session-API-Key}
     * @param user of Basic; may not contain a colon
     * @param password of Basic
     * @param bearer of Bearer
     * @throws IllegalArgumentException for a user without a password, a password without a user, or an empty credential
     */
    public Credentials(
            @Nullable String apiKey,
            @Nullable String sessionKey,
            @Nullable String user,
            @Nullable String password,
            @Nullable String bearer) {
        if ((user == null) != (password == null)) {
            throw new IllegalArgumentException("a user and a password belong together");
        }
        add("X-API-Key", apiKey, "");
        add("X-Session-API-Key", sessionKey, "");
        add("Authorization", bearer, BEARER);
        if (user != null) {
            if (user.isEmpty() || user.indexOf(':') >= 0) {
                throw new IllegalArgumentException("a user without a name, or with a colon in it");
            }
            String both = user + ":" + password;
            // Clients encode in either; where they agree, one of the two is tried in vain.
            addBasic(both, UTF_8);
            addBasic(both, ISO_8859_1);
        }
    }

    private void add(String header, @Nullable String secret, String scheme) {
        if (secret != null) {
            if (secret.isEmpty()) {
                throw new IllegalArgumentException("an empty credential for " + header);
            }
            admitted.add(digest(header, scheme + new String(secret.getBytes(UTF_8), ISO_8859_1)));
        }
    }

    private void addBasic(String both, Charset charset) {
        admitted.add(digest("Authorization", BASIC + new String(both.getBytes(charset), ISO_8859_1)));
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return admitted.isEmpty();
    }

    /** Whether a request shows a credential where there are some, right or wrong. */
    public boolean isShown(HttpRequest request) {
        return !isEmpty()
                && (request.header("X-API-Key") != null
                        || request.header("X-Session-API-Key") != null
                        || request.header("Authorization") != null);
    }

    /** Whether a request shows one of them, or needs to show none. */
    public boolean admits(HttpRequest request) {
        if (admitted.isEmpty()) {
            return true;
        }
        boolean admits = knows("X-API-Key", request.header("X-API-Key"));
        admits |= knows("X-Session-API-Key", request.header("X-Session-API-Key"));
        admits |= knows("Authorization", normal(request.header("Authorization")));
        return admits;
    }

    private boolean knows(String header, @Nullable String value) {
        byte[] shown = digest(header, value == null ? "" : value);
        boolean knows = false;
        for (byte[] each : admitted) {
            knows |= MessageDigest.isEqual(each, shown);
        }
        return knows;
    }

    /** The scheme in one spelling, and what Basic hides in the clear. */
    private static @Nullable String normal(@Nullable String value) {
        if (value != null && value.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            try {
                byte[] both = Base64.getDecoder()
                        .decode(value.substring(BASIC.length()).trim());
                return BASIC + new String(both, ISO_8859_1);
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
        return value != null && value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? BEARER + value.substring(BEARER.length()).trim()
                : value;
    }

    private static byte[] digest(String header, String value) {
        try {
            return MessageDigest.getInstance("SHA-256").digest((header + '\n' + value).getBytes(ISO_8859_1));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
