package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.packhorse.fs.Store;
import dev.packhorse.store.local.LocalStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What curl, which has a TLS of its own, thinks of ours. */
@Timeout(60)
class TlsCurlTest extends TlsFixture {

    /** What curl printed, and how it ended: 0, or 35, 56, 58 and others for what it did not like. */
    private record Result(int code, String output) {}

    private HttpfsServer serve(TlsSettings settings) throws IOException {
        Store store = LocalStore.open(Files.createDirectories(folder.resolve("root")), LocalStore.Options.DEFAULT);
        return new HttpfsServer(store, true, settings);
    }

    private Result curl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "curl",
                "-sS",
                "--noproxy",
                "*",
                "--max-time",
                "20",
                "--cacert",
                authority.writeCertificate(folder.resolve("authority.pem")).toString()));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "there is no curl");
            throw e;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }

    @Test
    void putsAndGetsWholeFilesAndRanges() throws Exception {
        byte[] content = new byte[5_000_000];
        new Random(1).nextBytes(content);
        Path sent = Files.write(folder.resolve("sent"), content);
        Path got = folder.resolve("got");
        try (HttpfsServer server = serve(settings())) {
            String url = server.secureBase() + "/file";
            for (String version : new String[] {"1.2", "1.3"}) {
                String[] only = {"--tlsv" + version, "--tls-max", version, "--fail"};
                assertThat(curl(with(only, "-T", sent.toString(), url)).code()).isZero();
                assertThat(Files.readAllBytes(folder.resolve("root/file"))).isEqualTo(content);
                assertThat(curl(with(only, "-o", got.toString(), url)).code()).isZero();
                assertThat(Files.readAllBytes(got)).isEqualTo(content);
                assertThat(curl(with(only, "-r", "1000-4000000", "-o", got.toString(), url))
                                .code())
                        .isZero();
                assertThat(Files.readAllBytes(got)).isEqualTo(Arrays.copyOfRange(content, 1000, 4_000_001));
                assertThat(curl(with(only, "-I", url)).output()).contains("Content-Length: 5000000");
            }
            assertThat(curl("-o", got.toString(), url, "-o", got.toString(), url, "-w", "%{num_connects} ")
                            .output())
                    .isEqualTo("1 0 ");
        }
    }

    private static String[] with(String[] first, String... others) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(others));
        return all.toArray(new String[0]);
    }

    @Test
    void findsNothingOld() throws Exception {
        try (HttpfsServer server = serve(settings())) {
            String url = server.secureBase() + "/";
            assertThat(curl(url).code()).isZero();
            // Lets OpenSSL itself do what it no longer does unless told.
            for (String version : new String[] {"1.0", "1.1"}) {
                assertThat(curl("--tlsv" + version, "--tls-max", version, "--ciphers", "DEFAULT@SECLEVEL=0", url)
                                .code())
                        .isNotZero();
            }
            assertThat(curl("--tls-max", "1.2", "--ciphers", "AES128-SHA:AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA", url)
                            .code())
                    .isNotZero();
            for (String cipher : new String[] {
                "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"
            }) {
                assertThat(curl("--tls-max", "1.2", "--ciphers", cipher, url).code())
                        .as(cipher)
                        .isZero();
            }
        }
    }

    @Test
    void showsACertificateOrIsRefused() throws Exception {
        TestAuthority people = new TestAuthority("people");
        Path ca = people.writeCertificate(folder.resolve("people.pem"));
        try (HttpfsServer server = serve(settings(TlsSettings.ClientCertificates.REQUIRED, ca, null))) {
            String url = server.secureBase() + "/";
            assertThat(shown(people.client("CN=ann"), url).code()).isZero();
            assertThat(shown(new TestAuthority("people").client("CN=ann"), url).code())
                    .isNotZero();
            assertThat(shown(null, url).code()).isNotZero();
        }
    }

    private Result shown(TestAuthority.@Nullable Issued client, String url) throws Exception {
        if (client == null) {
            return curl(url);
        }
        Path file = folder.resolve("client.pem");
        Path itsKey = folder.resolve("client-key.pem");
        client.write(file, itsKey);
        return curl("--cert", file.toString(), "--key", itsKey.toString(), url);
    }
}
