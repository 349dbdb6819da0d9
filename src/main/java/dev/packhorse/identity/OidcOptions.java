package dev.packhorse.identity;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An issuer of tokens, and what is asked of them.
 *
 * @param issuer what {@code iss} must be
 * @param audience what {@code aud} must hold
 * @param jwks where its public keys are: a URL of {@code https}, one of {@code http} on this machine, or a file
 * @param clockSkew by how much its clock may differ, 10 minutes at most
 * @param groupsClaim where groups are in a token: a claim, or a path of claims divided by dots ({@code realm_access.roles})
 * @param nameClaim which claim names who it is; {@code null} for {@code preferred_username}, or {@code sub} where that is not there
 */
public record OidcOptions(
        String issuer,
        String audience,
        String jwks,
        Duration clockSkew,
        String groupsClaim,
        @Nullable String nameClaim) {

    private static final Duration MAX_SKEW = Duration.ofMinutes(10);

    public OidcOptions {
        if (issuer.isBlank() || audience.isBlank() || jwks.isBlank()) {
            throw new IllegalArgumentException("issuer, audience and jwks are needed together");
        }
        if (clockSkew.isNegative() || clockSkew.compareTo(MAX_SKEW) > 0) {
            throw new IllegalArgumentException("clock-skew is 0s to 10m");
        }
    }
}
