package dev.packhorse.identity;

import java.io.IOException;
import java.net.InetAddress;
import java.security.Key;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.VerificationJwkSelector;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;
import org.jspecify.annotations.Nullable;

/**
 * An issuer of OpenID Connect, whose tokens (JWTs) name callers.
 *
 * <p>A token is taken if its signature is by a key of the issuer, with an algorithm of two keys, and its {@code iss}, {@code aud},
 * {@code exp}, {@code nbf} and {@code iat} fit. What a token says about where its key is ({@code jwk}, {@code jku}, {@code x5u},
 * {@code x5c}) is not looked at. The caller's name begins with {@code oidc:}, which no user's does; its groups are those of the token
 * that the groups file declares.
 */
public final class Issuer {

    /**
     * No {@code none}; and no HMAC, for which whoever has the public key, as everybody does, could compute a signature with it.
     */
    private static final String[] ALGORITHMS = {
        AlgorithmIdentifiers.RSA_USING_SHA256,
        AlgorithmIdentifiers.RSA_USING_SHA384,
        AlgorithmIdentifiers.RSA_USING_SHA512,
        AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
        AlgorithmIdentifiers.RSA_PSS_USING_SHA384,
        AlgorithmIdentifiers.RSA_PSS_USING_SHA512,
        AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
        AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384,
        AlgorithmIdentifiers.ECDSA_USING_P521_CURVE_AND_SHA512,
        AlgorithmIdentifiers.EDDSA
    };

    /** Of a token that was right, or will be. */
    private static final Set<Integer> OUT_OF_TIME =
            Set.of(ErrorCodes.EXPIRED, ErrorCodes.NOT_YET_VALID, ErrorCodes.ISSUED_AT_INVALID_FUTURE);

    /** What can stand in a line of a log without changing how it reads: no blanks, no controls, nothing that turns direction. */
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}]{1,128}");

    private final OidcOptions options;
    private final InstantSource clock;
    private final IssuerKeys keys;

    /** @throws IllegalArgumentException with one line, if {@code jwks} is no place for keys */
    public Issuer(OidcOptions options, InstantSource clock) {
        this(options, clock, IssuerKeys.at(options.jwks(), clock));
    }

    Issuer(OidcOptions options, InstantSource clock, IssuerKeys keys) {
        this.options = options;
        this.clock = clock;
        this.keys = keys;
    }

    /**
     * Reads the keys, if they are in a file, or asks for them, which may fail.
     *
     * @throws IOException with one line, for a file without keys
     */
    public void load() throws IOException {
        keys.load();
    }

    /** Looks at a token. */
    Finding check(String token, Snapshot known, InetAddress address) {
        Selection selection = new Selection();
        try {
            JwtClaims claims = new JwtConsumerBuilder()
                    .setJwsAlgorithmConstraints(new AlgorithmConstraints(ConstraintType.PERMIT, ALGORITHMS))
                    .setVerificationKeyResolver((jws, nesting) -> selection.key(jws))
                    .setExpectedIssuer(true, options.issuer())
                    .setExpectedAudience(true, options.audience())
                    .setRequireExpirationTime()
                    .setIssuedAtRestrictions(0, Integer.MAX_VALUE)
                    .setAllowedClockSkewInSeconds((int) options.clockSkew().toSeconds())
                    .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                    .build()
                    .processToClaims(token);
            String name = name(claims.getClaimsMap());
            return name == null
                    ? Finding.UNFIT
                    : Finding.right(new Caller(Names.OIDC + name, groups(claims.getClaimsMap(), known), address, null));
        } catch (InvalidJwtException e) {
            boolean outOfTime = !e.getErrorDetails().isEmpty()
                    && e.getErrorDetails().stream().allMatch(each -> OUT_OF_TIME.contains(each.getErrorCode()));
            return outOfTime || selection.noKeys ? Finding.UNFIT : Finding.WRONG;
        }
    }

    /** Chooses the key for one token. */
    private final class Selection {

        private boolean noKeys;

        Key key(JsonWebSignature jws) throws UnresolvableKeyException {
            String kid = jws.getKeyIdHeaderValue();
            String algorithm = jws.getAlgorithmHeaderValue();
            // Before the keys are asked for: a forged head shall not make us fetch.
            if (algorithm == null || !List.of(ALGORITHMS).contains(algorithm)) {
                throw new UnresolvableKeyException("the algorithm is not allowed");
            }
            List<JsonWebKey> all = keys.keys(kid);
            noKeys = all.isEmpty();
            try {
                List<JsonWebKey> fitting = new VerificationJwkSelector().selectList(jws, all);
                if (fitting == null || fitting.size() != 1) {
                    throw new UnresolvableKeyException("no key, or several, for it");
                }
                return fitting.get(0).getKey();
            } catch (JoseException e) {
                throw new UnresolvableKeyException("no key for it", e);
            }
        }
    }

    private @Nullable String name(Map<String, Object> claims) {
        String wanted = options.nameClaim();
        Object name = claims.get(wanted == null ? "preferred_username" : wanted);
        if (name == null && wanted == null) {
            name = claims.get("sub");
        }
        return name instanceof String text && NAME.matcher(text).matches() ? text : null;
    }

    private Set<String> groups(Map<String, Object> claims, Snapshot known) {
        Object listed = at(options.groupsClaim(), claims);
        Collection<?> values =
                listed instanceof Collection<?> several ? several : List.of(listed == null ? "" : listed);
        Set<String> groups = new HashSet<>();
        for (Object value : values) {
            if (value instanceof String group && known.isGroup(group)) {
                groups.add(group);
            }
        }
        return groups;
    }

    /** The claim of that name, which may itself have dots, or what the path of names leads to. */
    private static @Nullable Object at(String path, Map<String, Object> claims) {
        if (claims.containsKey(path)) {
            return claims.get(path);
        }
        Object here = claims;
        for (String name : path.split("\\.", -1)) {
            here = here instanceof Map<?, ?> inner ? inner.get(name) : null;
        }
        return here;
    }
}
