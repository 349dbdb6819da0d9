package dev.packhorse.wire.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EncryptedQueryTest {

    private static final byte[] HTTPFS = HexFormat.of()
            .parseHex("da765cd434c3d72cac40b8d859bc5934aabf89bd85e84027782b186ea66e5ac6"
                    + "dae3868440142a234f5d385e7fd9737de4803d212841f1b296432bcc0c9d26b9");

    private static final byte[] RDDNS = HexFormat.of()
            .parseHex("4147c809ba3c996ada099a0fc0d347cad1958119ab17c65fadeae5759c4918a5"
                    + "df35465b780ecbc78c3ef490a2b78e00538d4cab13a51600ffb84b2029229dee");

    /** One vector, under its name. */
    private record Vector(JsonNode json) {
        String text(String field) {
            return json.path(field).asText();
        }

        byte[] salt() {
            return text("context").equals("rddns") ? RDDNS : HTTPFS;
        }

        int number(String field) {
            return Integer.parseUnsignedInt(text(field), 16);
        }

        @Override
        public String toString() {
            return text("name");
        }
    }

    static Stream<Vector> positive() throws IOException {
        return vectors("positive");
    }

    static Stream<Vector> negative() throws IOException {
        return vectors("negative");
    }

    static Stream<Vector> malleable() throws IOException {
        return vectors("malleable");
    }

    private static Stream<Vector> vectors(String kind) throws IOException {
        try (InputStream in = EncryptedQueryTest.class.getResourceAsStream("/replay/crypt-vectors.json")) {
            return StreamSupport.stream(
                            new ObjectMapper().readTree(in).path(kind).spliterator(), false)
                    .map(Vector::new);
        }
    }

    @ParameterizedTest
    @MethodSource("positive")
    void sealsAsRecorded(Vector vector) {
        assertThat(EncryptedQuery.seal(
                        HexFormat.of().parseHex(vector.text("plain_hex")),
                        Instant.ofEpochSecond(vector.json().path("time").asLong()),
                        vector.number("key"),
                        vector.number("junk"),
                        vector.salt()))
                .isEqualTo("__Q_=" + vector.text("cipher_hex"));
    }

    @ParameterizedTest
    @MethodSource("positive")
    void opensAsRecorded(Vector vector) {
        EncryptedQuery expected = new EncryptedQuery(
                Instant.ofEpochSecond(vector.json().path("time").asLong()),
                HexFormat.of().parseHex(vector.text("plain_hex")));

        assertThat(EncryptedQuery.open(vector.text("cipher_hex"), vector.salt()))
                .isEqualTo(expected)
                .hasSameHashCodeAs(expected);
        assertThat(EncryptedQuery.open(vector.text("cipher_hex").toUpperCase(Locale.ROOT), vector.salt()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("negative")
    void refusesWhatIsNoEnvelope(Vector vector) {
        assertThatThrownBy(() -> EncryptedQuery.open(vector.text("cipher_hex"), vector.salt()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @MethodSource("malleable")
    void opensWhatWasAlteredWhereItDoesNotMatter(Vector vector) {
        assertThat(EncryptedQuery.open(vector.text("cipher_hex")).query())
                .asString(UTF_8)
                .isEqualTo(vector.text("plain"));
    }

    @Test
    void withoutAnyOtherWordHttpfsIsMeant() throws IOException {
        Vector vector = positive().findFirst().orElseThrow();

        assertThat(EncryptedQuery.open(vector.text("cipher_hex")).query())
                .asString(UTF_8)
                .isEqualTo("name=/Video");
        assertThat(EncryptedQuery.seal(
                        "name=/Video".getBytes(UTF_8),
                        Instant.ofEpochSecond(vector.json().path("time").asLong()),
                        vector.number("key"),
                        vector.number("junk")))
                .endsWith(vector.text("cipher_hex"));
    }

    @Test
    void clocksMayDifferByFortySeconds() {
        EncryptedQuery query = new EncryptedQuery(Instant.ofEpochSecond(1_000_000), new byte[0]);

        assertThat(query.isFresh(Instant.ofEpochSecond(1_000_040))).isTrue();
        assertThat(query.isFresh(Instant.ofEpochSecond(999_960))).isTrue();
        assertThat(query.isFresh(Instant.ofEpochSecond(1_000_041))).isFalse();
        assertThat(query.isFresh(Instant.ofEpochSecond(999_959))).isFalse();
    }

    @Test
    void anySealedQueryOpens() {
        Random random = new Random(4);
        for (int i = 0; i < 2_000; i++) {
            byte[] plain = new byte[random.nextInt(300)];
            random.nextBytes(plain);
            Instant time = Instant.ofEpochSecond(random.nextLong(1L << 32));

            String sealed = EncryptedQuery.seal(plain, time, random.nextInt(), random.nextInt());

            assertThat(EncryptedQuery.open(sealed.substring(EncryptedQuery.PREFIX.length())))
                    .isEqualTo(new EncryptedQuery(time, plain));
        }
    }

    @Test
    void anySingleChangeBehindTheHeadIsNoticed() {
        byte[] sealed = HexFormat.of()
                .parseHex(EncryptedQuery.seal("name=/Video".getBytes(UTF_8), Instant.ofEpochSecond(1), 7, 8)
                        .substring(EncryptedQuery.PREFIX.length()));
        for (int i = 8; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> EncryptedQuery.open(HexFormat.of().formatHex(changed)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aTimeThatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> EncryptedQuery.seal(new byte[0], Instant.ofEpochSecond(1L << 32), 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
