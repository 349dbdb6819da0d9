package dev.packhorse.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashTest {

    /** By perl's crypt, openssl passwd, and the test of the reference implementation of argon2. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sesame|$2b$05$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O|bcrypt 5",
                "sesame|$2y$05$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O|bcrypt 5",
                "U*U|$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW|bcrypt 5",
                "password|$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc|argon2id m=65536,t=2,p=1",
                "Hello world!|$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1|sha-crypt $6$ 5000",
                "Hello world!|$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5|sha-crypt $5$ 5000",
                "Hello world!|$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.|sha-crypt $6$ 10000",
            })
    void hashesOfOtherProgramsAreUnderstood(String password, String text, String label) {
        // Given
        PasswordHash hash = PasswordHash.parse(text);
        byte[] shown = password.getBytes(UTF_8);
        // When
        boolean right = hash.matches(shown);
        // Then
        assertThat(right).isTrue();
        assertThat(hash.matches((password + "x").getBytes(UTF_8))).isFalse();
        assertThat(shown).isEqualTo(password.getBytes(UTF_8));
        assertThat(hash.label()).isEqualTo(label);
        assertThat(hash.text()).isEqualTo(text);
        assertThat(hash).hasToString(label);
    }

    @Test
    void aNewHashMatchesItsPasswordOnly() {
        // Given
        byte[] password = "grüne Bohnen".getBytes(UTF_8);
        // When
        PasswordHash one = PasswordHash.parse(Argon2id.of(password).text());
        PasswordHash other = Argon2id.of(password);
        // Then
        assertThat(one.matches(password)).isTrue();
        assertThat(one.matches("grüne Bohne".getBytes(UTF_8))).isFalse();
        assertThat(one.text()).isNotEqualTo(other.text()).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sesame",
                "",
                "!",
                "$apr1$jfPlV0Wl$WL9gXWmXn3sl0MsB2r4Uq.",
                "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
                "rqXexS6ZhobKA",
                "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
                "{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
                "$2x$05$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O",
                "$2$05$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O",
                "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2d$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7",
                "5f4dcc3b5aa765d61d8327deb882cf99",
            })
    void weakAndUnknownFormsAreRefusedWithoutBeingSaid(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHash.parse(text))
                .withMessageContaining("hashes are bcrypt ($2b$, $2y$), argon2id or sha-crypt ($5$, $6$)")
                .satisfies(refusal -> {
                    if (text.length() > 6) {
                        assertThat(refusal.getMessage()).doesNotContain(text.substring(6));
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"$argon2id$v=16$", "$argon2id$"})
    void anOldVersionOfArgon2IsRefused(String head) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHash.parse(
                        head + "m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"))
                .withMessage("a hash of argon2id that is broken, cut off, or not of version 19");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$2b$17$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O",
                "$2b$31$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O",
                "$2b$03$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O",
                "$argon2id$v=19$m=262145,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=999999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=7,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=65536,t=17,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=65536,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=65536,t=2,p=17$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=65536,t=2,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$5$rounds=1000001$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
                "$5$rounds=999$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
            })
    void absurdCostsAreRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PasswordHash.parse(text))
                .withMessageMatching(".*(this is|these are) [0-9]+");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$2b$05$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O",
                "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
                "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
            })
    void aHashThatIsCutOffAnywhereIsRefused(String text) {
        for (int length = 0; length < text.length(); length++) {
            String cut = text.substring(0, length);
            assertThatThrownBy(() -> PasswordHash.parse(cut)).as(cut).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whateverTextComesIsReadOrRefusedAsAnArgument() {
        // Given
        Random random = new Random(20260501);
        String alphabet = "$0123456789abyzABC./+=,{}mtpvi \u00e9\u0000";
        String[] heads = {
            "", "$2b$", "$2a$05$", "$argon2id$v=19$m=", "$argon2id$v=19$m=64,t=1,p=1$", "$6$rounds=", "$5$"
        };
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(heads[random.nextInt(heads.length)]);
            for (int left = random.nextInt(80); left > 0; left--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            // When
            try {
                PasswordHash hash = PasswordHash.parse(text.toString());
                // Then
                assertThat(hash.text()).isEqualTo(text.toString());
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageNotContaining("\n");
            }
        }
    }
}
