package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.identity.Authentication;
import dev.packhorse.identity.Authenticator;
import dev.packhorse.identity.Identities;
import dev.packhorse.identity.IdentityFiles;
import dev.packhorse.identity.Issuer;
import dev.packhorse.identity.LoginGuard;
import dev.packhorse.identity.OidcOptions;
import dev.packhorse.server.HttpExchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Callers known by files, keys, tokens and certificates as a gateway knows them. The name in a certificate, which the listener takes
 * from the handshake, comes by the header {@value #CERTIFICATE}.
 */
final class RealPeople implements Callers, AutoCloseable {

    private static final String CERTIFICATE = "X-Test-Certificate";
    private static final String ISSUER = "https://issuer.example";
    private static final List<String> NAMES =
            List.of("reader", "writer", "other", "owner", "dropper", "opener", "editor");

    private final StateDatabase database;
    private final Identities identities;
    private final Authenticator authenticator;
    private final PublicJsonWebKey key;
    private final PublicJsonWebKey forged;

    private RealPeople(StateDatabase database, Identities identities, Authenticator authenticator, PublicJsonWebKey key)
            throws JoseException {
        this.database = database;
        this.identities = identities;
        this.authenticator = authenticator;
        this.key = key;
        this.forged = EcJwkGenerator.generateJwk(EllipticCurves.P256);
        this.forged.setKeyId(key.getKeyId());
    }

    /** Writes the files of all of them into a folder. */
    static RealPeople in(Path folder) throws Exception {
        Files.createDirectories(folder);
        StringBuilder users = new StringBuilder();
        for (String name : NAMES) {
            // Few rounds, so that a test need not wait.
            String hash = Sha2Crypt.sha512Crypt((name + "-pass").getBytes(UTF_8), "$6$rounds=5000$saltsaltsalt");
            users.append(name).append(':').append(hash).append('\n');
        }
        Path usersFile = Files.writeString(folder.resolve("users"), users);
        Path groups = Files.writeString(folder.resolve("groups"), "scribes:\n");
        Path keys = Files.writeString(
                folder.resolve("keys"),
                "good " + digest("good-secret") + " owner r * never\n" + "old " + digest("old-secret")
                        + " owner rw * 2020-01-01T00:00:00Z\n");
        PublicJsonWebKey key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
        key.setKeyId("one");
        Path jwks = Files.writeString(folder.resolve("jwks"), new JsonWebKeySet(key).toJson());

        StateDatabase database = StateDatabase.open(folder.resolve("logins"));
        database.awaitReady();
        InstantSource clock = InstantSource.system();
        Identities identities = new Identities(new IdentityFiles(usersFile, groups, keys, null), clock);
        identities.load();
        Issuer issuer = new Issuer(
                new OidcOptions(ISSUER, "packhorse", jwks.toString(), Duration.ofSeconds(30), "groups", null), clock);
        issuer.load();
        LoginGuard guard = new LoginGuard(
                database.source(),
                new LoginGuard.Limits(1_000_000, Duration.ofMinutes(1), 2_000_000, Duration.ofMinutes(1)),
                clock);
        return new RealPeople(database, identities, new Authenticator(identities, issuer, guard, clock), key);
    }

    /** What somebody shows, by the name that a test has for it. */
    List<String> shownBy(String who) throws JoseException {
        return switch (who) {
            case "ANONYMOUS" -> List.of();
            case "READER", "WRITER", "OTHER", "OWNER", "DROPPER", "OPENER", "EDITOR" -> {
                String name = who.toLowerCase(Locale.ROOT);
                yield List.of("Authorization: " + TestCallers.basic(name, name + "-pass"));
            }
            case "WRONG_PASSWORD" -> List.of("Authorization: " + TestCallers.basic("owner", "reader-pass"));
            case "KEY" -> List.of("X-API-Key: ph_good_good-secret");
            case "EXPIRED_KEY" -> List.of("Authorization: Bearer ph_old_old-secret");
            case "WRONG_KEY" -> List.of("X-Session-API-Key: ph_good_old-secret");
            case "TOKEN" -> bearer(key, 5);
            case "FORGED_TOKEN" -> bearer(forged, 5);
            case "EXPIRED_TOKEN" -> bearer(key, -5);
            case "CERTIFICATE_OF_OTHER" -> List.of(CERTIFICATE + ": other");
            case "CERTIFICATE_OF_A_STRANGER" -> List.of(CERTIFICATE + ": stranger");
            default -> throw new IllegalArgumentException(who);
        };
    }

    private static List<String> bearer(PublicJsonWebKey signer, int minutes) throws JoseException {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(ISSUER);
        claims.setAudience("packhorse");
        claims.setSubject("owner");
        claims.setStringListClaim("groups", "scribes", "unknown");
        claims.setExpirationTimeMinutesInTheFuture(minutes);
        JsonWebSignature token = new JsonWebSignature();
        token.setPayload(claims.toJson());
        token.setKey(signer.getPrivateKey());
        token.setKeyIdHeaderValue(signer.getKeyId());
        token.setAlgorithmHeaderValue("ES256");
        return List.of("Authorization: Bearer " + token.getCompactSerialization());
    }

    private static String digest(String secret) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(US_ASCII)));
    }

    @Override
    public Authentication of(HttpExchange exchange, @Nullable String query) {
        return authenticator.authenticate(
                exchange.request(),
                Authenticator.token(query),
                exchange.request().header(CERTIFICATE),
                exchange.address());
    }

    @Override
    public boolean areKnown() {
        return true;
    }

    @Override
    public boolean knows(String userOrGroup) {
        return identities.knows(userOrGroup);
    }

    @Override
    public void close() throws IOException {
        identities.close();
        database.close();
    }
}
