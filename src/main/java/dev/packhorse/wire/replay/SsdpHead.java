package dev.packhorse.wire.replay;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A datagram of SSDP: a line and some headers.
 *
 * @param first the first line
 * @param values by names in lower case; of a name that comes twice, the first
 */
record SsdpHead(String first, Map<String, String> values) {

    /** More than any datagram that is sent in one piece. */
    private static final int MAX = 2048;

    static SsdpHead parse(String datagram) {
        if (datagram.length() > MAX) {
            throw new IllegalArgumentException("a datagram that is too long");
        }
        String[] lines = datagram.split("\r?\n", -1);
        Map<String, String> values = new HashMap<>();
        for (int i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                values.putIfAbsent(
                        lines[i].substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).strip());
            }
        }
        return new SsdpHead(lines[0], values);
    }
}
