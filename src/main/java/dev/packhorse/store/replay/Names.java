package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which names can be said to a device, and the names that the store gives itself.
 *
 * <p>Those are {@code .replay-SIZE-RANDOM-NAME}, SIZE and RANDOM hexadecimal: a file of SIZE bytes that is to become NAME in the
 * same directory. They are not listed, and not taken from callers. They are up to 32 bytes longer than the name. They do not begin as those of
 * other stores do: an emulated device whose files are in such a store could not take them.
 */
final class Names {

    /** Longer ones crash an old client that meets them (INTEROP section 1). */
    static final int MAX_BYTES = 190;

    private static final String RESERVED = ".replay-";
    private static final Pattern TEMPORARY = Pattern.compile("\\.replay-([0-9a-f]{1,15})-[0-9a-f]{8}-(.+)");
    private static final SecureRandom RANDOM = new SecureRandom();

    private Names() {}

    /**
     * What a temporary file is to become.
     *
     * @param size its bytes when it is whole
     * @param name its name in the end
     */
    record Temporary(long size, String name) {}

    /** What a name says, if it is one of ours; {@code null} if not. */
    static @Nullable Temporary temporary(String name) {
        if (!name.startsWith(RESERVED)) {
            return null;
        }
        Matcher matcher = TEMPORARY.matcher(name);
        return matcher.matches() && FsPath.isName(matcher.group(2))
                ? new Temporary(HexFormat.fromHexDigitsToLong(matcher.group(1)), matcher.group(2))
                : null;
    }

    /** A fresh name for what is to become a path. */
    static FsPath beside(FsPath at, long size) throws FsException {
        FsPath parent = at.parent();
        if (parent == null) {
            throw new FsException(Kind.INVALID_NAME, "write", at);
        }
        return parent.child(RESERVED + Long.toHexString(size) + "-"
                + HexFormat.of().toHexDigits(RANDOM.nextInt()) + "-" + at.name());
    }

    /** Whether a device can be asked for a name. There is no way to say a double quote. */
    static boolean isSayable(String name) {
        return name.indexOf('"') < 0 && (name.length() <= MAX_BYTES / 3 || name.getBytes(UTF_8).length <= MAX_BYTES);
    }

    /**
     * Refuses a path that cannot be said, or is one of ours.
     *
     * @throws FsException {@code INVALID_NAME}
     */
    static void check(String operation, FsPath path) throws FsException {
        for (String name : path.segments()) {
            if (!isSayable(name) || temporary(name) != null) {
                throw new FsException(Kind.INVALID_NAME, operation, path);
            }
        }
    }
}
