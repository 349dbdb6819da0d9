package dev.packhorse.wire.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Map;

/**
 * A question to all devices of a network who they are: an SSDP search (INTEROP section 6), sent to {@value #GROUP}, UDP port
 * {@value #PORT}.
 *
 * @param target what is searched for: {@link DeviceDescription#TYPE}
 * @param maxWait seconds within which answers come, 1 or more
 */
public record DeviceSearch(String target, int maxWait) {

    /** The group that devices listen to. */
    public static final String GROUP = "239.255.255.250";

    /** The port that devices listen on. */
    public static final int PORT = 1900;

    /** What old clients ask: any ReplayTV, within three seconds. */
    public static final DeviceSearch ANY = new DeviceSearch(DeviceDescription.TYPE, 3);

    public DeviceSearch {
        if (maxWait < 1 || target.isEmpty() || target.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
            throw new IllegalArgumentException("no search");
        }
    }

    /** Whether a ReplayTV has to answer. */
    public boolean isForDevices() {
        return target.equals(DeviceDescription.TYPE);
    }

    /** The datagram. */
    public byte[] bytes() {
        return ("M-SEARCH * HTTP/1.1\r\n"
                        + "HOST: " + GROUP + ":" + PORT + "\r\n"
                        + "MAN: \"ssdp:discover\"\r\n"
                        + "ST: " + target + "\r\n"
                        + "MX: " + maxWait + "\r\n\r\n")
                .getBytes(US_ASCII);
    }

    /**
     * Reads a datagram. {@code MAN} may be without its quotes, as WiRNS sends it, and {@code MX} may be missing: one second.
     *
     * @throws IllegalArgumentException if it is no search
     */
    public static DeviceSearch parse(byte[] datagram) {
        SsdpHead head = SsdpHead.parse(new String(datagram, ISO_8859_1));
        Map<String, String> values = head.values();
        if (!head.first().startsWith("M-SEARCH * HTTP/1.")
                || !values.getOrDefault("man", "").replace("\"", "").equals("ssdp:discover")) {
            throw new IllegalArgumentException("no search");
        }
        return new DeviceSearch(values.getOrDefault("st", ""), Integer.parseInt(values.getOrDefault("mx", "1")));
    }
}
