package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.OctetSequenceJsonWebKey;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IssuerTest {

    private static final String ISSUER = "https://id.example.org/realms/home";
    private static final PublicJsonWebKey RSA = made("rsa", () -> RsaJwkGenerator.generateJwk(2048));
    private static final PublicJsonWebKey P256 = made("p256", () -> EcJwkGenerator.generateJwk(EllipticCurves.P256));
    private static final PublicJsonWebKey P384 = made("p384", () -> EcJwkGenerator.generateJwk(EllipticCurves.P384));
    private static final PublicJsonWebKey P521 = made("p521", () -> EcJwkGenerator.generateJwk(EllipticCurves.P521));
    private static final PublicJsonWebKey ED = made("ed", () -> OkpJwkGenerator.generateJwk("Ed25519"));
    private static final PublicJsonWebKey FOREIGN = made("rsa", () -> RsaJwkGenerator.generateJwk(2048));

    private interface Making {
        PublicJsonWebKey make() throws JoseException;
    }

    private static PublicJsonWebKey made(String kid, Making making) {
        try {
            PublicJsonWebKey key = making.make();
            key.setKeyId(kid);
            return key;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private final StillTime time = new StillTime();
    private final InetAddress address = InetAddress.getLoopbackAddress();
    private final List<JsonWebKey> published = new ArrayList<>(List.of(RSA, P256, P384, P521, ED));
    private final List<@Nullable String> asked = new ArrayList<>();
    private Snapshot known = Snapshot.EMPTY;

    @BeforeEach
    void known() throws Exception {
        Path users = Path.of("users");
        Path groups = Path.of("groups");
        known = Snapshot.parse(
                new IdentityFiles(users, groups, null, null),
                Map.of(users, "joe:*\nann:*\n".getBytes(UTF_8), groups, "family: joe\nguests:\n".getBytes(UTF_8)));
    }

    private Issuer issuer(String groupsClaim, @Nullable String nameClaim) {
        OidcOptions options =
                new OidcOptions(ISSUER, "packhorse", "unused", Duration.ofSeconds(30), groupsClaim, nameClaim);
        return new Issuer(options, time, new IssuerKeys() {
            @Override
            public void load() {}

            @Override
            public List<JsonWebKey> keys(@Nullable String kid) {
                asked.add(kid);
                return published;
            }
        });
    }

    private Finding check(String token) {
        return issuer("groups", null).check(token, known, address);
    }

    private JwtClaims claims() {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(ISSUER);
        claims.setAudience("packhorse");
        claims.setSubject("7d1f");
        claims.setClaim("preferred_username", "joe");
        claims.setStringListClaim("groups", "guests", "wheel");
        claims.setIssuedAt(at(Duration.ofMinutes(-5)));
        claims.setExpirationTime(at(Duration.ofMinutes(5)));
        return claims;
    }

    private NumericDate at(Duration fromNow) {
        return NumericDate.fromMilliseconds(time.instant().plus(fromNow).toEpochMilli());
    }

    private static String signed(JwtClaims claims, PublicJsonWebKey key, String algorithm) throws JoseException {
        JsonWebSignature jws = new JsonWebSignature();
        jws.setPayload(claims.toJson());
        jws.setKey(key.getPrivateKey());
        jws.setKeyIdHeaderValue(key.getKeyId());
        jws.setAlgorithmHeaderValue(algorithm);
        return jws.getCompactSerialization();
    }

    private String with(Consumer<JwtClaims> change) throws JoseException {
        JwtClaims claims = claims();
        change.accept(claims);
        return signed(claims, RSA, "RS256");
    }

    private static String part(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(UTF_8));
    }

    @Test
    void aTokenNamesACallerThatIsNoLocalUserWithTheGroupsThatAreDeclared() throws Exception {
        // When
        Caller caller =
                Objects.requireNonNull(check(signed(claims(), RSA, "RS256")).caller());
        // Then
        assertThat(caller.name()).isEqualTo("oidc:joe");
        assertThat(caller.groups()).containsExactly("guests");
        assertThat(caller.scope()).isNull();
        assertThat(known.isUser("oidc:joe")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
    void signaturesOfTwoKeysAreTaken(String algorithm) throws Exception {
        // Given
        PublicJsonWebKey key = switch (algorithm) {
            case "ES256" -> P256;
            case "ES384" -> P384;
            case "ES512" -> P521;
            case "EdDSA" -> ED;
            default -> RSA;
        };
        // When
        Finding finding = check(signed(claims(), key, algorithm));
        // Then
        assertThat(finding.kind()).isEqualTo(Finding.Kind.RIGHT);
    }

    @Test
    void aForgedSignatureIsWrong() throws Exception {
        // Given
        String token = signed(claims(), RSA, "RS256");
        String head = token.substring(0, token.indexOf('.'));
        String signature = token.substring(token.lastIndexOf('.'));
        JwtClaims more = claims();
        more.setStringListClaim("groups", "family");
        // Then
        assertThat(check(signed(claims(), FOREIGN, "RS256"))).isEqualTo(Finding.WRONG);
        assertThat(check(head + "." + part(more.toJson()) + signature)).isEqualTo(Finding.WRONG);
        assertThat(check(token.substring(0, token.lastIndexOf('.') + 1))).isEqualTo(Finding.WRONG);
        assertThat(check(token.substring(0, token.length() - 4) + "AAAA")).isEqualTo(Finding.WRONG);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "nOnE", "", "RS1", "HS256", "HS512", "dir", "A128KW"})
    void noneAndOtherAlgorithmsAreWrongAndNoKeysAreAskedFor(String algorithm) {
        // Given
        String head = part("{\"alg\":\"" + algorithm + "\",\"kid\":\"unheard of\"}") + ".";
        // Then
        assertThat(check(head + part(claims().toJson()) + ".")).isEqualTo(Finding.WRONG);
        assertThat(check(head + part(claims().toJson()) + ".AAAA")).isEqualTo(Finding.WRONG);
        assertThat(asked).isEmpty();
    }

    @Test
    void aPublicKeyIsNoSecretOfHmac() throws Exception {
        for (byte[] secret : List.of(
                RSA.getPublicKey().getEncoded(),
                RSA.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY).getBytes(UTF_8),
                ("-----BEGIN PUBLIC KEY-----\n"
                                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                        .encodeToString(RSA.getPublicKey().getEncoded())
                                + "\n-----END PUBLIC KEY-----\n")
                        .getBytes(UTF_8))) {
            JsonWebSignature jws = new JsonWebSignature();
            jws.setPayload(claims().toJson());
            jws.setKey(new HmacKey(secret));
            jws.setKeyIdHeaderValue("rsa");
            jws.setAlgorithmHeaderValue("HS256");
            assertThat(check(jws.getCompactSerialization())).isEqualTo(Finding.WRONG);
        }
    }

    @Test
    void aSymmetricKeyAmongThePublishedIsNoKey() throws Exception {
        // Given
        String set = "{\"keys\":["
                + new OctetSequenceJsonWebKey(new HmacKey(new byte[32]))
                        .toJson(JsonWebKey.OutputControlLevel.INCLUDE_SYMMETRIC)
                + "," + RSA.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY) + "]}";
        // When
        List<JsonWebKey> keys = IssuerKeys.parse(set);
        // Then
        assertThat(keys).hasSize(1).allMatch(each -> "rsa".equals(each.getKeyId()));
    }

    @Test
    void aKeyIsUsedForItsOwnKindOfAlgorithmOnly() throws Exception {
        // Given
        JsonWebSignature jws = new JsonWebSignature();
        jws.setPayload(claims().toJson());
        jws.setKey(P256.getPrivateKey());
        jws.setKeyIdHeaderValue("rsa");
        jws.setAlgorithmHeaderValue("ES256");
        // Then
        assertThat(check(jws.getCompactSerialization())).isEqualTo(Finding.WRONG);
        jws = new JsonWebSignature();
        jws.setPayload(claims().toJson());
        jws.setKey(P256.getPrivateKey());
        jws.setKeyIdHeaderValue("p384");
        jws.setAlgorithmHeaderValue("ES256");
        assertThat(check(jws.getCompactSerialization())).isEqualTo(Finding.WRONG);
    }

    @Test
    void aKeyForEncryptionSignsNothing() throws Exception {
        // Given
        PublicJsonWebKey key = made("enc", () -> RsaJwkGenerator.generateJwk(2048));
        key.setUse("enc");
        published.add(key);
        // Then
        assertThat(check(signed(claims(), key, "RS256"))).isEqualTo(Finding.WRONG);
        key.setUse("sig");
        assertThat(check(signed(claims(), key, "RS256")).kind()).isEqualTo(Finding.Kind.RIGHT);
    }

    @Test
    void whatATokenSaysOfItsKeyIsNotLookedAt() throws Exception {
        // Given
        JsonWebSignature jws = new JsonWebSignature();
        jws.setPayload(claims().toJson());
        jws.setKey(FOREIGN.getPrivateKey());
        jws.setAlgorithmHeaderValue("RS256");
        jws.setKeyIdHeaderValue("rsa");
        jws.setJwkHeader(FOREIGN);
        jws.setHeader("jku", "http://127.0.0.1:1/keys");
        jws.setHeader("x5u", "http://127.0.0.1:1/certificate");
        // Then
        assertThat(check(jws.getCompactSerialization())).isEqualTo(Finding.WRONG);
        jws.setKeyIdHeaderValue("foreign");
        assertThat(check(jws.getCompactSerialization())).isEqualTo(Finding.WRONG);
    }

    @Test
    void anUnknownKeyIsWrongAndIsAskedForByItsName() throws Exception {
        // Given
        PublicJsonWebKey key = made("rolled over", () -> RsaJwkGenerator.generateJwk(2048));
        // Then
        assertThat(check(signed(claims(), key, "RS256"))).isEqualTo(Finding.WRONG);
        assertThat(asked).containsExactly("rolled over");
    }

    @Test
    void aTokenThatDoesNotNameItsKeyNeedsOneThatFitsAlone() throws Exception {
        // Given
        JsonWebSignature jws = new JsonWebSignature();
        jws.setPayload(claims().toJson());
        jws.setKey(RSA.getPrivateKey());
        jws.setAlgorithmHeaderValue("RS256");
        String token = jws.getCompactSerialization();
        // Then
        assertThat(check(token).kind()).isEqualTo(Finding.Kind.RIGHT);
        published.add(made("second", () -> RsaJwkGenerator.generateJwk(2048)));
        assertThat(check(token)).isEqualTo(Finding.WRONG);
    }

    @Test
    void whileThereAreNoKeysNoTokenIsAGuess() throws Exception {
        // Given
        published.clear();
        // Then
        assertThat(check(signed(claims(), RSA, "RS256"))).isEqualTo(Finding.UNFIT);
    }

    @Test
    void issuerAndAudienceMustFit() throws Exception {
        assertThat(check(with(claims -> claims.setIssuer(ISSUER + "/")))).isEqualTo(Finding.WRONG);
        assertThat(check(with(claims -> claims.unsetClaim("iss")))).isEqualTo(Finding.WRONG);
        assertThat(check(with(claims -> claims.setAudience("another")))).isEqualTo(Finding.WRONG);
        assertThat(check(with(claims -> claims.unsetClaim("aud")))).isEqualTo(Finding.WRONG);
        assertThat(check(with(claims -> claims.setAudience("another", "packhorse")))
                        .kind())
                .isEqualTo(Finding.Kind.RIGHT);
    }

    @Test
    void timeMustFitByTheSkewAndWhatIsOutOfTimeIsNoGuess() throws Exception {
        Finding.Kind right = Finding.Kind.RIGHT;
        assertThat(check(with(claims -> claims.setExpirationTime(at(Duration.ofSeconds(-29)))))
                        .kind())
                .isEqualTo(right);
        assertThat(check(with(claims -> claims.setExpirationTime(at(Duration.ofSeconds(-31))))))
                .isEqualTo(Finding.UNFIT);
        assertThat(check(with(claims -> claims.setNotBefore(at(Duration.ofSeconds(29)))))
                        .kind())
                .isEqualTo(right);
        assertThat(check(with(claims -> claims.setNotBefore(at(Duration.ofSeconds(31))))))
                .isEqualTo(Finding.UNFIT);
        assertThat(check(with(claims -> claims.setIssuedAt(at(Duration.ofSeconds(29)))))
                        .kind())
                .isEqualTo(right);
        assertThat(check(with(claims -> claims.setIssuedAt(at(Duration.ofSeconds(31))))))
                .isEqualTo(Finding.UNFIT);
        assertThat(check(with(claims -> claims.setIssuedAt(at(Duration.ofDays(-1000)))))
                        .kind())
                .isEqualTo(right);
        assertThat(check(with(claims -> claims.unsetClaim("iat"))).kind()).isEqualTo(right);
    }

    @Test
    void aTokenWithoutAnEndIsWrong() throws Exception {
        assertThat(check(with(claims -> claims.unsetClaim("exp")))).isEqualTo(Finding.WRONG);
        assertThat(check(with(claims -> claims.setClaim("exp", "soon")))).isEqualTo(Finding.WRONG);
    }

    @Test
    void anExpiredTokenOfAnotherIssuerIsWrong() throws Exception {
        assertThat(check(with(claims -> {
                    claims.setExpirationTime(at(Duration.ofMinutes(-1)));
                    claims.setIssuer("https://elsewhere.example.org");
                })))
                .isEqualTo(Finding.WRONG);
    }

    @Test
    void groupsAreFoundAtAPathOrUnderANameWithDots() throws Exception {
        // Given
        String token = with(claims -> {
            claims.setClaim("realm_access", Map.of("roles", List.of("family", "admin", 7, "joe")));
            claims.setStringListClaim("https://example.org/groups", "guests");
            claims.setClaim("one", "family");
            claims.setClaim("number", 5);
        });
        // Then
        assertThat(groups(token, "realm_access.roles")).containsExactly("family");
        assertThat(groups(token, "https://example.org/groups")).containsExactly("guests");
        assertThat(groups(token, "one")).containsExactly("family");
        assertThat(groups(token, "number")).isEmpty();
        assertThat(groups(token, "realm_access")).isEmpty();
        assertThat(groups(token, "realm_access.roles.deeper")).isEmpty();
        assertThat(groups(token, "none.at.all")).isEmpty();
    }

    private Iterable<String> groups(String token, String claim) {
        Caller caller = issuer(claim, null).check(token, known, address).caller();
        return caller == null ? List.of("refused") : caller.groups();
    }

    @Test
    void theNameIsThatOfTheClaimAndNothingElse() throws Exception {
        // Given
        String token = with(claims -> {
            claims.setClaim("email", "joe@example.org");
            claims.setClaim("blank", "");
            claims.setClaim("list", List.of("joe"));
        });
        // Then
        assertThat(name(token, "email")).isEqualTo("oidc:joe@example.org");
        assertThat(name(token, "sub")).isEqualTo("oidc:7d1f");
        assertThat(name(token, "blank")).isNull();
        assertThat(name(token, "list")).isNull();
        assertThat(name(token, "missing")).isNull();
        assertThat(name(with(claims -> claims.unsetClaim("preferred_username")), null))
                .isEqualTo("oidc:7d1f");
        assertThat(name(
                        with(claims -> {
                            claims.unsetClaim("preferred_username");
                            claims.unsetClaim("sub");
                        }),
                        null))
                .isNull();
    }

    private @Nullable String name(String token, @Nullable String claim) {
        Caller caller = issuer("groups", claim).check(token, known, address).caller();
        return caller == null ? null : caller.name();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a\nb", "a\u202eb", "a\u0000", "\t"})
    void aNameThatCouldForgeALineOfALogIsRefused(String name) throws Exception {
        assertThat(name(with(claims -> claims.setClaim("preferred_username", name)), null))
                .isNull();
    }

    @Test
    void whateverTokenComesIsRefusedWithoutAnException() throws Exception {
        // Given
        Random random = new Random(3);
        String token = signed(claims(), RSA, "RS256");
        for (int i = 0; i < 1_000; i++) {
            char[] broken = token.toCharArray();
            for (int left = 1 + random.nextInt(3); left > 0; left--) {
                broken[random.nextInt(token.length())] = "A.{\"z=\u00ff".charAt(random.nextInt(7));
            }
            String text = new String(broken);
            if (!text.equals(token)) {
                // When
                Finding finding = check(text);
                // Then
                assertThat(finding.kind()).isNotEqualTo(Finding.Kind.NOT_NOW);
                if (finding.kind() == Finding.Kind.RIGHT) {
                    // The last char of a signature has bits that mean nothing.
                    assertThat(text.substring(0, text.length() - 1)).isEqualTo(token.substring(0, token.length() - 1));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://id.example.org/keys|jwks over http: is for this machine only, others are asked over https:",
                "https://joe:secret@id.example.org/keys|jwks is no URL with a host and without a user",
                "https:///keys|jwks is no URL with a host and without a user",
                "https:// /keys|jwks is no URL: Illegal character in authority",
            })
    void keysAreNotTakenFromWhereSomebodyElseCouldGiveThem(String jwks, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IssuerKeys.at(jwks, time))
                .withMessageStartingWith(why);
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OidcOptions(ISSUER, "", "keys", Duration.ZERO, "groups", null))
                .withMessage("issuer, audience and jwks are needed together");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OidcOptions(ISSUER, "a", "keys", Duration.ofMinutes(11), "groups", null))
                .withMessage("clock-skew is 0s to 10m");
    }
}
