package dev.packhorse.store.vfs.archive;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How to serve an archive.
 *
 * @param temp folder for spools, which have no name there
 * @param spoolLimit most bytes of one spool; an archive has at most one, and one more while a new edition is built
 * @param recheck for how long an edition is taken for the current one without a look at the source
 * @param maxEntries most entries of an archive, which bounds the index; beyond it the archive is refused as too large
 */
public record ArchiveOptions(Path temp, long spoolLimit, Duration recheck, int maxEntries) {
    public ArchiveOptions {
        if (spoolLimit < 0 || recheck.isNegative() || maxEntries <= 0) {
            throw new IllegalArgumentException("negative limits");
        }
    }
}
