package dev.packhorse.store.vfs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a file system of Commons VFS.
 *
 * @param lazy whether to open without a look at the back end, so that a gateway starts while a server is down
 * @param managers most managers of Commons VFS, that is operations in flight, or connections to a web server
 * @param idle how long a manager that nobody uses is kept
 * @param connectTimeout how long a connection may take to be made
 * @param timeout how long a server may stay silent, and how long to wait for a free manager
 * @param recheck for how long an archive is taken to be unchanged without looking
 * @param spoolLimit most bytes of a local copy of a remote archive, or of what is inside a compressed tar; larger ones are
 *     read where they are
 * @param maxEntries most entries of an archive
 * @param ramLimit most bytes of files in {@code ram:}
 * @param temp where spools and private temporary folders are made
 * @param plugins folder with jars of further providers; {@code null} for none
 * @param providers class names of further providers by scheme; from the jars or the class path
 */
public record VfsOptions(
        boolean lazy,
        int managers,
        Duration idle,
        Duration connectTimeout,
        Duration timeout,
        Duration recheck,
        long spoolLimit,
        int maxEntries,
        long ramLimit,
        Path temp,
        @Nullable Path plugins,
        Map<String, String> providers) {

    /** Eager, 8 managers, 60 s idle, 10 s to connect, 30 s of silence, 1 s recheck, 4 GiB spool, a million entries. */
    public static final VfsOptions DEFAULT = new VfsOptions(
            false,
            8,
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            4L << 30,
            1_000_000,
            64L << 20,
            Path.of(System.getProperty("java.io.tmpdir", "/tmp")),
            null,
            Map.of());

    public VfsOptions {
        providers = Map.copyOf(providers);
        if (managers <= 0 || maxEntries <= 0 || spoolLimit < 0 || ramLimit < 0) {
            throw new IllegalArgumentException("limits of a vfs store must be positive");
        }
        for (Duration duration : new Duration[] {idle, connectTimeout, timeout}) {
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException("timeouts of a vfs store must be positive");
            }
        }
    }
}
