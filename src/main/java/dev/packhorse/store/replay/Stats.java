package dev.packhorse.store.replay;

import dev.packhorse.fs.FsPath;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the device has said about paths, for a short time; of all paths, that of the newest child seen for directories.
 *
 * <p>What was asked before a change is not remembered after it: whoever asks takes the {@link #epoch} first. Holds
 * {@value #MOST} paths, the latest used.
 */
final class Stats {

    private static final int MOST = 20_000;

    private record Known(Stat stat, long nanos) {}

    private final Map<FsPath, Known> known = latest();
    private final Map<FsPath, Instant> newest = latest();
    private long epoch;

    /** A map that forgets what was not used for longest. */
    static <K, V> Map<K, V> latest() {
        return new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > MOST;
            }
        };
    }

    /** Rises with each change. */
    synchronized long epoch() {
        return epoch;
    }

    synchronized @Nullable Stat known(FsPath at, Duration age) {
        Known found = known.get(at);
        return found == null || System.nanoTime() - found.nanos() >= age.toNanos() ? null : found.stat();
    }

    synchronized void put(FsPath at, Stat stat, long asked) {
        if (asked == epoch) {
            known.put(at, new Known(stat, System.nanoTime()));
        }
    }

    /** A path is being changed, or was. */
    synchronized void forget(FsPath at) {
        epoch++;
        known.remove(at);
    }

    /** As above, with everything below. */
    synchronized void forgetTree(FsPath at) {
        forget(at);
        known.keySet().removeIf(each -> each.isBelow(at));
        newest.keySet().removeIf(each -> each.equals(at) || each.isBelow(at));
    }

    /** The time of the newest file seen in a directory; {@code null} if none was. */
    synchronized @Nullable Instant newest(FsPath directory) {
        return newest.get(directory);
    }

    /** All files of a directory were seen: the newest is from then; {@code null} if there is none. */
    synchronized void listed(FsPath directory, @Nullable Instant time, long asked) {
        if (asked != epoch) {
            // Something has come or gone meanwhile, so that this may be out of date already.
            return;
        }
        if (time == null) {
            newest.remove(directory);
        } else {
            newest.put(directory, time);
        }
    }

    /** A file has come into a directory. */
    synchronized void came(FsPath directory, Instant time) {
        newest.merge(directory, time, (one, other) -> one.isAfter(other) ? one : other);
    }
}
