package dev.packhorse.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads certificates, keys and revocation lists. Whatever is wrong with a file is an {@link IOException} of one line that begins with
 * the file and holds nothing of its content.
 */
final class TlsFiles {

    /** No file of these is larger; a revocation list of a large authority has some megabytes. */
    private static final long MAX_SIZE = 64 << 20;

    private TlsFiles() {}

    static byte[] read(Path file) throws IOException {
        byte[] content;
        try {
            content = Files.size(file) > MAX_SIZE ? null : Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " does not exist", e);
        } catch (IOException e) {
            throw new IOException(file + " cannot be read", e);
        }
        if (content == null) {
            throw new IOException(file + " is too large");
        }
        return content;
    }

    /** The certificates of a file in PEM, in its order; at least one. */
    static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        for (PemObject part : parts(file)) {
            if (part.getType().equals("CERTIFICATE") || part.getType().equals("X509 CERTIFICATE")) {
                try {
                    found.add(
                            (X509Certificate) x509().generateCertificate(new ByteArrayInputStream(part.getContent())));
                } catch (CertificateException e) {
                    throw new IOException(file + " has a certificate that cannot be read", e);
                }
            }
        }
        if (found.isEmpty()) {
            throw new IOException(file + " has no certificate in PEM (-----BEGIN CERTIFICATE-----)");
        }
        return found;
    }

    /** The revocation lists of a file, in PEM or a single one in DER; at least one. */
    static List<X509CRL> revocations(Path file) throws IOException {
        List<X509CRL> found = new ArrayList<>();
        try {
            for (PemObject part : parts(file)) {
                if (part.getType().equals("X509 CRL")) {
                    found.add((X509CRL) x509().generateCRL(new ByteArrayInputStream(part.getContent())));
                }
            }
            if (found.isEmpty()) {
                found.add((X509CRL) x509().generateCRL(new ByteArrayInputStream(read(file))));
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " has no revocation list that can be read", e);
        }
        return found;
    }

    /**
     * The first private key of a file in PEM.
     *
     * @param password of a key in encrypted PKCS#8; {@code null} if there is none
     */
    static PrivateKey key(Path file, char @Nullable [] password) throws IOException {
        for (PemObject part : parts(file)) {
            if (part.getType().endsWith("PRIVATE KEY")) {
                try {
                    return key(file, part, password);
                } catch (GeneralSecurityException | RuntimeException e) {
                    throw new IOException(
                            file + " has a key that cannot be read: "
                                    + e.getClass().getSimpleName(),
                            e);
                }
            }
        }
        throw new IOException(file + " has no private key in PEM (-----BEGIN PRIVATE KEY-----)");
    }

    private static PrivateKey key(Path file, PemObject part, char @Nullable [] password)
            throws IOException, GeneralSecurityException {
        if (!part.getHeaders().isEmpty()) {
            throw new IOException(
                    file + " has a key that is encrypted in a way of old; openssl pkcs8 -topk8 makes a new one of it");
        }
        byte[] bytes = part.getContent();
        return switch (part.getType()) {
            case "PRIVATE KEY" -> pkcs8(file, PrivateKeyInfo.getInstance(bytes));
            case "RSA PRIVATE KEY" ->
                pkcs8(
                        file,
                        new PrivateKeyInfo(
                                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                                RSAPrivateKey.getInstance(bytes)));
            case "EC PRIVATE KEY" -> {
                ECPrivateKey key = ECPrivateKey.getInstance(bytes);
                yield pkcs8(
                        file,
                        new PrivateKeyInfo(
                                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, key.getParametersObject()),
                                key));
            }
            case "ENCRYPTED PRIVATE KEY" -> decrypted(file, bytes, password);
            default -> throw new IOException(file + " has a key of an unknown form: " + part.getType());
        };
    }

    private static PrivateKey pkcs8(Path file, PrivateKeyInfo info) throws IOException, GeneralSecurityException {
        ASN1ObjectIdentifier algorithm = info.getPrivateKeyAlgorithm().getAlgorithm();
        String name;
        if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
            name = "RSA";
        } else if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            name = "EC";
        } else {
            throw new IOException(file + " has a key that is neither RSA nor EC: " + algorithm);
        }
        return KeyFactory.getInstance(name).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
    }

    private static PrivateKey decrypted(Path file, byte[] bytes, char @Nullable [] password)
            throws IOException, GeneralSecurityException {
        if (password == null) {
            throw new IOException(file + " has an encrypted key, and there is no password for it");
        }
        EncryptedPrivateKeyInfo info;
        try {
            info = new EncryptedPrivateKeyInfo(bytes);
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
        try {
            // The JDK names the scheme of PBES2 (PBEWithHmacSHA256AndAES_256) by nothing but the text of its
            // parameters.
            String scheme = info.getAlgParameters() == null
                    ? info.getAlgName()
                    : info.getAlgName().startsWith("PBEWith")
                            ? info.getAlgName()
                            : info.getAlgParameters().toString();
            Cipher cipher = Cipher.getInstance(scheme);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(scheme).generateSecret(new PBEKeySpec(password)),
                    info.getAlgParameters());
            return pkcs8(
                    file, PrivateKeyInfo.getInstance(info.getKeySpec(cipher).getEncoded()));
        } catch (InvalidKeyException e) {
            throw new IOException(file + " has an encrypted key that its password does not open", e);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    file
                            + " has a key encrypted in a way that is not known; openssl pkcs8 -topk8 -v2 aes-256-cbc makes one that is",
                    e);
        }
    }

    private static List<PemObject> parts(Path file) throws IOException {
        String text = new String(read(file), StandardCharsets.ISO_8859_1);
        List<PemObject> parts = new ArrayList<>();
        try (PemReader reader = new PemReader(new StringReader(text))) {
            for (PemObject part = reader.readPemObject(); part != null; part = reader.readPemObject()) {
                parts.add(part);
            }
        } catch (IOException | RuntimeException e) {
            throw new IOException(file + " is no whole PEM", e);
        }
        return parts;
    }

    private static CertificateFactory x509() throws CertificateException {
        return CertificateFactory.getInstance("X.509");
    }
}
