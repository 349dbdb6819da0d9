package dev.packhorse.store.vfs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A key with a certificate that nobody has signed.
 *
 * @param store in PKCS12, with the password that was given
 * @param certificate in PEM
 */
public record TestKeys(Path store, Path certificate) {

    /** Makes them in a folder, for the address of the loopback, under a name that no host has. */
    public static TestKeys in(Path folder, String password) throws IOException {
        Path store = folder.resolve("keys.p12");
        Path certificate = folder.resolve("server.pem");
        keytool(
                password,
                store,
                List.of(
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=somebody else",
                        "-ext",
                        "SAN=IP:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12"));
        keytool(password, store, List.of("-exportcert", "-rfc", "-file", certificate.toString()));
        return new TestKeys(store, certificate);
    }

    private static void keytool(String password, Path store, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(arguments);
        command.addAll(List.of("-alias", "a", "-keystore", store.toString(), "-storepass", password));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("keytool: " + said);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
