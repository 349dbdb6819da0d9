package dev.packhorse.front.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Turns bytes on the wire, held as chars from 0 to 255, into text and back. UTF-8 is decoded strictly. */
public final class WireText {

    private WireText() {}

    /** Decodes bytes as UTF-8; {@code null} if they are none. */
    public static @Nullable String decode(String wire) {
        return isAscii(wire) ? wire : strict(wire.getBytes(StandardCharsets.ISO_8859_1), wire.length());
    }

    /** Decodes {@code %XX} once, then UTF-8; {@code null} for a bad escape or invalid UTF-8. {@code +} is a plus. */
    public static @Nullable String decodePercent(String wire) {
        if (wire.indexOf('%') < 0) {
            return decode(wire);
        }
        byte[] bytes = new byte[wire.length()];
        int length = 0;
        for (int i = 0; i < wire.length(); i++) {
            char c = wire.charAt(i);
            if (c == '%') {
                int high = i + 2 < wire.length() ? hex(wire.charAt(i + 1)) : -1;
                int low = i + 2 < wire.length() ? hex(wire.charAt(i + 2)) : -1;
                if (high < 0 || low < 0) {
                    return null;
                }
                bytes[length++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                bytes[length++] = (byte) c;
            }
        }
        return strict(bytes, length);
    }

    /** Encodes text as UTF-8, one char for each byte. */
    public static String encode(String text) {
        return isAscii(text) ? text : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable String strict(byte[] bytes, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
