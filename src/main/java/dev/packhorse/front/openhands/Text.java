package dev.packhorse.front.openhands;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.front.http.MediaTypes;
import dev.packhorse.fs.Node;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.util.Locale;

/**
 * The media type of a file, with the charset that it has.
 *
 * <p>OpenHands' client takes {@code text/*} without a charset for ISO-8859-1 and guesses wrongly for others, so what is UTF-8 is
 * called so (INTEROP section 1, "read"). A charset that somebody gave a file stays.
 */
final class Text {

    /** Bytes of the largest file that is looked at; the name decides of a larger one. */
    static final int LOOKED_AT = 1 << 20;

    private static final String CHARSET = "; charset=utf-8";

    private Text() {}

    static String byContent(Node node, byte[] bytes) {
        return mediaType(node, isUtf8(bytes));
    }

    static String byName(Node node) {
        String type = MediaTypes.essence(MediaTypes.ofName(node.path().toString()));
        return mediaType(
                node,
                type.startsWith("text/")
                        || type.equals("application/json")
                        || type.equals("application/xml")
                        || type.endsWith("+xml"));
    }

    private static String mediaType(Node node, boolean utf8) {
        String kept = node.mediaType();
        String type = kept != null && MediaTypes.isMediaType(kept)
                ? kept
                : MediaTypes.essence(MediaTypes.ofName(node.path().toString()));
        if (type.toLowerCase(Locale.ROOT).contains("charset=")) {
            return type;
        }
        return utf8 ? type + CHARSET : type;
    }

    static boolean isUtf8(byte[] bytes) {
        CharsetDecoder decoder = UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(Math.min(bytes.length + 1, 8192));
        CoderResult result;
        do {
            out.clear();
            result = decoder.decode(in, out, true);
        } while (result.isOverflow());
        return !result.isError();
    }
}
