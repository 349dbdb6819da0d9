package dev.packhorse.wire.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a device answers to a {@link DeviceSearch}: where its description is (INTEROP section 6).
 *
 * <p>Real devices are on port 80. Old clients copy the address into 16 bytes and go to that port, whatever the answer names: for them
 * a device that is emulated on another port has to say 80, and something has to pass that on to it.
 *
 * @param address where the device serves {@link DeviceDescription#TARGET}
 * @param port where it does, 1 to 65535
 * @param udn its unique name, {@code uuid:...}, may be empty
 */
public record DeviceAnswer(Inet4Address address, int port, String udn) {

    /** The port of real devices, which is not named. */
    public static final int PORT = 80;

    private static final Pattern LOCATION =
            Pattern.compile("http://(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})(?::(\\d{1,5}))?(?:/.*)?");

    public DeviceAnswer {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("no port of a device");
        }
        if (udn.chars().anyMatch(c -> c < ' ' || c >= 0x7f) || udn.length() > 256) {
            throw new IllegalArgumentException("no unique name of a device");
        }
    }

    /** The datagram. */
    public byte[] bytes() {
        String name = udn.isEmpty() ? "" : udn + "::";
        return ("HTTP/1.1 200 OK\r\n"
                        + "CACHE-CONTROL: max-age = 1830\r\n"
                        + "EXT:\r\n"
                        + "LOCATION: http://" + address.getHostAddress() + (port == PORT ? "" : ":" + port)
                        + DeviceDescription.TARGET + "\r\n"
                        + "SERVER: Unknown/0.0 UPnP/1.0 Virata-EmWeb/R6_0_1\r\n"
                        + "ST: " + DeviceDescription.TYPE + "\r\n"
                        + "USN: " + name + DeviceDescription.TYPE + "\r\n\r\n")
                .getBytes(US_ASCII);
    }

    /**
     * Reads a datagram: names of headers in any case, any path.
     *
     * @throws IllegalArgumentException if it is not the answer of a ReplayTV, or leads to no port
     */
    public static DeviceAnswer parse(byte[] datagram) {
        String text = new String(datagram, ISO_8859_1);
        SsdpHead head = SsdpHead.parse(text);
        Matcher location = LOCATION.matcher(head.values().getOrDefault("location", ""));
        if (!head.first().matches("HTTP/1\\.\\d 200\\b.*") || !text.contains("ReplayDevice") || !location.matches()) {
            throw new IllegalArgumentException("no answer of a device");
        }
        byte[] address = new byte[4];
        for (int i = 0; i < address.length; i++) {
            int octet = Integer.parseInt(location.group(i + 1));
            if (octet > 255) {
                throw new IllegalArgumentException("no address");
            }
            address[i] = (byte) octet;
        }
        String port = location.group(5);
        String usn = head.values().getOrDefault("usn", "");
        int end = usn.indexOf("::");
        try {
            return new DeviceAnswer(
                    (Inet4Address) InetAddress.getByAddress(address),
                    port == null ? PORT : Integer.parseInt(port),
                    end < 0 ? "" : usn.substring(0, end));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
