package dev.packhorse.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server shows and proves.
 *
 * @param chain its certificate, then those between it and the root
 * @param key the private key of the first
 */
record ServerCertificate(List<X509Certificate> chain, PrivateKey key) {

    /** Shorter RSA keys are refused by clients of today, too. */
    private static final int MIN_RSA_BITS = 2048;

    ServerCertificate {
        chain = List.copyOf(chain);
    }

    /** Reads it; what is wrong is said in one line that begins with the file. */
    static ServerCertificate load(TlsSettings.KeySource source) throws IOException {
        if (source instanceof TlsSettings.Pem pem) {
            TlsSettings.Password password = pem.password();
            ServerCertificate loaded = new ServerCertificate(
                    TlsFiles.certificates(pem.certificate()),
                    TlsFiles.key(pem.key(), password == null ? null : password.read()));
            loaded.check(pem.certificate(), pem.key());
            return loaded;
        }
        TlsSettings.Pkcs12 store = (TlsSettings.Pkcs12) source;
        ServerCertificate loaded = load(store.file(), store.password().read());
        loaded.check(store.file(), store.file());
        return loaded;
    }

    private static ServerCertificate load(Path file, char[] password) throws IOException {
        byte[] bytes = TlsFiles.read(file);
        KeyStore store;
        try {
            store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(bytes), password);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new IOException(
                    file
                            + (e.getCause() instanceof UnrecoverableKeyException
                                    ? " is not opened by its password"
                                    : " is no whole PKCS#12"),
                    e);
        }
        try {
            List<String> keys = new ArrayList<>();
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    keys.add(alias);
                }
            }
            Certificate @Nullable [] chain = keys.size() == 1 ? store.getCertificateChain(keys.get(0)) : null;
            if (chain == null || !(store.getKey(keys.get(0), password) instanceof PrivateKey key)) {
                throw new IOException(file + " has " + keys.size() + " keys with certificates, of which one is needed");
            }
            return new ServerCertificate(
                    Arrays.stream(chain).map(X509Certificate.class::cast).toList(), key);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " has a key that is not opened by its password", e);
        }
    }

    private void check(Path certificateFile, Path keyFile) throws IOException {
        PublicKey shown = chain.get(0).getPublicKey();
        String signature = switch (shown.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default ->
                throw new IOException(
                        certificateFile + " has a certificate that is neither RSA nor EC: " + shown.getAlgorithm());
        };
        if (shown instanceof RSAKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
            throw new IOException(certificateFile + " has an RSA key of "
                    + rsa.getModulus().bitLength() + " bits, of which " + MIN_RSA_BITS + " are needed");
        }
        if (!fits(shown, signature)) {
            throw new IOException(keyFile + " has another key than the certificate of " + certificateFile);
        }
    }

    private boolean fits(PublicKey shown, String algorithm) {
        byte[] anything = {1, 2, 3};
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(anything);
            byte[] signed = signature.sign();
            signature.initVerify(shown);
            signature.update(anything);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** When it ends. Those behind it are the business of who signed it: some are known to have ended, and do no harm. */
    Instant expiry() {
        return chain.get(0).getNotAfter().toInstant();
    }

    boolean isValidAt(Instant now) {
        return now.isBefore(expiry())
                && !now.isBefore(chain.get(0).getNotBefore().toInstant());
    }
}
