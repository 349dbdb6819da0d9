package dev.packhorse.change;

import dev.packhorse.change.ChangeRows.Draft;
import dev.packhorse.change.ChangeRows.Outcome;
import dev.packhorse.change.ChangeRows.Row;
import java.io.Closeable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes to the outbox: whatever has come while it committed goes into its next transaction, so that many
 * writers share one commit, and what confirms one change travels with the intent of the next. Order is that of arrival.
 *
 * <p>When the database fails, intents fail with it. The rest has happened already: it waits until the database is back.
 */
final class Committer implements Closeable {

    /** How many tasks go into one transaction. */
    private static final int BATCH = 512;

    /** How long a confirmation waits for an intent; a commit of its own costs as much as that of a change. */
    private static final Duration COMPANY = Duration.ofMillis(5);

    /**
     * How long one intent waits for as many as came last time: a commit costs the database about the same for one and for ten, and a
     * store that forces a body to its disk takes longer.
     */
    private static final Duration SIBLINGS = Duration.ofMillis(1);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(5);

    /** Serialisation failure, deadlock, lock timeout: the same transaction may succeed when tried again. */
    private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "55P03", "HYT00", "90131");

    private static final int MAX_CONFLICTS = 5;

    private static final Logger LOG = System.getLogger(Committer.class.getName());

    /** Something to write. */
    private sealed interface Task {}

    /** What an operation waits for before it touches the store. */
    private record Intend(List<Draft> drafts, Recording recording, CompletableFuture<long[]> ids) implements Task {}

    /** What has become of intents. */
    private record Settle(List<Outcome> outcomes) implements Task {}

    /** Changes that are delivered, or have not happened. */
    private record Delete(long id, Runnable after) implements Task {}

    /** Anything else; somebody waits for it. */
    private record Step(Deed deed, CompletableFuture<@Nullable Void> done) implements Task {}

    /** A step in the transaction. */
    @FunctionalInterface
    interface Deed {
        void run(ChangeRows rows) throws SQLException;
    }

    private static final Task END = new Settle(List.of());

    private final DataSource database;
    private final String instance;
    private final InstantSource clock;
    private final Duration lease;
    private final boolean shared;
    private final Set<Long> held;
    private final BlockingQueue<Task> queue = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::run, "outbox");
    private volatile boolean closing;
    private @Nullable Connection connection;
    private @Nullable ChangeRows rows;

    /** How many intents the last commit had. */
    private long siblings;

    Committer(
            DataSource database, String instance, InstantSource clock, Duration lease, boolean shared, Set<Long> held) {
        this.database = database;
        this.instance = instance;
        this.clock = clock;
        this.lease = lease;
        this.shared = shared;
        this.held = held;
        thread.setDaemon(true);
        thread.start();
    }

    /** Writes intents; the numbers come when they are durable. */
    CompletableFuture<long[]> intend(List<Draft> drafts, Recording recording) {
        CompletableFuture<long[]> ids = new CompletableFuture<>();
        add(new Intend(drafts, recording, ids));
        if (closing) {
            ids.completeExceptionally(new SQLException("the outbox is closed", "08003"));
        }
        return ids;
    }

    void settle(List<Outcome> outcomes) {
        add(new Settle(outcomes));
    }

    /** Deletes a row, which does not count any more then; what else is to be done when it is gone. */
    void delete(Subscriber subscriber, long id, Runnable after) {
        add(new Delete(id, () -> {
            subscriber.backlog().decrementAndGet();
            after.run();
        }));
    }

    CompletableFuture<@Nullable Void> step(Deed deed) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        add(new Step(deed, done));
        return done;
    }

    private void add(Task task) {
        queue.add(task);
    }

    private void run() {
        List<Task> tasks = new ArrayList<>();
        boolean ended = false;
        long giveUp = 0;
        while (!ended || !tasks.isEmpty()) {
            try {
                if (tasks.isEmpty()) {
                    tasks.add(queue.take());
                }
                gather(tasks);
                if (tasks.removeIf(task -> task == END)) {
                    ended = true;
                    giveUp = System.nanoTime() + PATIENCE_AT_CLOSE.toNanos();
                }
                if (!commit(tasks)) {
                    if (ended && System.nanoTime() - giveUp >= 0) {
                        LOG.log(Level.WARNING, "the outbox closes without having confirmed all changes");
                        break;
                    }
                    TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
                }
            } catch (InterruptedException e) {
                break;
            }
        }
        disconnect();
    }

    /** Takes what has come. What nobody waits for waits a little for something to travel with, and intents for each other. */
    private void gather(List<Task> tasks) throws InterruptedException {
        queue.drainTo(tasks, Math.max(0, BATCH - tasks.size()));
        gather(tasks, COMPANY, () -> tasks.stream().anyMatch(Committer::isAwaited));
        gather(
                tasks,
                SIBLINGS,
                () -> intents(tasks) >= siblings || !tasks.stream().allMatch(Committer::mayWait));
        siblings = intents(tasks);
    }

    private void gather(List<Task> tasks, Duration longest, BooleanSupplier enough) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (tasks.size() < BATCH && !enough.getAsBoolean()) {
            Task next = queue.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            tasks.add(next);
            queue.drainTo(tasks, Math.max(0, BATCH - tasks.size()));
        }
    }

    private static long intents(List<Task> tasks) {
        return tasks.stream().filter(Intend.class::isInstance).count();
    }

    private static boolean mayWait(Task task) {
        return !(task instanceof Step) && task != END;
    }

    private static boolean isAwaited(Task task) {
        return task instanceof Intend || task instanceof Step || task == END;
    }

    /** Commits what there is, and leaves of it what has to be tried again; whether the database did. */
    private boolean commit(List<Task> tasks) {
        for (int conflicts = 0; ; conflicts++) {
            try {
                List<Runnable> after = attempt(tasks);
                tasks.clear();
                after.forEach(Runnable::run);
                return true;
            } catch (SQLException e) {
                disconnect();
                if (e.getSQLState() != null && CONFLICTS.contains(e.getSQLState()) && conflicts < MAX_CONFLICTS) {
                    continue;
                }
                LOG.log(Level.WARNING, "changes could not be recorded", e);
                tasks.removeIf(task -> refused(task, e));
                return false;
            } catch (RuntimeException e) {
                disconnect();
                LOG.log(Level.ERROR, "changes could not be recorded", e);
                tasks.removeIf(task -> refused(task, new SQLException(e)));
                return false;
            }
        }
    }

    private static boolean refused(Task task, SQLException e) {
        if (task instanceof Intend intend) {
            intend.ids().completeExceptionally(e);
            return true;
        }
        if (task instanceof Step step) {
            step.done().completeExceptionally(e);
            return true;
        }
        return false;
    }

    /** One transaction; what is to be done when it is durable. */
    private List<Runnable> attempt(List<Task> tasks) throws SQLException {
        ChangeRows open = connected();
        long now = clock.millis();
        List<Runnable> after = new ArrayList<>();
        List<Draft> drafts = new ArrayList<>();
        List<Outcome> outcomes = new ArrayList<>();
        List<Long> deleted = new ArrayList<>();
        Set<Subscriber> arrived = new HashSet<>();
        List<Intend> intends = new ArrayList<>();
        for (Task task : tasks) {
            if (task instanceof Intend intend) {
                drafts.addAll(intend.drafts());
                intends.add(intend);
            } else if (task instanceof Settle settle) {
                outcomes.addAll(settle.outcomes());
                settle.outcomes().forEach(each -> arrived.add(each.draft().subscriber()));
            } else if (task instanceof Delete delete) {
                deleted.add(delete.id());
                after.add(delete.after());
            }
        }
        // Before the outcomes, so that what is now begun is never numbered below what was confirmed before.
        open.settle(outcomes);
        open.delete(deleted);
        for (Task task : tasks) {
            if (task instanceof Step step) {
                step.deed().run(open);
                after.add(() -> step.done().complete(null));
            }
        }
        long[] ids = drafts.isEmpty() ? new long[0] : open.insertIntents(drafts, now + lease.toMillis());
        connection().commit();
        outcomes.forEach(each -> held.remove(each.id()));
        deleted.forEach(held::remove);
        for (long id : ids) {
            held.add(id);
        }
        if (shared && !drafts.isEmpty()) {
            // Behind the commit: of two gateways that begin at the same time one at least sees the other.
            try {
                findContests(open, intends, now);
                connection().commit();
            } catch (SQLException e) {
                disconnect();
                // They are written, but may not go on: what is written goes.
                forEach(intends, ids, (intend, own) -> {
                    for (long id : own) {
                        // The recording does not count it any more, as soon as it hears of its failure.
                        add(new Delete(id, () -> {}));
                    }
                    intend.ids().completeExceptionally(e);
                });
            }
        }
        forEach(intends, ids, (intend, own) -> after.add(() -> intend.ids().complete(own)));
        arrived.forEach(subscriber -> after.add(subscriber::arrived));
        return after;
    }

    /** What to do with an intent and its numbers. */
    @FunctionalInterface
    private interface Numbered {
        void accept(Intend intend, long[] own);
    }

    private static void forEach(List<Intend> intends, long[] ids, Numbered numbered) {
        int next = 0;
        for (Intend intend : intends) {
            int from = next;
            next += intend.drafts().size();
            numbered.accept(intend, Arrays.copyOfRange(ids, from, next));
        }
    }

    /** Where another gateway is about to change an overlapping path, nobody knows the order: both are to be looked at again. */
    private static void findContests(ChangeRows open, List<Intend> intends, long now) throws SQLException {
        Set<Subscriber> asked = new HashSet<>();
        Set<Long> contested = new HashSet<>();
        for (Intend first : intends) {
            for (Draft draft : first.drafts()) {
                if (!asked.add(draft.subscriber())) {
                    continue;
                }
                for (Row other : open.intentsOfOthers(draft.subscriber(), now)) {
                    PathSet paths = new PathSet();
                    paths.add(other.change().changed());
                    for (Intend mine : intends) {
                        if (mine.recording().isOf(draft.subscriber().export())
                                && paths.overlaps(mine.recording().changed())) {
                            mine.recording().contest();
                            contested.add(other.change().id());
                        }
                    }
                }
            }
        }
        if (!contested.isEmpty()) {
            open.lookAgain(contested);
        }
    }

    private ChangeRows connected() throws SQLException {
        ChangeRows known = rows;
        if (known == null) {
            Connection opened = database.getConnection();
            connection = opened;
            opened.setAutoCommit(false);
            known = new ChangeRows(opened, instance);
            rows = known;
        }
        return known;
    }

    private Connection connection() throws SQLException {
        if (connection == null) {
            throw new SQLException("not connected", "08003");
        }
        return connection;
    }

    private void disconnect() {
        Connection open = connection;
        ChangeRows kept = rows;
        connection = null;
        rows = null;
        if (open == null) {
            return;
        }
        try (open) {
            if (kept != null) {
                kept.close();
            }
            open.rollback();
            open.setAutoCommit(true);
        } catch (SQLException e) {
            LOG.log(Level.DEBUG, "a connection of the outbox could not be given back", e);
        }
    }

    /** Ends when all that has come is written, or the database does not take it. */
    @Override
    public void close() {
        closing = true;
        queue.add(END);
        try {
            thread.join(2 * PATIENCE_AT_CLOSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
        for (Task task = queue.poll(); task != null; task = queue.poll()) {
            refused(task, new SQLException("the outbox is closed", "08003"));
        }
    }
}
