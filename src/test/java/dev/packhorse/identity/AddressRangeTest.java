package dev.packhorse.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.0/8, 9.255.255.255, false",
        "192.168.1.128/25, 192.168.1.127, false",
        "192.168.1.128/25, 192.168.1.128, true",
        "192.168.1.7, 192.168.1.7, true",
        "192.168.1.7, 192.168.1.6, false",
        "0.0.0.0/0, 255.1.2.3, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 2001:db8::1, true",
        "::/0, 10.0.0.1, false",
        "::/0, ::ffff:10.0.0.1, false",
        "fd00::/8, fdff::1, true",
        "fd00::/8, fe00::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "::1, ::1, true",
        "::1, ::2, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
        "::ffff:10.0.0.0/104, 10.1.2.3, true",
        "::ffff:10.0.0.0/104, 11.1.2.3, false",
        "::ffff:10.0.0.1, 10.0.0.1, true",
        "::10.0.0.1, 10.0.0.1, false",
    })
    void rangeHoldsTheAddressesWithItsBits(String range, String address, boolean holds) {
        assertEquals(holds, AddressRange.parse(range).contains(AddressRange.address(address)));
    }

    @Test
    void mappedAddressThatJavaHasKeptMappedIsTheIpv4Address() throws UnknownHostException {
        // Given
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 1, 2, 3};
        // When
        InetAddress address = Inet6Address.getByAddress(null, mapped, 3);
        // Then
        assertTrue(AddressRange.parse("10.0.0.0/8").contains(address));
        assertFalse(AddressRange.parse("::/0").contains(address));
    }

    @Test
    void zoneOfALinkLocalAddressDoesNotMatter() throws UnknownHostException {
        // Given
        byte[] bytes = AddressRange.address("fe80::1").getAddress();
        // When
        InetAddress zoned = Inet6Address.getByAddress(null, bytes, 7);
        // Then
        assertTrue(AddressRange.parse("fe80::/10").contains(zoned));
        assertTrue(AddressRange.parse("fe80::1").contains(zoned));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/08",
                "10.0.0.0/8/8",
                "10.0.0.0/8 ",
                " 10.0.0.0/8",
                "10.0.0.1/8",
                "10.0.0.0/255.0.0.0",
                "10/8",
                "10.0.0/24",
                "010.0.0.0/8",
                "256.0.0.0/8",
                "10.0.0.0.0/8",
                "1.2.3.4.",
                "localhost",
                "example.org/8",
                "fd00::1/8",
                "fd00::/129",
                "fe80::%eth0/10",
                "fe80::1%1",
                "[::1]",
                ":",
                ":::",
                "1:2",
                "::1::",
                "::ffff:10.0.0.0/8",
                "::ffff:10.0.0.1/104",
                "::010.0.0.1",
                ".::1",
                "12345::",
                "\u0661.0.0.0",
                "::\u0661",
                "0x7f.0.0.1",
                "2130706433"
            })
    void whatIsNoRangeIsRefusedWithItsText(String text) {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> AddressRange.parse(text));
        assertTrue(String.valueOf(refusal.getMessage()).startsWith("'" + text + "' is no range of addresses: "));
    }

    @Test
    void refusalOfHostBitsSaysWhereTheRangeBegins() {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> AddressRange.parse("10.1.2.3/8"));
        assertEquals(
                "'10.1.2.3/8' is no range of addresses: bits behind /8 are set: the range begins at 10.0.0.0/8",
                refusal.getMessage());
    }

    @Test
    void rangesThatAreWrittenDifferentlyAreEqual() {
        assertEquals(AddressRange.parse("::ffff:10.0.0.0/104"), AddressRange.parse("10.0.0.0/8"));
        assertEquals(AddressRange.parse("fd00::/8"), AddressRange.parse("FD00:0:0::0/8"));
        assertEquals(AddressRange.parse("10.0.0.1/32"), AddressRange.parse("10.0.0.1"));
    }

    @Test
    void randomRangesHoldWhatArithmeticSays() throws UnknownHostException {
        // Given
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            int size = random.nextBoolean() ? 4 : 16;
            int bits = size * 8;
            int prefix = random.nextInt(bits + 1);
            byte[] other = new byte[size];
            random.nextBytes(other);
            BigInteger first =
                    new BigInteger(bits, random).shiftRight(bits - prefix).shiftLeft(bits - prefix);
            BigInteger near = random.nextBoolean() ? new BigInteger(1, other) : first.flipBit(random.nextInt(bits));
            // When
            AddressRange range = new AddressRange(address(first, size), prefix);
            // Then
            boolean holds = first.xor(near).shiftRight(bits - prefix).signum() == 0;
            assertEquals(holds, range.contains(address(near, size)), range + " " + near.toString(16));
            assertEquals(range, AddressRange.parse(range.toString()));
        }
    }

    private static InetAddress address(BigInteger value, int size) throws UnknownHostException {
        byte[] bytes = new byte[size];
        byte[] digits = value.toByteArray();
        for (int i = 0; i < Math.min(size, digits.length); i++) {
            bytes[size - 1 - i] = digits[digits.length - 1 - i];
        }
        return InetAddress.getByAddress(bytes);
    }

    @Test
    void randomTextIsEitherARangeOrRefused() {
        // Given
        Random random = new Random(11);
        String letters = "0123456789abcdef::..//%[]x ";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(24); length > 0; length--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            // When
            try {
                AddressRange range = AddressRange.parse(text.toString());
                // Then
                assertEquals(range, AddressRange.parse(range.toString()), text.toString());
            } catch (IllegalArgumentException e) {
                assertTrue(String.valueOf(e.getMessage()).startsWith("'" + text + "' is no range"), e.getMessage());
            }
        }
    }
}
