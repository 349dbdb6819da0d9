package dev.packhorse.store.jsonfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What was learned before, about as many paths as each limit says; what was used least goes first. May be used by many threads. */
final class Known {

    private static final int MOST = 16_384;

    /** For how long a directory through which somebody has looked for a name is not looked through again. */
    private static final Duration SEARCHED = Duration.ofSeconds(30);

    private final long headTtl;
    private final LongSupplier nanos;
    private final InstantSource clock;

    private final Map<FsPath, Timed<Head>> heads = new Recent<>(MOST);
    private final Map<FsPath, Long> searched = new Recent<>(MOST);
    private final Map<FsPath, FsPath> renamed = new Recent<>(MOST);
    private final Map<FsPath, Instant> sightings = new Recent<>(4 * MOST);

    /**
     * Nothing yet.
     *
     * @param headTtl for how long what the server says of an entry may be used again
     * @param nanos what {@link System#nanoTime} is
     * @param clock by which entries are seen
     */
    Known(Duration headTtl, LongSupplier nanos, InstantSource clock) {
        this.headTtl = headTtl.toNanos();
        this.nanos = nanos;
        this.clock = clock;
    }

    private record Timed<T>(T value, long since) {}

    private static final class Recent<V> extends LinkedHashMap<FsPath, V> {
        private static final long serialVersionUID = 1L;

        private final int most;

        Recent(int most) {
            super(16, 0.75f, /* accessOrder= */ true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<FsPath, V> eldest) {
            return size() > most;
        }
    }

    synchronized @Nullable Head head(FsPath wire) {
        Timed<Head> head = heads.get(wire);
        return head == null || nanos.getAsLong() - head.since >= headTtl ? null : head.value;
    }

    synchronized void head(FsPath wire, Head head) {
        heads.put(wire, new Timed<>(head, nanos.getAsLong()));
    }

    /** When a path was first seen, in whole seconds; now, if it was not. */
    synchronized Instant sighting(FsPath path) {
        return sightings.computeIfAbsent(path, each -> clock.instant().truncatedTo(ChronoUnit.SECONDS));
    }

    /** Where a path is on the server, as far as names are known that its URLs do not have. */
    synchronized FsPath wire(FsPath path) throws FsException {
        if (renamed.isEmpty()) {
            return path;
        }
        FsPath wire = FsPath.ROOT;
        FsPath at = FsPath.ROOT;
        for (String segment : path.segments()) {
            at = at.child(segment);
            FsPath other = renamed.get(at);
            wire = other == null ? wire.child(segment) : other;
        }
        return wire;
    }

    synchronized void renamed(FsPath path, FsPath wire) {
        renamed.put(path, wire);
    }

    synchronized void notRenamed(FsPath path) {
        renamed.remove(path);
    }

    synchronized boolean wasSearched(FsPath directory) {
        Long since = searched.get(directory);
        return since != null && nanos.getAsLong() - since < SEARCHED.toNanos();
    }

    synchronized void searched(FsPath directory) {
        searched.put(directory, nanos.getAsLong());
    }
}
