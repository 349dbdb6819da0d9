package dev.packhorse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.packhorse.identity.AddressRange;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustedProxiesTest {

    private static final InetAddress PROXY = AddressRange.address("10.0.0.1");

    private final TrustedProxies proxies =
            new TrustedProxies(List.of(AddressRange.parse("10.0.0.0/24"), AddressRange.parse("fd00::/8")), false);

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "192.0.2.7; 192.0.2.7",
                "192.0.2.7, 10.0.0.2; 192.0.2.7",
                "192.0.2.7, fd00::2, 10.0.0.2; 192.0.2.7",
                "198.51.100.9, 192.0.2.7, 10.0.0.2; 192.0.2.7",
                "127.0.0.1, 192.0.2.7; 192.0.2.7",
                "10.0.0.9, 192.0.2.7; 192.0.2.7",
                "10.0.0.3, 10.0.0.2; 10.0.0.3",
                "2001:db8::1; 2001:db8::1",
                "[2001:db8::1]; 2001:db8::1",
                "[2001:db8::1]:4711; 2001:db8::1",
                "192.0.2.7:4711; 192.0.2.7",
                "::ffff:192.0.2.7; 192.0.2.7",
                "192.0.2.7 ,10.0.0.2; 192.0.2.7",
                "garbage; 10.0.0.1",
                "''; 10.0.0.1",
                "','; 10.0.0.1",
                "192.0.2.7, garbage; 10.0.0.1",
                "192.0.2.7, garbage, 10.0.0.2; 10.0.0.2",
                "192.0.2.7,; 10.0.0.1",
                "192.0.2.7:port; 10.0.0.1",
                "localhost; 10.0.0.1",
                "unknown, 10.0.0.2; 10.0.0.2",
                "010.0.0.1; 10.0.0.1",
                "[192.0.2.7; 10.0.0.1",
                "fe80::1%eth0; 10.0.0.1",
            })
    void theClientIsTheLastThatIsNoTrustedProxy(String list, String client) {
        assertThat(proxies.client(PROXY, List.of(list))).isEqualTo(AddressRange.address(client));
    }

    @Test
    void severalFieldsAreOneList() {
        assertThat(proxies.client(PROXY, List.of("198.51.100.9", "192.0.2.7", "10.0.0.2")))
                .isEqualTo(AddressRange.address("192.0.2.7"));
        assertThat(proxies.client(PROXY, List.of("192.0.2.7", "garbage"))).isEqualTo(PROXY);
        assertThat(proxies.client(PROXY, List.of())).isEqualTo(PROXY);
    }

    @Test
    void nobodyIsTrustedWhoIsNotNamed() {
        assertThat(proxies.trusts(PROXY)).isTrue();
        assertThat(proxies.trusts(AddressRange.address("10.0.1.1"))).isFalse();
        assertThat(TrustedProxies.NONE.trusts(PROXY)).isFalse();
        assertThatThrownBy(() -> new TrustedProxies(List.of(), true)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whateverAClientPutsInFrontDoesNotChangeWhoItIs() {
        // Given
        Random random = new Random(3);
        String letters = "0123456789.:,[] abcdefx-_\"%=";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder forged = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                forged.append(letters.charAt(random.nextInt(letters.length())));
            }
            String proxiesAfter = random.nextBoolean() ? "" : ", 10.0.0." + random.nextInt(256);
            // When
            InetAddress client = random.nextBoolean()
                    ? proxies.client(PROXY, List.of(forged + ", 192.0.2.7" + proxiesAfter))
                    : proxies.client(PROXY, Arrays.asList(forged.toString(), "192.0.2.7" + proxiesAfter));
            // Then
            assertThat(client).as(forged.toString()).isEqualTo(AddressRange.address("192.0.2.7"));
        }
    }
}
