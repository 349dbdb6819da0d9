package dev.packhorse.change;

import dev.packhorse.fs.FsPath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The operations under way on one export in this process. The order of two that overlap in paths and in time is the store's
 * secret: both are contested, and who delivers them looks at what is there.
 */
final class InFlight {

    /** As many as there are operations under way, so looking through is cheap. */
    private final List<Recording> recordings = new ArrayList<>();

    synchronized void begin(Recording begun) {
        for (Recording other : recordings) {
            if (overlap(other.changed(), begun.changed())) {
                other.contest();
                begun.contest();
            }
        }
        recordings.add(begun);
    }

    synchronized void end(Recording ended) {
        recordings.remove(ended);
    }

    private static boolean overlap(Collection<FsPath> some, Collection<FsPath> others) {
        for (FsPath one : some) {
            for (FsPath other : others) {
                if (one.equals(other) || one.isBelow(other) || other.isBelow(one)) {
                    return true;
                }
            }
        }
        return false;
    }
}
