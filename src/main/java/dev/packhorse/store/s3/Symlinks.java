package dev.packhorse.store.s3;

import dev.packhorse.fs.Node;

/**
 * How symlinks are kept: as s3fs does, an object whose content is the target and whose {@code mode} says what it is.
 *
 * <p>Listings tell no metadata, but a symlink that looks like a file would be followed, copied and read as one. So ours are
 * uploaded in one part, as large objects are in many: their ETags end with {@code -1}, in listings as well.
 */
final class Symlinks {

    /** Longest target in bytes. */
    private static final int LONGEST = 4095;

    private Symlinks() {}

    /** Tells whether what a listing shows as a file may be a symlink. */
    static boolean mayBe(Node listed) {
        return listed.isFile()
                && listed.size() > 0
                && listed.size() <= LONGEST
                && listed.etag() != null
                && listed.etag().endsWith("-1");
    }
}
