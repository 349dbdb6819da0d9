package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERT61String;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.DERUniversalString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateNameTest {

    private static final String ANNE = "\u00c4nne";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    CN=ann                      | ann
                    CN=ann,OU=staff,O=example   | ann
                    cn=ann                      | ann
                    OU=staff,CN=ann,O=example   | ann
                    CN=ann,CN=bob               | ann
                    CN=ann+UID=7,O=example      | ann
                    UID=7+CN=ann,O=example      | ann
                    CN=Ann\\, Dr. Smith          | Ann, Dr. Smith
                    CN=ann@example.com          | ann@example.com
                    CN=\\#ann                    | #ann
                    CN=a=b\\,CN\\=root            | a=b,CN=root
                    """)
    void isTheMostSpecificCommonName(String subject, String name) {
        assertThat(CertificateName.of(subject)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "O=example",
                "CN=",
                "CN=ann+CN=bob",
                "CN=#04026869",
                "CN=ann\\00.evil",
                "CN=ann\\0D\\0ASet-Cookie: x",
                "CN=ann\\7F",
                "CN=\\20ann",
                "CN=ann\\E2\\80\\AE",
                "CN=ann\\E2\\80\\8B",
                "nonsense",
                "CN",
                "CN=\"ann"
            })
    void isNothingWhereItIsNoUsableText(String subject) {
        assertThat(CertificateName.of(subject)).isNull();
    }

    @Test
    void isNothingWhereItIsEndless() {
        assertThat(CertificateName.of("CN=" + "a".repeat(256))).hasSize(256);
        assertThat(CertificateName.of("CN=" + "a".repeat(257))).isNull();
    }

    @Test
    void readsTheEncodingsOfCertificates() throws Exception {
        assertThat(encoded(new DERUTF8String(ANNE))).isEqualTo(ANNE);
        assertThat(encoded(new DERPrintableString("Anne"))).isEqualTo("Anne");
        assertThat(encoded(new DERT61String("Anne"))).isEqualTo("Anne");
        assertThat(CertificateName.of("CN=\\C3\\84nne")).isEqualTo(ANNE);
        // Of which the JDK makes something else, and of two names perhaps one.
        assertThat(encoded(new DERT61String(ANNE))).isNull();
        assertThat(encoded(new DERBMPString(ANNE))).isNull();
        assertThat(encoded(new DERUniversalString(new byte[] {0, 0, 0, 'a'}))).isNull();
        assertThat(encoded(new DEROctetString(new byte[] {'a', 'n', 'n'}))).isNull();
        assertThat(encoded(new DERUTF8String("ann\0"))).isNull();
    }

    private static @Nullable String encoded(ASN1Encodable name) throws Exception {
        X500Name subject = new X500NameBuilder()
                .addRDN(BCStyle.O, "example")
                .addRDN(BCStyle.CN, name)
                .build();
        return CertificateName.of(new TestAuthority("any")
                .issue(subject, "EC", Duration.ofDays(-1), Duration.ofDays(1))
                .certificate());
    }

    @Test
    void neverFailsOnGarbage() {
        Random random = new Random(5);
        String alphabet = "CNcnO=+,;\\\"#<>ab0 \0\u00e4\u00e91.2";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder subject = new StringBuilder();
            for (int j = random.nextInt(24); j > 0; j--) {
                subject.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThatCode(() -> CertificateName.of(subject.toString())).doesNotThrowAnyException();
        }
    }
}
