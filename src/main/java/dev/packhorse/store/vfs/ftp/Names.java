package dev.packhorse.store.vfs.ftp;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The names that the store gives itself: {@code .packhorse-*.tmp} for a file on its way in, {@code .packhorse-*.old} for one
 * that is being replaced where the server does not do that in one step. They are not listed, and not taken from callers.
 */
final class Names {

    private static final Pattern RESERVED = Pattern.compile("\\.packhorse-[0-9a-f]{16}\\.(tmp|old) *");
    private static final SecureRandom RANDOM = new SecureRandom();

    private Names() {}

    static boolean isReserved(String name) {
        return name.startsWith(".packhorse-") && RESERVED.matcher(name).matches();
    }

    /**
     * Refuses paths through names of our own.
     *
     * @throws FsException {@code INVALID_NAME}
     */
    static void check(String operation, FsPath path) throws FsException {
        if (path.toString().contains("/.packhorse-") && path.segments().stream().anyMatch(Names::isReserved)) {
            throw new FsException(Kind.INVALID_NAME, operation, path);
        }
    }

    /** A fresh name beside a path. It ends as the name does: a server that drops blanks at the end shows it there already. */
    static FsPath beside(FsPath path, String suffix) throws FsException {
        FsPath parent = path.parent();
        if (parent == null) {
            throw new FsException(Kind.INVALID_NAME, "write", path);
        }
        byte[] bytes = new byte[8];
        RANDOM.nextBytes(bytes);
        return parent.child(".packhorse-" + HexFormat.of().formatHex(bytes) + suffix
                + (path.name().endsWith(" ") ? " " : ""));
    }
}
