package dev.packhorse.store.replay;

import dev.packhorse.fs.FsPath;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Since when paths have been seen as they are. */
final class Watch {

    private record Seen(Stat stat, Instant since) {}

    private final Map<FsPath, Seen> seen = Stats.latest();

    /** Whether a path was, each time that this was asked, what it is now, for so long. */
    synchronized boolean isUnchanged(FsPath at, Stat stat, Instant now, Duration time) {
        Seen before = seen.get(at);
        if (before == null || !before.stat().equals(stat)) {
            seen.put(at, new Seen(stat, now));
            return time.isZero();
        }
        return !now.isBefore(before.since().plus(time));
    }
}
