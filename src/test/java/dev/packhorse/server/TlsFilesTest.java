package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.Canary;
import dev.packhorse.server.TestAuthority.Issued;
import dev.packhorse.server.TlsSettings.Password;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway.Init") // set by JUnit
class TlsFilesTest {

    private static final String SECRET = Canary.secret("key-store");

    @TempDir
    Path folder;

    private TestAuthority authority;
    private Issued server;
    private Path certificate;

    @BeforeEach
    void makeCertificate() throws Exception {
        authority = new TestAuthority("authority");
        server = authority.server();
        certificate = Files.writeString(folder.resolve("certificate.pem"), TestAuthority.pem(server.certificate()));
    }

    private ServerCertificate load(Path key, @Nullable Password password) throws IOException {
        return ServerCertificate.load(new TlsSettings.Pem(certificate, key, password));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String encrypted(PrivateKey key, String password) throws Exception {
        return TestAuthority.pem(new JcaPKCS8Generator(
                key,
                new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                        .setProvider(new BouncyCastleProvider())
                        .setPassword(password.toCharArray())
                        .build()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA"})
    void readsKeysInTheFormsThatOpenSslWrites(String algorithm) throws Exception {
        server = authority.issue("CN=localhost", algorithm, Duration.ofDays(-1), Duration.ofDays(1));
        Files.writeString(certificate, TestAuthority.pem(server.certificate()));
        String pkcs8 = TestAuthority.pem(new JcaPKCS8Generator(server.key(), null));
        String old = server.key() instanceof ECPrivateKey ec
                ? TestAuthority.pem(new PemObject(
                        "EC PRIVATE KEY",
                        new org.bouncycastle.asn1.sec.ECPrivateKey(256, ec.getS(), SECObjectIdentifiers.secp256r1)
                                .getEncoded()))
                : TestAuthority.pem(new JcaMiscPEMGenerator(server.key()));

        assertThat(pkcs8).startsWith("-----BEGIN PRIVATE KEY-----");
        assertThat(old).startsWith("-----BEGIN " + algorithm + " PRIVATE KEY-----");
        assertThat(load(write("a", pkcs8), null).key()).isEqualTo(server.key());
        assertThat(load(write("b", old), null).key()).isNotNull();
        assertThat(load(write("c", "some text before\n" + old), null).key().getAlgorithm())
                .isEqualTo(algorithm);
    }

    @Test
    void readsAnEncryptedKeyWithThePasswordOfAFile() throws Exception {
        Path key = write("key", encrypted(server.key(), SECRET));
        assertThat(Files.readString(key)).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");

        assertThat(load(key, Password.in(write("password", SECRET + "\n"))).key())
                .isEqualTo(server.key());
        assertThat(load(key, Password.of(SECRET)).key()).isEqualTo(server.key());
        assertThatThrownBy(() -> load(key, null))
                .isInstanceOf(IOException.class)
                .hasMessage(key + " has an encrypted key, and there is no password for it");
        assertThatThrownBy(() -> load(key, Password.of(SECRET + "-wrong")))
                .isInstanceOf(IOException.class)
                .message()
                .startsWith(key + " has ")
                .doesNotContain(SECRET);
        assertThatThrownBy(() -> load(key, Password.in(folder.resolve("none"))))
                .hasMessage(folder.resolve("none") + " does not exist");
        assertThat(Password.of(SECRET).toString()).isEqualTo("***");
        assertThat(new TlsSettings.Pem(certificate, key, Password.of(SECRET)).toString())
                .doesNotContain(SECRET);
    }

    @Test
    void saysOfAnOldEncryptionHowToGetRidOfIt() throws Exception {
        Path key = write(
                "key",
                TestAuthority.pem(new JcaMiscPEMGenerator(
                        server.key(),
                        new JcePEMEncryptorBuilder("AES-128-CBC")
                                .setProvider(new BouncyCastleProvider())
                                .build(SECRET.toCharArray()))));

        assertThatThrownBy(() -> load(key, Password.of(SECRET)))
                .isInstanceOf(IOException.class)
                .message()
                .contains("openssl pkcs8");
    }

    @Test
    void readsChainAndKeyFromOneFile() throws Exception {
        Path all = write(
                "all",
                TestAuthority.pem(new JcaPKCS8Generator(server.key(), null))
                        + TestAuthority.pem(server.certificate())
                        + TestAuthority.pem(authority.own.certificate()));

        ServerCertificate loaded = ServerCertificate.load(new TlsSettings.Pem(all, all, null));

        assertThat(loaded.chain()).containsExactly(server.certificate(), authority.own.certificate());
        assertThat(loaded.expiry()).isEqualTo(server.certificate().getNotAfter().toInstant());
    }

    @Test
    void refusesTheKeyOfAnother() throws Exception {
        Path key = write(
                "key",
                TestAuthority.pem(new JcaPKCS8Generator(authority.server().key(), null)));
        Path rsa = write(
                "rsa",
                TestAuthority.pem(new JcaPKCS8Generator(
                        authority
                                .issue("CN=x", "RSA", Duration.ofDays(-1), Duration.ofDays(1))
                                .key(),
                        null)));

        for (Path other : new Path[] {key, rsa}) {
            assertThatThrownBy(() -> load(other, null))
                    .isInstanceOf(IOException.class)
                    .hasMessage(other + " has another key than the certificate of " + certificate);
        }
    }

    @Test
    void refusesKeysThatAreNeitherRsaNorEc() throws Exception {
        PrivateKey other =
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();
        Path key = write("key", TestAuthority.pem(new JcaPKCS8Generator(other, null)));

        assertThatThrownBy(() -> load(key, null))
                .isInstanceOf(IOException.class)
                .message()
                .contains("neither RSA nor EC");
    }

    @Test
    void refusesShortRsaKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        Issued weak = authority.issue("CN=localhost", generator.generateKeyPair());
        weak.write(certificate, folder.resolve("key"));

        assertThatThrownBy(() -> load(folder.resolve("key"), null))
                .isInstanceOf(IOException.class)
                .message()
                .contains("1024 bits");
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        Path none = folder.resolve("none");
        Path empty = write("empty", "");
        Path key = write("key", TestAuthority.pem(new JcaPKCS8Generator(server.key(), null)));

        assertThatThrownBy(() -> load(none, null)).hasMessage(none + " does not exist");
        assertThatThrownBy(() -> load(empty, null)).message().startsWith(empty + " has no private key in PEM");
        assertThatThrownBy(() -> load(folder, null))
                .isInstanceOf(IOException.class)
                .message()
                .contains(folder.toString());
        Files.copy(key, certificate, StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> load(key, null)).message().startsWith(certificate + " has no certificate in PEM");
    }

    @Test
    void readsAKeyStoreWithOneKey() throws Exception {
        Path store = server.writeStore(folder.resolve("store"), SECRET);

        assertThat(ServerCertificate.load(new TlsSettings.Pkcs12(store, Password.of(SECRET)))
                        .key())
                .isEqualTo(server.key());
        assertThatThrownBy(() -> ServerCertificate.load(new TlsSettings.Pkcs12(store, Password.of(SECRET + "-wrong"))))
                .hasMessage(store + " is not opened by its password");
        assertThatThrownBy(() -> ServerCertificate.load(new TlsSettings.Pkcs12(certificate, Password.of(SECRET))))
                .hasMessage(certificate + " is no whole PKCS#12");
        assertThat(new TlsSettings.Pkcs12(store, Password.of(SECRET)).toString())
                .doesNotContain(SECRET);
    }

    @Test
    void refusesAKeyStoreWithSeveralKeysOrNone() throws Exception {
        Path file = folder.resolve("store");
        for (int keys : new int[] {0, 2}) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("trusted", authority.own.certificate());
            for (int i = 0; i < keys; i++) {
                store.setKeyEntry(
                        "key" + i, server.key(), SECRET.toCharArray(), new Certificate[] {server.certificate()});
            }
            try (OutputStream out = Files.newOutputStream(file)) {
                store.store(out, SECRET.toCharArray());
            }
            assertThatThrownBy(() -> ServerCertificate.load(new TlsSettings.Pkcs12(file, Password.of(SECRET))))
                    .hasMessage(file + " has " + keys + " keys with certificates, of which one is needed");
        }
    }

    @Test
    void garbageIsAlwaysAProblemOfTheFile() throws Exception {
        Random random = new Random(13);
        String ec = TestAuthority.pem(new JcaMiscPEMGenerator(server.key()));
        byte[] pkcs8 = PrivateKeyInfo.getInstance(server.key().getEncoded()).getEncoded();
        String[] seeds = {
            TestAuthority.pem(server.certificate()), ec, encrypted(server.key(), SECRET),
        };
        Path file = folder.resolve("garbage");
        for (int i = 0; i < 1500; i++) {
            if (i % 2 == 0) {
                byte[] text = seeds[i / 2 % seeds.length].getBytes(StandardCharsets.US_ASCII);
                for (int j = random.nextInt(6); j > 0; j--) {
                    text[random.nextInt(text.length)] = (byte) random.nextInt(256);
                }
                Files.write(file, Arrays.copyOf(text, random.nextInt(text.length + 1)));
            } else {
                byte[] content = pkcs8.clone();
                content[random.nextInt(content.length)] = (byte) random.nextInt(256);
                String[] types = {
                    "PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "CERTIFICATE"
                };
                Files.writeString(file, TestAuthority.pem(new PemObject(types[random.nextInt(types.length)], content)));
            }
            attempt(() -> TlsFiles.certificates(file));
            attempt(() -> TlsFiles.key(file, SECRET.toCharArray()));
            attempt(() -> TlsFiles.revocations(file));
        }
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private void attempt(Attempt attempt) {
        try {
            attempt.run();
        } catch (IOException e) {
            assertThat(e.getMessage()).startsWith(folder.toString()).doesNotContain("\n");
        }
    }
}
