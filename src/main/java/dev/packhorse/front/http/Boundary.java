package dev.packhorse.front.http;

import java.security.SecureRandom;

/** Random delimiters of multipart bodies (RFC 2046, 5.1.1): 128 bits, so that no content can hold one by guessing. */
public final class Boundary {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String HEX = "0123456789abcdef";

    private Boundary() {}

    /** A new boundary of 32 hexadecimal digits. */
    public static String random() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        StringBuilder text = new StringBuilder(32);
        for (byte b : bytes) {
            text.append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
        }
        return text.toString();
    }
}
