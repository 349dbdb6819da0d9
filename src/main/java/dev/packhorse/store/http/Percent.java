package dev.packhorse.store.http;

import java.nio.charset.StandardCharsets;

/** Percent-encoding (RFC 3986, 2.1), of UTF-8. */
public final class Percent {

    private Percent() {}

    /** A name as a segment of a URI: all but letters, digits and {@code - . _ ~} (RFC 3986, 2.3) is encoded, slashes too. */
    public static String encoded(String name) {
        StringBuilder out = new StringBuilder(name.length() + 8);
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-._~".indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
                out.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return out.toString();
    }
}
