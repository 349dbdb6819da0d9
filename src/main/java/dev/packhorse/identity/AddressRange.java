package dev.packhorse.identity;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Addresses that begin with the same bits, in the notation of RFC 4632 and RFC 4291: {@code 10.0.0.0/8}, {@code fd00::/8}, or a
 * single address. An IPv4 address is the same whether it is written as such or mapped into IPv6 ({@code ::ffff:10.0.0.1}); apart
 * from that, ranges of one family hold no address of the other.
 *
 * @param network the first address
 * @param prefix how many bits are common: 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record AddressRange(InetAddress network, int prefix) {

    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;
    private static final int MAPPED_BITS = 96;

    /**
     * A range.
     *
     * @throws IllegalArgumentException if there are not so many bits, or bits behind the common ones are set
     */
    public AddressRange {
        byte[] bytes = bytes(network);
        if (bytes.length < network.getAddress().length) {
            throw new IllegalArgumentException(
                    "an IPv4 address that is mapped into IPv6 is to be given as an IPv4 address");
        }
        int bits = bytes.length * Byte.SIZE;
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("/" + prefix + " is not within 0 to " + bits);
        }
        byte[] first = masked(bytes, prefix);
        if (!Arrays.equals(bytes, first)) {
            throw new IllegalArgumentException(
                    "bits behind /" + prefix + " are set: the range begins at " + text(of(first)) + "/" + prefix);
        }
    }

    /**
     * Reads a range. Never asks a name server.
     *
     * @param text an address, or an address and the number of common bits behind a slash
     * @throws IllegalArgumentException for anything else, with one line that says what is wrong and names the text
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        try {
            String literal = slash < 0 ? text : text.substring(0, slash);
            InetAddress network = address(literal);
            int bits = network.getAddress().length * Byte.SIZE;
            if (slash < 0) {
                return new AddressRange(network, bits);
            }
            String digits = text.substring(slash + 1);
            if (!digits.matches("0|[1-9][0-9]{0,2}")) {
                throw new IllegalArgumentException("'" + digits + "' is no number of bits");
            }
            int prefix = Integer.parseInt(digits);
            boolean isMapped = literal.indexOf(':') >= 0 && bits == IPV4_BYTES * Byte.SIZE;
            return new AddressRange(network, isMapped ? prefix - MAPPED_BITS : prefix);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is no range of addresses: " + e.getMessage(), e);
        }
    }

    /** The range of that many common bits in which an address is; all of the address if it has not so many. */
    public static AddressRange around(InetAddress address, int prefix) {
        byte[] bytes = bytes(address);
        int most = Math.min(prefix, bytes.length * Byte.SIZE);
        return new AddressRange(of(masked(bytes, most)), most);
    }

    /**
     * Reads an address in digits. Never asks a name server.
     *
     * @param text such as {@code 192.0.2.1} or {@code 2001:db8::1}, without brackets, port or zone; four decimal numbers, of which
     *     none has leading zeros, since some read those as octal
     * @throws IllegalArgumentException for anything else
     */
    public static InetAddress address(String text) {
        if (text.indexOf(':') < 0) {
            return ipv4(text);
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != ':' && c != '.' && !(c < 0x80 && Character.digit(c, 16) >= 0)) {
                throw noAddress(text);
            }
        }
        int dot = text.indexOf('.');
        if (dot >= 0) {
            ipv4(text.substring(text.lastIndexOf(':') + 1));
        }
        if (text.charAt(0) == '.') {
            throw noAddress(text);
        }
        try {
            // What has a colon and begins with a digit or a colon is never looked up.
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw noAddress(text);
        }
    }

    private static InetAddress ipv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != IPV4_BYTES) {
            throw noAddress(text);
        }
        byte[] bytes = new byte[IPV4_BYTES];
        for (int i = 0; i < IPV4_BYTES; i++) {
            if (!parts[i].matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(parts[i]) > 0xff) {
                throw noAddress(text);
            }
            bytes[i] = (byte) Integer.parseInt(parts[i]);
        }
        return of(bytes);
    }

    private static IllegalArgumentException noAddress(String text) {
        return new IllegalArgumentException("'" + text + "' is no IP address");
    }

    /** Whether an address is in it. */
    public boolean contains(InetAddress address) {
        byte[] bytes = bytes(address);
        byte[] first = network.getAddress();
        return bytes.length == first.length && Arrays.equals(masked(bytes, prefix), first);
    }

    /** The bytes of an address: four if it is an IPv4 address, mapped or not. */
    private static byte[] bytes(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == IPV6_BYTES && bytes[10] == -1 && bytes[11] == -1) {
            for (int i = 0; i < 10; i++) {
                if (bytes[i] != 0) {
                    return bytes;
                }
            }
            return Arrays.copyOfRange(bytes, IPV6_BYTES - IPV4_BYTES, IPV6_BYTES);
        }
        return bytes;
    }

    private static byte[] masked(byte[] bytes, int prefix) {
        byte[] masked = new byte[bytes.length];
        int whole = prefix / Byte.SIZE;
        System.arraycopy(bytes, 0, masked, 0, whole);
        if (whole < bytes.length) {
            masked[whole] = (byte) (bytes[whole] & (0xff00 >> prefix % Byte.SIZE));
        }
        return masked;
    }

    private static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("neither 4 nor 16 bytes", e);
        }
    }

    private static String text(InetAddress address) {
        return address.getHostAddress();
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        String text = text(network);
        int zone = network instanceof Inet6Address ? text.indexOf('%') : -1;
        return (zone < 0 ? text : text.substring(0, zone)) + "/" + prefix;
    }
}
