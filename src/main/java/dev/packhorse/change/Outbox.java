package dev.packhorse.change;

import dev.packhorse.change.Change.Operation;
import dev.packhorse.change.ChangeRows.Draft;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import java.io.Closeable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The outbox: the changes of all exports of a process, kept in the state database until all subscribers have them.
 *
 * <p>The database must have the schema of {@code db/migration} and give connections at {@code READ COMMITTED}. One connection
 * is held all the time, one more for each subscription that is just claiming. Several outboxes, one in each gateway, may share
 * a PostgreSQL database.
 */
public final class Outbox implements Closeable {

    /** What happens when more changes wait for one subscriber than may. */
    public enum WhenFull {
        /** The oldest are given up, counted and logged. */
        DROP_OLDEST,
        /** Operations that would change the export fail with {@code NO_SPACE}. */
        REFUSE
    }

    /**
     * How much is kept.
     *
     * @param retention how long a change waits for delivery, and how long a subscriber is remembered that nobody has seen
     * @param backlog how many changes may wait for one subscriber
     * @param whenFull what happens when there are more
     * @param lease how long the changes that a process is at are left to it when it gives no more sign of life
     */
    public record Options(Duration retention, long backlog, WhenFull whenFull, Duration lease) {

        /** 7 days, 1,000,000, the oldest go, 30 seconds. */
        public static final Options DEFAULT =
                new Options(Duration.ofDays(7), 1_000_000, WhenFull.DROP_OLDEST, Duration.ofSeconds(30));

        public Options {
            if (retention.isNegative() || retention.isZero() || lease.isNegative() || lease.isZero() || backlog < 1) {
                throw new IllegalArgumentException("retention, lease and backlog of an outbox must be positive");
            }
        }
    }

    /** Longest path of an export, in characters; also the width of its column. */
    private static final int MAX_EXPORT = 512;

    /** Longest name of a subscriber, in characters; also the width of its column. */
    private static final int MAX_NAME = 256;

    /** How often is looked after leases, other gateways' subscribers and what is too old. */
    private static final Duration ROUND = Duration.ofSeconds(5);

    private static final Logger LOG = System.getLogger(Outbox.class.getName());

    private final String instance = UUID.randomUUID().toString();
    private final DataSource database;
    private final InstantSource clock;
    private final Options options;
    private final boolean shared;
    /** The rows that this process is at: what it intends, and what it delivers. */
    private final Set<Long> held = ConcurrentHashMap.newKeySet();

    private final Committer committer;
    private final Map<FsPath, InFlight> inFlight = new ConcurrentHashMap<>();
    private final Set<Subscription> subscriptions = new CopyOnWriteArraySet<>();
    private final AtomicLong dropped = new AtomicLong();
    private final ScheduledThreadPoolExecutor rounds;
    private volatile Map<FsPath, List<Subscriber>> subscribers = Map.of();
    private @Nullable Future<?> turning;

    /** What a change has caused. Nobody waits for it: what fails is done in the next round. */
    private volatile @Nullable Future<?> shrunk;

