package dev.packhorse.policy.cache;

import dev.packhorse.fs.FsPath;

/** Tells the caches that others have of the same store what has been changed through this one. */
@FunctionalInterface
public interface Announcer {

    /** For a cache that is the only one of its store. */
    Announcer NONE = path -> {};

    /**
     * A change has ended, after which others have to {@link CacheStore#forget} a path. Called by the thread that made the
     * change: it neither waits for others nor fails.
     *
     * @param path {@link FsPath#ROOT} also if nobody knows what has been changed
     */
    void changed(FsPath path);
}
