package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.WireText;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A credential as a request shows it, unchecked. None of them says in {@code toString} what it holds. */
sealed interface Shown {

    String AUTHORIZATION = "Authorization";
    String BASIC = "Basic";
    String BEARER = "Bearer";

    /** Where API keys may be shown. OpenHands' clients know both. */
    List<String> KEY_HEADERS = List.of("X-API-Key", "X-Session-API-Key");

    /** An API key. */
    record Key(String text) implements Shown {
        @Override
        public String toString() {
            return "an API key";
        }
    }

    /** A token of an issuer. */
    record Jwt(String text) implements Shown {
        @Override
        public String toString() {
            return "a token";
        }
    }

    /**
     * A user and a password.
     *
     * @param both what Basic encodes, {@code user:password}, one char for each byte
     */
    record Basic(String both) implements Shown {

        /** The name, which has ASCII only if anybody has it. */
        String user() {
            return both.substring(0, both.indexOf(':'));
        }

        /**
         * What the password may be, as UTF-8, which is what was hashed. Clients send UTF-8 or ISO-8859-1 (RFC 7617, section 2.1), and
         * do not say which: what cannot be UTF-8 is the other, what can be is tried as that too.
         */
        List<byte[]> passwords() {
            String wire = both.substring(both.indexOf(':') + 1);
            byte[] bytes = wire.getBytes(ISO_8859_1);
            byte[] latin = wire.getBytes(UTF_8);
            if (bytes.length == latin.length) {
                return List.of(bytes);
            }
            return WireText.decode(wire) == null ? List.of(latin) : List.of(bytes, latin);
        }

        @Override
        public String toString() {
            return "a password";
        }
    }

    /** Something that is no credential, in the place of one: always wrong. */
    record Garbage() implements Shown {}

    /**
     * What a request shows, each once.
     *
     * @param token of the query; {@code null} for none
     */
    static Set<Shown> of(HttpRequest request, @Nullable String token) {
        Set<Shown> shown = new LinkedHashSet<>();
        List<String> authorization = request.headers(AUTHORIZATION);
        if (!authorization.isEmpty()) {
            // Who stands between may look at one line, and we at the other.
            shown.add(authorization.size() == 1 ? authorization(authorization.get(0)) : new Garbage());
        }
        for (String header : KEY_HEADERS) {
            for (String value : request.headers(header)) {
                shown.add(new Key(value.trim()));
            }
        }
        if (token != null) {
            shown.add(bearer(token));
        }
        return shown;
    }

    private static Shown authorization(String value) {
        String trimmed = value.trim();
        int blank = trimmed.indexOf(' ');
        String scheme = blank < 0 ? trimmed : trimmed.substring(0, blank);
        String rest = blank < 0 ? "" : trimmed.substring(blank).trim();
        if (scheme.equalsIgnoreCase(BASIC)) {
            return basic(rest);
        }
        return scheme.equalsIgnoreCase(BEARER) ? bearer(rest) : new Garbage();
    }

    private static Shown basic(String encoded) {
        try {
            String both = new String(Base64.getDecoder().decode(encoded), ISO_8859_1);
            return both.indexOf(':') < 0 ? new Garbage() : new Basic(both);
        } catch (IllegalArgumentException e) {
            return new Garbage();
        }
    }

    private static Shown bearer(String text) {
        return text.chars().filter(c -> c == '.').count() == 2 ? new Jwt(text) : new Key(text);
    }
}