    private Outbox(DataSource database, InstantSource clock, boolean shared, Options options) {
        this.database = database;
        this.clock = clock;
        this.shared = shared;
        this.options = options;
        this.committer = new Committer(database, instance, clock, options.lease(), shared, held);
        this.rounds = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "outbox-rounds");
            made.setDaemon(true);
            return made;
        });
    }

    /**
     * Opens the outbox of a migrated database.
     *
     * @param clock what changes are dated by; gateways on one database should agree within seconds
     * @param shared whether other gateways may use the database; if not, whatever another one has begun was interrupted
     * @throws FsException {@code UNAVAILABLE}
     */
    public static Outbox open(DataSource database, InstantSource clock, boolean shared, Options options)
            throws FsException {
        Outbox outbox = openStill(database, clock, shared, options);
        // Three signs of life in a lease: one may get lost.
        long pause = Math.min(ROUND.toMillis(), Math.max(1, options.lease().toMillis() / 3));
        outbox.turning = outbox.rounds.scheduleWithFixedDelay(outbox::round, pause, pause, TimeUnit.MILLISECONDS);
        return outbox;
    }

    /** As above, without rounds: the caller calls {@link #round}. */
    static Outbox openStill(DataSource database, InstantSource clock, boolean shared, Options options)
            throws FsException {
        Outbox outbox = new Outbox(database, clock, shared, options);
        try {
            if (!shared) {
                outbox.wait(outbox.committer.step(ChangeRows::endOthers));
            }
            outbox.reload();
        } catch (FsException e) {
            outbox.close();
            throw e;
        }
        return outbox;
    }

    /** The store of an export, whose changes are recorded from now on. */
    public Store recording(FsPath export, Store store) {
        return new ChangeRecordingStore(store, this, export);
    }

    /**
     * Connects a subscriber, which is made at its first time and gets all changes from then on, also those that come while it
     * is not connected.
     *
     * @param name what it is called, unique for an export: with the same name it goes on where it was
     * @throws FsException {@code UNAVAILABLE}
     */
    public Subscription subscribe(FsPath export, String name) throws FsException {
        if (name.isEmpty() || name.length() > MAX_NAME || export.toString().length() > MAX_EXPORT) {
            throw new IllegalArgumentException("a subscriber's name has 1 to " + MAX_NAME
                    + " characters, the path of its export at most " + MAX_EXPORT);
        }
        try (Connection connection = database.getConnection()) {
            new SubscriberRows(connection).add(export, name, clock.millis());
        } catch (SQLException e) {
            throw failed("subscribe", e);
        }
        reload();
        for (Subscriber each : subscribers.getOrDefault(export, List.of())) {
            if (each.name().equals(name)) {
                Subscription subscription = new Subscription(this, each);
                subscriptions.add(subscription);
                return subscription;
            }
        }
        throw new FsException(Kind.UNAVAILABLE, "subscribe", export);
    }

    void left(Subscription subscription) {
        subscriptions.remove(subscription);
    }

    /** How many changes wait, for all subscribers. */
    public long backlog() {
        return subscribers.values().stream()
                .flatMap(List::stream)
                .mapToLong(each -> each.backlog().get())
                .sum();
    }

    /** How many changes were given up because they were too old or too many, since the start. */
    public long dropped() {
        return dropped.get();
    }

    /**
     * Begins to record an operation.
     *
     * @return {@code null} if nobody waits for changes of the export
     * @throws FsException {@code NO_SPACE} if the outbox is full
     */
    @Nullable
    Recording begin(FsPath export, Operation operation, FsPath path, @Nullable FsPath target) throws FsException {
        List<Subscriber> waiting = subscribers.get(export);
        if (waiting == null) {
            return null;
        }
        if (options.whenFull() == WhenFull.REFUSE) {
            for (Subscriber each : waiting) {
                if (each.backlog().get() >= options.backlog()) {
                    throw new FsException(Kind.NO_SPACE, operation.word(), path);
                }
            }
        }
        List<Draft> drafts = new ArrayList<>(waiting.size());
        long now = clock.millis();
        for (Subscriber each : waiting) {
            long backlog = each.backlog().incrementAndGet();
            // A hundredth at a time, so that not each change deletes one.
            if (options.whenFull() == WhenFull.DROP_OLDEST
                    && backlog > options.backlog()
                    && (backlog - options.backlog()) % hundredth() == 0) {
                Future<?> running = shrunk;
                if (running == null || running.isDone()) {
                    shrunk = shrink(each);
                }
            }
            drafts.add(new Draft(each, operation, path, target, now));
        }
        return new Recording(committer, inFlight.computeIfAbsent(export, e -> new InFlight()), drafts);
    }

    private long hundredth() {
        return Math.max(1, options.backlog() / 100);
    }

    /** Gives up what is more than may wait. */
    private CompletableFuture<@Nullable Void> shrink(Subscriber subscriber) {
        return giveUp(subscriber, "too many", rows -> {
            long excess = rows.count(subscriber) - options.backlog();
            return excess > 0 ? rows.deleteOldest(subscriber, excess, clock.millis()) : 0;
        });
    }

    /** Gives up what is too old. */
    private CompletableFuture<@Nullable Void> age(Subscriber subscriber) {
        return giveUp(subscriber, "too old", rows -> {
            long now = clock.millis();
            long limit = now - options.retention().toMillis();
            List<ChangeRows.Row> oldest = rows.oldest(subscriber, 0, 1, now).rows();
            return oldest.isEmpty() || oldest.get(0).change().time().toEpochMilli() >= limit
                    ? 0
                    : rows.deleteBefore(subscriber, limit, now);
        });
    }

    /** Deletes changes; how many. */
    @FunctionalInterface
    private interface Deletion {
        int run(ChangeRows rows) throws SQLException;
    }

    private CompletableFuture<@Nullable Void> giveUp(Subscriber subscriber, String why, Deletion deletion) {
        // Counted behind the commit: the transaction may be tried more than once.
        AtomicInteger deleted = new AtomicInteger();
        return committer
                .step(rows -> deleted.set(deletion.run(rows)))
                .thenRun(() -> lost(subscriber, deleted.get(), why));
    }

    private void lost(Subscriber subscriber, int changes, String why) {
        if (changes > 0) {
            dropped.addAndGet(changes);
            subscriber.backlog().addAndGet(-changes);
            LOG.log(
                    Level.WARNING,
                    "changes were given up export={0} subscriber={1} changes={2} why={3}",
                    subscriber.export(),
                    subscriber.name(),
                    changes,
                    why);
        }
    }

    /** What is due from time to time. A failure is nobody's: the next round tries again. */
    void round() {
        try {
            wait(committer.step(
                    rows -> rows.hold(held, clock.millis() + options.lease().toMillis())));
            try (Connection connection = database.getConnection()) {
                SubscriberRows rows = new SubscriberRows(connection);
                for (Subscription each : subscriptions) {
                    rows.add(each.subscriber().export(), each.subscriber().name(), clock.millis());
                }
                rows.forget(clock.millis() - options.retention().toMillis());
            }
            reload();
            for (List<Subscriber> each : subscribers.values()) {
                for (Subscriber subscriber : each) {
                    wait(age(subscriber));
                    if (shared) {
                        wait(committer.step(rows -> subscriber.backlog().set(rows.count(subscriber))));
                    }
                    if (options.whenFull() == WhenFull.DROP_OLDEST
                            && subscriber.backlog().get() > options.backlog()) {
                        wait(shrink(subscriber));
                    }
                }
            }
        } catch (FsException | SQLException e) {
            LOG.log(Level.WARNING, "the outbox could not be looked after", e);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "the outbox could not be looked after", e);
        }
    }

    /** Who waits for what, as the database knows it. */
    private synchronized void reload() throws FsException {
        Map<FsPath, List<Subscriber>> known = subscribers;
        Map<FsPath, List<Subscriber>> next = new HashMap<>();
        try (Connection connection = database.getConnection()) {
            ChangeRows rows = new ChangeRows(connection, instance);
            for (Subscriber found : new SubscriberRows(connection).all()) {
                Subscriber each = found;
                for (Subscriber same : known.getOrDefault(found.export(), List.of())) {
                    if (same.id() == found.id()) {
                        each = same;
                    }
                }
                if (each == found) {
                    each.backlog().set(rows.count(each));
                }
                next.computeIfAbsent(each.export(), export -> new ArrayList<>()).add(each);
            }
            rows.close();
        } catch (SQLException e) {
            throw failed("subscribe", e);
        }
        next.replaceAll((export, waiting) -> List.copyOf(waiting));
        subscribers = Map.copyOf(next);
    }

    Committer committer() {
        return committer;
    }

    Set<Long> held() {
        return held;
    }

    String instance() {
        return instance;
    }

    InstantSource clock() {
        return clock;
    }

    Duration lease() {
        return options.lease();
    }

    Connection connect() throws SQLException {
        return database.getConnection();
    }

    /** Waits for a step of the committer. */
    void wait(CompletableFuture<@Nullable Void> step) throws FsException {
        try {
            step.get();
        } catch (ExecutionException e) {
            throw failed("outbox", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("outbox", e);
        }
    }

    static FsException failed(String operation, @Nullable Throwable cause) {
        return new FsException(Kind.UNAVAILABLE, operation, FsPath.ROOT, cause);
    }

    /** Writes what is left to write. To be called when the stores are closed, before the database is. */
    @Override
    public void close() {
        Future<?> turns = turning;
        if (turns != null) {
            turns.cancel(false);
        }
        rounds.shutdownNow();
        committer.close();
    }
}
