package dev.packhorse.store.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.DigestUtils;
import org.jspecify.annotations.Nullable;

/**
 * Which names can be said to a device, and the names that the store gives itself.
 *
 * <p>Those are {@code .replay-OWNER.TIME.RANDOM}, 36 bytes whatever they stand for: ten hexadecimal digits for who made them,
 * eight for when, in seconds since the epoch, and eight that are used once. They are not listed. Those of a store's own are not
 * taken from its callers; those of others are, since the caller may be the other: a Packhorse that takes this one for a device.
 * They do not begin as those of other kinds of store do: an emulated device whose files are in such a store could not take them.
 */
final class Names {

    /** Longer ones crash an old client that meets them (INTEROP section 1). */
    static final int MAX_BYTES = 190;

    private static final String RESERVED = ".replay-";
    private static final Pattern TEMPORARY = Pattern.compile("\\.replay-([0-9a-f]{10})\\.([0-9a-f]{8})\\.[0-9a-f]{8}");
    private static final Pattern FORMER = Pattern.compile("\\.replay-([0-9a-f]{1,15})-[0-9a-f]{8}-(.+)");
    private static final SecureRandom RANDOM = new SecureRandom();

    private Names() {}

    /**
     * What a temporary name says.
     *
     * @param owner who has made it; nobody for one of before there were owners
     * @param made when, by the clock of the owner
     * @param former what else one of before there were owners says
     */
    record Temporary(String owner, Instant made, @Nullable Former former) {}

    /**
     * What a temporary file of before there were owners is to become, if its place is empty.
     *
     * @param size its bytes when it is whole
     * @param name its name in the end
     */
    record Former(long size, String name) {}

    /** What a name says, if it is a temporary one; {@code null} if not. */
    static @Nullable Temporary temporary(String name) {
        if (!name.startsWith(RESERVED)) {
            return null;
        }
        Matcher matcher = TEMPORARY.matcher(name);
        if (matcher.matches()) {
            long seconds = HexFormat.fromHexDigitsToLong(matcher.group(2));
            return new Temporary(matcher.group(1), Instant.ofEpochSecond(seconds), null);
        }
        Matcher former = FORMER.matcher(name);
        if (former.matches() && FsPath.isName(former.group(2))) {
            long size = HexFormat.fromHexDigitsToLong(former.group(1));
            return new Temporary("", Instant.EPOCH, new Former(size, former.group(2)));
        }
        return null;
    }

    /** An owner in temporary names: the same for the same two texts. */
    static String owner(String process, String device) {
        return DigestUtils.sha256Hex(process + '\n' + device).substring(0, 10);
    }

    /** A fresh temporary name in the directory of a path that is not the root. */
    static FsPath beside(FsPath at, String owner, Instant now) throws FsException {
        FsPath parent = at.parent();
        if (parent == null) {
            throw new FsException(Kind.INVALID_NAME, "write", at);
        }
        HexFormat hex = HexFormat.of();
        return parent.child(RESERVED + owner + "." + hex.toHexDigits((int) now.getEpochSecond()) + "."
                + hex.toHexDigits(RANDOM.nextInt()));
    }

    /** Whether a device can be asked for a name. There is no way to say a double quote. */
    static boolean isSayable(String name) {
        return name.indexOf('"') < 0 && (name.length() <= MAX_BYTES / 3 || name.getBytes(UTF_8).length <= MAX_BYTES);
    }

    /**
     * Refuses a path that cannot be said, or has a temporary name in it.
     *
     * @param owner whose names are refused; those of before there were owners are refused as well
     * @throws FsException {@code INVALID_NAME}
     */
    static void check(String operation, FsPath path, String owner) throws FsException {
        for (String name : path.segments()) {
            Temporary temporary = temporary(name);
            boolean reserved = temporary != null
                    && (temporary.former() != null || temporary.owner().equals(owner));
            if (reserved || !isSayable(name)) {
                throw new FsException(Kind.INVALID_NAME, operation, path);
            }
        }
    }
}
