package dev.packhorse.front.replay;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import java.nio.charset.StandardCharsets;

/**
 * A store as a file system of the device (HTTPFS.txt, "Visible and Invisible exports" and the sections behind it).
 *
 * @param name first segment of its paths, such as {@code Photo}: what {@link #isName} allows
 * @param path where the route exports it, for logs and metrics
 * @param store what is in it
 * @param visible whether every client sees it, or only those that say {@code User-Agent: Replay-HTTPFS/1}
 * @param encrypted whether its queries must be encrypted; else they may be
 * @param writable whether it may be changed
 * @param maxBody most bytes of one request body
 */
public record ReplayExport(
        String name, FsPath path, Store store, boolean visible, boolean encrypted, boolean writable, long maxBody) {

    /** Longest name in bytes: libreplaytv breaks on more (INTEROP section 1, "emulated exports"). */
    private static final int MAX_NAME = 190;

    public ReplayExport {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name of an export that a ReplayTV client can take");
        }
    }

    /** The same with another store: what one client has of it. */
    public ReplayExport with(Store other) {
        return new ReplayExport(name, path, other, visible, encrypted, writable, maxBody);
    }

    /**
     * Tells whether old clients can take a name, of an export, a file or a directory: at most 190 bytes of UTF-8, no control
     * character, and no double quote, for which the query knows no escape.
     */
    public static boolean isName(String name) {
        return FsPath.isName(name)
                && name.indexOf('"') < 0
                && (name.length() <= MAX_NAME / 3 || name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME);
    }
}
