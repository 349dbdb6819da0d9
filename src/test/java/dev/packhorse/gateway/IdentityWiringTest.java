package dev.packhorse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.packhorse.policy.overlay.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentityWiringTest {

    @TempDir
    Path folder;

    private static IdentityWiring of(Map<String, String> keys, TestDatabase database) {
        return IdentityWiring.of(TestConfig.of(keys), database, InstantSource.system());
    }

    @Test
    void withoutConfigurationNobodyIsKnown() throws Exception {
        try (TestDatabase database = new TestDatabase();
                IdentityWiring wiring = of(Map.of(), database)) {
            // When
            wiring.load();
            // Then
            assertThat(wiring.identities().knows("joe")).isFalse();
            assertThat(wiring.issuer()).isNull();
        }
    }

    @Test
    void filesAreReadAtTheStart() throws Exception {
        // Given
        Path users = Files.writeString(folder.resolve("users"), "joe:*\n");
        Path groups = Files.writeString(folder.resolve("groups"), "family: joe\n");
        Path jwks = Files.writeString(
                folder.resolve("jwks"),
                "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}");
        try (TestDatabase database = new TestDatabase();
                IdentityWiring wiring = of(
                        Map.of(
                                "packhorse.identity.users", users.toString(),
                                "packhorse.identity.groups", groups.toString(),
                                "packhorse.identity.oidc.issuer", "https://id.example.org",
                                "packhorse.identity.oidc.audience", "packhorse",
                                "packhorse.identity.oidc.jwks", jwks.toString()),
                        database)) {
            // When
            wiring.load();
            // Then
            assertThat(wiring.identities().knows("joe")).isTrue();
            assertThat(wiring.identities().knows("family")).isTrue();
            assertThat(wiring.issuer()).isNotNull();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "packhorse.identity.users=none|none is not there",
                "packhorse.identity.oidc.issuer=x|packhorse.identity.oidc: issuer, audience and jwks are needed together",
                "packhorse.identity.oidc.jwks=x|packhorse.identity.oidc: issuer, audience and jwks are needed together",
                "packhorse.login.bar-after=0|packhorse.login: free is 0 or more, bar-after 1 or more, window above 0 and bar not below it",
                "packhorse.identity.oidc.issuer=a,packhorse.identity.oidc.audience=b,packhorse.identity.oidc.jwks=http://c/|packhorse.identity.oidc: jwks over http: is for this machine only, others are asked over https:",
                "packhorse.identity.oidc.issuer=a,packhorse.identity.oidc.audience=b,packhorse.identity.oidc.jwks=none|the keys of the issuer in none: none is not there",
            })
    void whatIsWrongStopsTheStartWithALine(String keys, String why) throws Exception {
        // Given
        Map<String, String> set = new HashMap<>();
        for (String each : keys.split(",", -1)) {
            set.put(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
        }
        try (TestDatabase database = new TestDatabase();
                IdentityWiring wiring = of(set, database)) {
            // Then
            assertThatExceptionOfType(StartException.class)
                    .isThrownBy(wiring::load)
                    .withMessage(why);
        }
    }
}
