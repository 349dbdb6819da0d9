package dev.packhorse.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How the HTTP listener speaks TLS.
 *
 * @param host address to bind
 * @param port TCP port, 0 for a free one
 * @param source where certificate and key are
 * @param provider what encrypts
 * @param clientCertificates whether clients show certificates of their own
 * @param clientCa certificates, in PEM, of those who sign the clients'; needed where these are asked for, and only there
 * @param clientCrl which of those certificates are revoked, in PEM or DER: with lists of all their issuers; {@code null} for none
 * @param redirects whether requests without TLS are sent here instead of being served
 * @param publicPort the port that they are sent to; 0 for the one that is bound
 * @param lookEvery how often the files are looked at
 */
public record TlsSettings(
        String host,
        int port,
        KeySource source,
        Provider provider,
        ClientCertificates clientCertificates,
        @Nullable Path clientCa,
        @Nullable Path clientCrl,
        boolean redirects,
        int publicPort,
        Duration lookEvery) {

    /** How often the files are looked at unless told. */
    public static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    public TlsSettings {
        if (clientCertificates == ClientCertificates.NONE && (clientCa != null || clientCrl != null)) {
            throw new IllegalArgumentException(
                    "client-ca and client-crl are for client-certificates = optional or required");
        }
        if (clientCertificates != ClientCertificates.NONE && clientCa == null) {
            throw new IllegalArgumentException("client certificates need client-ca, by which they are verified");
        }
        if (publicPort < 0 || publicPort > 65_535) {
            throw new IllegalArgumentException("public-port = " + publicPort + " is no port: 1 to 65535");
        }
    }

    /** What encrypts. */
    public enum Provider {
        /** BoringSSL where it can be loaded, else the JDK. */
        AUTO,
        /** BoringSSL. */
        NATIVE,
        /** The JDK's own. */
        JDK
    }

    /** Whether clients show certificates. */
    public enum ClientCertificates {
        /** They are not asked for one. */
        NONE,
        /** They may; one that cannot be verified ends the handshake. */
        OPTIONAL,
        /** Without one that can be verified there is no connection. */
        REQUIRED
    }

    /** Where certificate and key are. */
    public sealed interface KeySource {}

    /**
     * Two files in PEM, or twice the same.
     *
     * @param certificate the server's certificate, then those between it and the root
     * @param key its private key: RSA or EC, in PKCS#8, PKCS#1 or SEC 1
     * @param password what a PKCS#8 key is encrypted with; {@code null} for nothing
     */
    public record Pem(Path certificate, Path key, @Nullable Password password) implements KeySource {}

    /**
     * A key store with one private key.
     *
     * @param file in PKCS#12
     * @param password of the file and of the key
     */
    public record Pkcs12(Path file, Password password) implements KeySource {}

    /** A secret, or the file that holds it, which is read whenever it is needed. Never shown. */
    public static final class Password {

        private final @Nullable String text;
        private final @Nullable Path file;

        private Password(@Nullable String text, @Nullable Path file) {
            this.text = text;
            this.file = file;
        }

        public static Password of(String text) {
            return new Password(text, null);
        }

        /** The first line of a file, in UTF-8. */
        public static Password in(Path file) {
            return new Password(null, file);
        }

        char[] read() throws IOException {
            if (file == null) {
                return Objects.requireNonNull(text).toCharArray();
            }
            String all = new String(TlsFiles.read(file), StandardCharsets.UTF_8);
            return all.lines().findFirst().orElse("").toCharArray();
        }

        @Override
        public String toString() {
            return "***";
        }
    }

    /** All files that are read. */
    List<Path> files() {
        List<Path> files = new ArrayList<>();
        if (source instanceof Pem pem) {
            files.add(pem.certificate);
            files.add(pem.key);
            addFile(files, pem.password);
        } else if (source instanceof Pkcs12 store) {
            files.add(store.file);
            addFile(files, store.password);
        }
        if (clientCa != null) {
            files.add(clientCa);
        }
        if (clientCrl != null) {
            files.add(clientCrl);
        }
        return files;
    }

    private static void addFile(List<Path> files, @Nullable Password password) {
        if (password != null && password.file != null) {
            files.add(password.file);
        }
    }
}
