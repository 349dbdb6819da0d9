package dev.packhorse.identity;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** The public keys of an issuer of tokens. */
interface IssuerKeys {

    /** Bytes of a set of keys; more is none. */
    int MAX_BYTES = 1 << 20;

    /** Looks for keys for the first time. */
    void load() throws IOException;

    /**
     * The keys as they are now known.
     *
     * @param kid which of them is wanted: one that is not among them may be worth asking for; {@code null} for any
     * @return empty if there are none to be had
     */
    List<JsonWebKey> keys(@Nullable String kid);

    /**
     * Those that are at a place.
     *
     * @param place a URL or a file
     * @throws IllegalArgumentException for neither
     */
    static IssuerKeys at(String place, InstantSource clock) {
        String lower = place.toLowerCase(Locale.ROOT);
        if (lower.startsWith("https:") || lower.startsWith("http:")) {
            return new FetchedKeys(place, clock);
        }
        try {
            return new FileKeys(Path.of(place), clock);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("jwks is neither a URL nor a file: " + place, e);
        }
    }

    /**
     * Reads a set of keys (RFC 7517, section 5). What is no public key is left out: who knows a symmetric one could sign itself.
     *
     * @throws IOException for no set, or one without a public key
     */
    static List<JsonWebKey> parse(String json) throws IOException {
        try {
            List<JsonWebKey> keys = new JsonWebKeySet(json)
                    .getJsonWebKeys().stream()
                            .filter(PublicJsonWebKey.class::isInstance)
                            .toList();
            if (keys.isEmpty()) {
                throw new IOException("there is no public key in it");
            }
            return keys;
        } catch (JoseException | RuntimeException e) {
            throw new IOException("it is not a set of keys (JWKS)", e);
        }
    }

    /** Whether a key is called so. */
    static boolean has(List<JsonWebKey> keys, @Nullable String kid) {
        return kid == null || keys.stream().anyMatch(key -> kid.equals(key.getKeyId()));
    }
}
