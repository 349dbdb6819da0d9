package dev.packhorse.store.vfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;

/** Names of what is on its way in or out. They are never shown, and nobody may ask for them. */
final class Temporary {

    private static final String PREFIX = ".packhorse-";
    private static final SecureRandom RANDOM = new SecureRandom();

    private Temporary() {}

    static boolean isTemporary(String name) {
        return name.startsWith(PREFIX);
    }

    /** A fresh name beside a path. */
    static FsPath beside(FsPath path) throws FsException {
        FsPath parent = Objects.requireNonNull(path.parent());
        return parent.child(PREFIX + HexFormat.of().toHexDigits(RANDOM.nextLong()) + ".tmp");
    }
}
