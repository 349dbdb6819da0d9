package dev.packhorse.store.sftp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names between {@link dev.packhorse.fs.FsPath}, which is UTF-8, and the server, for which they are bytes.
 *
 * <p>A <em>raw</em> name or path is a string with one character for each byte, so that also what is not UTF-8 can be handed
 * back to the server, when a tree is removed.
 */
final class Names {

    /** Names that start so are ours: temporary files. */
    static final String RESERVED = ".packhorse-";

    private static final Pattern TEMPORARY = Pattern.compile("\\.packhorse-[0-9a-f]{16}\\.tmp");
    private static final SecureRandom RANDOM = new SecureRandom();

    private Names() {}

    static String raw(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The text of a raw name; {@code null} if it is not UTF-8. */
    static @Nullable String text(String raw) {
        boolean ascii = true;
        for (int i = 0; ascii && i < raw.length(); i++) {
            ascii = raw.charAt(i) < 0x80;
        }
        if (ascii) {
            return raw;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    static String child(String directory, String name) {
        return directory.endsWith("/") ? directory + name : directory + "/" + name;
    }

    static boolean isReserved(String name) {
        return name.startsWith(RESERVED);
    }

    /** Tells whether a name is that of a file of ours that nobody needs once it is old. */
    static boolean isTemporary(String name) {
        return TEMPORARY.matcher(name).matches();
    }

    static String fresh(String suffix) {
        return RESERVED + HexFormat.of().toHexDigits(RANDOM.nextLong()) + suffix;
    }
}
