package dev.packhorse.store.replay;

import dev.packhorse.store.replay.Guide.Snapshot;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What the guide says, remembered for a while. Who asks while somebody asks the device already waits for that answer, or that
 * failure; a failure is not remembered.
 */
final class KnownShows {

    private record Known(Snapshot snapshot, Shows shows) {}

    private final Guide guide;
    private final Duration fresh;
    private final ZoneId zone;
    private final Instant start = Instant.now();

    private @Nullable Known known;
    /** {@link System#nanoTime} when {@link #known} was asked for. */
    private long asked;
    /** {@code null} as the answer if whoever asked was interrupted, which says nothing about the device. */
    private @Nullable CompletableFuture<@Nullable Known> flight;

    /**
     * Knows nothing yet.
     *
     * @param fresh how long an answer of the device is believed
     * @param zone where the dates in names are
     */
    KnownShows(Guide guide, Duration fresh, ZoneId zone) {
        this.guide = guide;
        this.fresh = fresh;
        this.zone = zone;
    }

    /** The shows, not older than they may be. */
    Shows shows() throws IOException {
        while (true) {
            CompletableFuture<@Nullable Known> mine = null;
            CompletableFuture<@Nullable Known> joined;
            Known last;
            synchronized (this) {
                last = known;
                if (last != null && System.nanoTime() - asked < fresh.toNanos()) {
                    return last.shows();
                }
                if (flight == null) {
                    mine = new CompletableFuture<>();
                    flight = mine;
                }
                joined = flight;
            }
            Known answer = mine == null ? await(joined) : fly(mine, last);
            if (answer != null) {
                return answer.shows();
            }
        }
    }

    /** What the device says now, for who has changed something. */
    Snapshot refreshed() throws IOException {
        Known last;
        synchronized (this) {
            last = known;
            forget();
        }
        return ask(last, null).snapshot();
    }

    /** From now on the device is asked again. */
    synchronized void forget() {
        asked = System.nanoTime() - fresh.toNanos();
        // Whoever is asking already may get an answer from before now.
        flight = null;
    }

    /** When the newest show that is known was on the air; the start of this without any. Asks nobody. */
    synchronized Instant newest() {
        return known == null ? start : known.shows().newest(start);
    }

    private Known fly(CompletableFuture<@Nullable Known> mine, @Nullable Known last) throws IOException {
        Known answer = null;
        IOException failure = null;
        try {
            answer = ask(last, mine);
            return answer;
        } catch (IOException e) {
            failure = Thread.currentThread().isInterrupted() ? null : e;
            throw e;
        } finally {
            synchronized (this) {
                if (flight == mine) {
                    flight = null;
                }
            }
            if (failure != null) {
                mine.completeExceptionally(failure);
            } else {
                mine.complete(answer);
            }
        }
    }

    /** Asks the device, and remembers the answer unless the flight it belongs to has been left behind meanwhile. */
    private Known ask(@Nullable Known last, @Nullable CompletableFuture<@Nullable Known> mine) throws IOException {
        long now = System.nanoTime();
        Snapshot snapshot = guide.snapshot(last == null ? null : last.snapshot());
        Known answer = last != null && snapshot.equals(last.snapshot())
                ? last
                : new Known(snapshot, new Shows(snapshot, zone));
        synchronized (this) {
            if (flight == mine) {
                known = answer;
                asked = now;
            }
        }
        return answer;
    }

    private static @Nullable Known await(CompletableFuture<@Nullable Known> flight) throws IOException {
        try {
            return flight.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
