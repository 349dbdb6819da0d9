package dev.packhorse.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.identity.Authenticator;
import dev.packhorse.identity.Identities;
import dev.packhorse.identity.IdentityFiles;
import dev.packhorse.identity.LoginGuard;
import dev.packhorse.server.HttpSettings;
import dev.packhorse.store.memory.MemoryStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users of files come through the rules of exports. */
class KnownCallersTest {

    @TempDir
    Path folder;

    @Test
    void usersAndGroupsOfFilesHaveWhatRulesGiveThem() throws Exception {
        // Given
        Path users =
                Files.writeString(folder.resolve("users"), "ann:" + hash("a-pass") + "\nbob:" + hash("b-pass") + "\n");
        Path groups = Files.writeString(folder.resolve("groups"), "family: ann\n");
        try (StateDatabase database = StateDatabase.open(folder.resolve("logins"));
                Identities identities =
                        new Identities(new IdentityFiles(users, groups, null, null), InstantSource.system())) {
            database.awaitReady();
            identities.load();
            LoginGuard guard = new LoginGuard(database.source(), LoginGuard.Limits.USUAL, InstantSource.system());
            Callers callers =
                    new KnownCallers(identities, new Authenticator(identities, null, guard, InstantSource.system()));
            try (TestGateway gateway = new TestGateway(folder, HttpSettings.DEFAULT, callers)) {
                gateway.export("x", Map.of("access", "family:rw, bob:r", "token", "true"), new MemoryStore(1 << 20));

                // When, Then
                assertThat(status(gateway, "PUT", "ann", "a-pass")).isEqualTo(200);
                assertThat(status(gateway, "GET", "bob", "b-pass")).isEqualTo(200);
                assertThat(status(gateway, "PUT", "bob", "b-pass")).isEqualTo(403);
                assertThat(status(gateway, "GET", "ann", "b-pass")).isEqualTo(401);
                assertThat(gateway.send("GET", "/fs/x/f", "").status()).isEqualTo(401);
                assertThat(gateway.send("GET", "/fs/x/f?token=wrong", "").status())
                        .isEqualTo(401);
            }
        }
    }

    private static int status(TestGateway gateway, String method, String name, String password) throws Exception {
        return gateway.send(method, "/fs/x/f", "x", "Authorization: " + TestCallers.basic(name, password))
                .status();
    }

    /** Few rounds, so that a test need not wait. */
    private static String hash(String password) {
        return Sha2Crypt.sha512Crypt(password.getBytes(UTF_8), "$6$rounds=5000$saltsaltsalt");
    }
}
