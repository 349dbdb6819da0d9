package dev.packhorse.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObjectGenerator;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/** Signs certificates for tests, and makes clients that trust it. */
final class TestAuthority {

    private static final AtomicLong SERIAL = new AtomicLong(1);

    final Issued own;

    TestAuthority(String name) throws Exception {
        KeyPair pair = pair("EC");
        X500Name subject = new X500Name("CN=" + name);
        own = new Issued(
                pair.getPrivate(),
                sign(subject, pair, subject, pair.getPrivate(), Duration.ofDays(-1), Duration.ofDays(365), true));
    }

    /** A certificate and its key. */
    record Issued(PrivateKey key, X509Certificate certificate) {

        /** Writes both in PEM. */
        void write(Path certificateFile, Path keyFile) throws IOException {
            Files.writeString(certificateFile, pem(certificate));
            Files.writeString(keyFile, pem(new JcaPKCS8Generator(key, null)));
        }

        /** Writes both in PKCS#12. */
        Path writeStore(Path file, String password) throws IOException, GeneralSecurityException {
            try (OutputStream out = Files.newOutputStream(file)) {
                store(password).store(out, password.toCharArray());
            }
            return file;
        }

        KeyStore store(String password) throws IOException, GeneralSecurityException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("own", key, password.toCharArray(), new Certificate[] {certificate});
            return store;
        }
    }

    static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(object instanceof PemObjectGenerator ready ? ready : new JcaMiscPEMGenerator(object));
        }
        return text.toString();
    }

    Path writeCertificate(Path file) throws IOException {
        return Files.writeString(file, pem(own.certificate));
    }

    /** For {@code localhost}, P-256, a hundred days from yesterday on. */
    Issued server() throws Exception {
        return issue("CN=localhost", "EC", Duration.ofDays(-1), Duration.ofDays(100));
    }

    Issued client(String subject) throws Exception {
        return issue(subject, "EC", Duration.ofDays(-1), Duration.ofDays(100));
    }

    /** Valid from and to so much from now. */
    Issued issue(String subject, String algorithm, Duration from, Duration to) throws Exception {
        return issue(new X500Name(subject), algorithm, from, to);
    }

    Issued issue(X500Name subject, String algorithm, Duration from, Duration to) throws Exception {
        return issue(subject, pair(algorithm), from, to);
    }

    /** For a key that exists. */
    Issued issue(String subject, KeyPair pair) throws Exception {
        return issue(new X500Name(subject), pair, Duration.ofDays(-1), Duration.ofDays(100));
    }

    private Issued issue(X500Name subject, KeyPair pair, Duration from, Duration to) throws Exception {
        X500Name issuer = new X500Name(own.certificate.getSubjectX500Principal().getName());
        return new Issued(pair.getPrivate(), sign(subject, pair, issuer, own.key, from, to, false));
    }

    private static KeyPair pair(String algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        if (algorithm.equals("EC")) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        } else if (algorithm.equals("RSA")) {
            generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    private static X509Certificate sign(
            X500Name subject, KeyPair pair, X500Name issuer, PrivateKey signer, Duration from, Duration to, boolean ca)
            throws Exception {
        Instant now = Instant.now();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer,
                BigInteger.valueOf(SERIAL.getAndIncrement()),
                Date.from(now.plus(from)),
                Date.from(now.plus(to)),
                subject,
                pair.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.dNSName, "localhost"), new GeneralName(GeneralName.iPAddress, "127.0.0.1")
        }));
        byte[] encoded = builder.build(signer(signer)).getEncoded();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
    }

    private static ContentSigner signer(PrivateKey key) throws OperatorCreationException {
        return new JcaContentSignerBuilder("SHA256withECDSA").build(key);
    }

    /** A revocation list in PEM. */
    String revoking(Duration until, X509Certificate... revoked) throws Exception {
        Instant now = Instant.now();
        JcaX509v2CRLBuilder builder =
                new JcaX509v2CRLBuilder(own.certificate, Date.from(now.minus(Duration.ofDays(2))));
        builder.setNextUpdate(Date.from(now.plus(until)));
        for (X509Certificate each : revoked) {
            builder.addCRLEntry(each.getSerialNumber(), Date.from(now), CRLReason.keyCompromise);
        }
        return pem(builder.build(signer(own.key)));
    }

    /** Connections that trust this authority, and show a certificate if there is one. */
    Client connecting(@Nullable Issued shown) throws Exception {
        return new Client(own.certificate, shown);
    }

    /** Shows a certificate to every server; the JDK's own show none that a server says it will not trust. */
    private static final class Showing extends X509ExtendedKeyManager {

        private final Issued shown;

        Showing(Issued shown) {
            this.shown = shown;
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"shown"};
        }

        @Override
        public @Nullable String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            // Asked for each type that the server takes, until one is named.
            return List.of(types).contains(shown.key.getAlgorithm()) ? "shown" : null;
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public @Nullable String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {shown.certificate};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return shown.key;
        }
    }

    /** Makes connections to servers whose certificate this authority has signed. */
    static final class Client implements X509TrustManager {

        private final X509Certificate trusted;
        private final SSLContext context = SSLContext.getInstance("TLS");

        /** How many certificates of servers were looked at; a resumed session shows none. */
        final AtomicInteger verified = new AtomicInteger();

        private Client(X509Certificate trusted, @Nullable Issued shown) throws Exception {
            this.trusted = trusted;
            KeyManager[] keys = shown == null ? new KeyManager[0] : new KeyManager[] {new Showing(shown)};
            context.init(keys, new TrustManager[] {this}, null);
        }

        /** A connection over which nothing has been said. */
        SSLSocket socket(int port, String... versions) throws IOException {
            return over(new Socket(InetAddress.getLoopbackAddress(), port), versions);
        }

        /** The same over a connection that is there. */
        SSLSocket over(Socket plain, String... versions) throws IOException {
            plain.setSoTimeout(20_000);
            SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
            if (versions.length > 0) {
                socket.setEnabledProtocols(versions);
            }
            return socket;
        }

        RawClient connect(int port, String... versions) throws IOException {
            return new RawClient(socket(port, versions));
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            verified.incrementAndGet();
            try {
                chain[0].verify(trusted.getPublicKey());
            } catch (GeneralSecurityException e) {
                throw new CertificateException(e);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[] {trusted};
        }
    }
}
