package dev.packhorse.store.openhands;

import dev.packhorse.fs.FsPath;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was learned a moment ago: sizes of files, and which paths are directories. At most 16,384 of them, the least used go first. */
final class Known {

    private static final int MOST = 16_384;
    private static final long DIRECTORY = -1;

    private final long ttl;
    private final Map<FsPath, Fact> facts = new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);

    Known(Duration ttl) {
        this.ttl = ttl.toNanos();
    }

    private record Fact(long size, long since) {}

    synchronized void file(FsPath path, long size) {
        put(path, size);
    }

    synchronized void directory(FsPath path) {
        put(path, DIRECTORY);
    }

    private void put(FsPath path, long size) {
        if (ttl == 0) {
            return;
        }
        facts.put(path, new Fact(size, System.nanoTime()));
        if (facts.size() > MOST) {
            facts.remove(facts.keySet().iterator().next());
        }
    }

    /** The size of a file, {@code null} if it is not known, or no file. */
    synchronized @Nullable Long size(FsPath path) {
        Fact fact = fresh(path);
        return fact == null || fact.size == DIRECTORY ? null : fact.size;
    }

    synchronized boolean isDirectory(FsPath path) {
        Fact fact = fresh(path);
        return path.isRoot() || (fact != null && fact.size == DIRECTORY);
    }

    private @Nullable Fact fresh(FsPath path) {
        Fact fact = facts.get(path);
        if (fact != null && System.nanoTime() - fact.since > ttl) {
            facts.remove(path);
            return null;
        }
        return fact;
    }

    /** What changes, or may have, with all below it. */
    synchronized void forget(FsPath path) {
        facts.keySet().removeIf(each -> each.equals(path) || each.isBelow(path));
    }
}
