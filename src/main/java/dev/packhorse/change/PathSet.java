package dev.packhorse.change;

import dev.packhorse.fs.FsPath;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Paths, some of them more than once. Two paths overlap if they are the same or one lies below the other: changes of
 * overlapping paths have an order, all others have none. Not safe for threads.
 */
public final class PathSet {

    private final Map<FsPath, Integer> paths = new HashMap<>();

    /** The ancestors of the paths. */
    private final Map<FsPath, Integer> above = new HashMap<>();

    public void add(Collection<FsPath> added) {
        count(added, 1);
    }

    /** Takes away what was added. */
    public void remove(Collection<FsPath> removed) {
        count(removed, -1);
    }

    private void count(Collection<FsPath> counted, int by) {
        for (FsPath path : counted) {
            paths.merge(path, by, PathSet::sum);
            for (FsPath each = path.parent(); each != null; each = each.parent()) {
                above.merge(each, by, PathSet::sum);
            }
        }
    }

    private static @Nullable Integer sum(int one, int other) {
        return one + other == 0 ? null : (Integer) (one + other);
    }

    /** Tells whether one of these overlaps one of those. */
    public boolean overlaps(Collection<FsPath> others) {
        for (FsPath path : others) {
            if (above.containsKey(path)) {
                return true;
            }
            for (FsPath each = path; each != null; each = each.parent()) {
                if (paths.containsKey(each)) {
                    return true;
                }
            }
        }
        return false;
    }

    public boolean isEmpty() {
        return paths.isEmpty();
    }
}
