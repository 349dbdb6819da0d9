package dev.packhorse.change;

import dev.packhorse.change.ChangeRows.Row;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.Closeable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A connected subscriber: claims changes in their order, and says what has become of each. What is claimed is nobody else's,
 * also in other gateways, until it is {@link #delivered} or {@link #giveBack given back}, or this process has been dead for a
 * lease.
 */
public final class Subscription implements Closeable {

    /** How many changes are read at once; claiming looks behind so many that others are at or that have failed. */
    private static final int PAGE = 4_096;

    /** How many pages claiming reads: those that only wait behind another do not count, they may all be of one path. */
    private static final int PAGES = 16;

    private final Outbox outbox;
    private final Subscriber subscriber;
    private final Set<Long> claimed = ConcurrentHashMap.newKeySet();

    Subscription(Outbox outbox, Subscriber subscriber) {
        this.outbox = outbox;
        this.subscriber = subscriber;
    }

    Subscriber subscriber() {
        return subscriber;
    }

    public FsPath export() {
        return subscriber.export();
    }

    /** Whom to tell that there may be something to claim; called by a thread that must not be kept. */
    public void onArrival(Runnable told) {
        subscriber.onArrival(told);
    }

    /**
     * Claims the oldest changes that may be delivered now. One that overlaps an older one that is still another gateway's, or
     * that waits after a failure, waits behind it. One that overlaps what this subscription has claimed before does not: keeping
     * that order is the caller's business.
     *
     * @return in their order; none if another gateway is just claiming
     * @throws FsException {@code UNAVAILABLE}
     */
    public List<Change> claim(int limit) throws FsException {
        try (Connection connection = outbox.connect()) {
            connection.setAutoCommit(false);
            ChangeRows rows = new ChangeRows(connection, outbox.instance());
            try {
                List<Change> changes = claim(rows, limit);
                connection.commit();
                changes.forEach(change -> {
                    claimed.add(change.id());
                    outbox.held().add(change.id());
                });
                return changes;
            } finally {
                rows.close();
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw Outbox.failed("claim", e);
        }
    }

    private List<Change> claim(ChangeRows rows, int limit) throws SQLException {
        if (!rows.lock(subscriber)) {
            return List.of();
        }
        long now = outbox.clock().millis();
        List<Change> free = free(rows, limit, now);
        if (free.isEmpty()) {
            return free;
        }
        boolean[] taken = rows.claim(
                free.stream().map(Change::id).toList(),
                now,
                now + outbox.lease().toMillis());
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < taken.length; i++) {
            if (taken[i]) {
                changes.add(free.get(i));
            }
        }
        return changes;
    }

    private List<Change> free(ChangeRows rows, int limit, long now) throws SQLException {
        PathSet waiting = new PathSet();
        List<Change> free = new ArrayList<>();
        OptionalLong next = OptionalLong.of(0);
        int halted = 0;
        for (int pages = 0; pages < PAGES && halted < PAGE && free.isEmpty() && next.isPresent(); pages++) {
            // Seen before the rows: of one that goes in between, the row would look like another gateway's, and hold up
            // all behind it.
            Set<Long> mine = Set.copyOf(claimed);
            ChangeRows.Page page = rows.oldest(subscriber, next.getAsLong(), PAGE, now);
            for (Row row : page.rows()) {
                Change change = row.change();
                boolean halts = row.heldUntil() > now || row.dueAt() > now;
                if (mine.contains(change.id())) {
                    continue;
                }
                halted += halts ? 1 : 0;
                if (halts || waiting.overlaps(change.changed())) {
                    waiting.add(change.changed());
                } else {
                    free.add(change);
                    if (free.size() == limit) {
                        return free;
                    }
                }
            }
            next = page.next();
        }
        return free;
    }

    /** A change has arrived, and goes. */
    public void delivered(Change change) {
        // Until the row is gone the change counts as claimed.
        outbox.committer().delete(subscriber, change.id(), () -> forget(change));
    }

    /**
     * A change has not arrived: it is tried again, before all later changes that overlap it.
     *
     * @param pause for how long it waits
     * @throws FsException {@code UNAVAILABLE}: it stays claimed
     */
    public void failed(Change change, Duration pause) throws FsException {
        giveBack(change, change.attempts() + 1, outbox.clock().millis() + pause.toMillis());
    }

    /**
     * A change has not been tried: whoever claims it next gets it.
     *
     * @throws FsException {@code UNAVAILABLE}: it stays claimed
     */
    public void giveBack(Change change) throws FsException {
        giveBack(change, change.attempts(), 0);
    }

    private void giveBack(Change change, int attempts, long dueAt) throws FsException {
        outbox.wait(outbox.committer().step(rows -> rows.giveBack(change.id(), attempts, dueAt)));
        forget(change);
    }

    private void forget(Change change) {
        claimed.remove(change.id());
        outbox.held().remove(change.id());
    }

    /** Disconnects. Changes go on being recorded for the subscriber until it has not been seen for the retention. */
    @Override
    public void close() {
        subscriber.onArrival(() -> {});
        claimed.forEach(outbox.held()::remove);
        outbox.left(this);
    }
}
