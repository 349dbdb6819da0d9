package dev.packhorse.store.openhands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.packhorse.front.openhands.Credentials;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.http.Credential;
import dev.packhorse.store.vfs.TestKeys;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenHandsTlsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path temp;

    private SSLContext context() throws Exception {
        TestKeys keys = TestKeys.in(temp, "password");
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys.store())) {
            store.load(in, "password".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, "password".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    private OpenHandsOptions verifying(boolean verify) {
        return FileStoreServer.options(
                temp, null, Credential.apiKey("k"), SizeProbe.HEAD, Duration.ZERO, verify, 1 << 20);
    }

    @Test
    void aCertificateNobodyVouchesForIsRefusedUnlessThatIsSaid() throws Exception {
        Credentials credentials = new Credentials("k", null, null, null, null);
        try (FileStoreServer server = new FileStoreServer(credentials, context())) {
            FsException refused = catchThrowableOfType(
                    FsException.class,
                    () -> OpenHandsStore.open(server.base(), verifying(true)).close());
            assertThat(refused.kind()).isEqualTo(FsException.Kind.UNAVAILABLE);
            assertThat(server.heard).isEmpty();
            try (Store store = OpenHandsStore.open(server.base(), verifying(false))) {
                FsPath path = FsPath.parse("/a");
                store.write(path, Body.of("x".getBytes(UTF_8)), WriteOptions.DEFAULT);
                assertThat(store.stat(path).size()).isEqualTo(1);
            }
        }
    }
}
