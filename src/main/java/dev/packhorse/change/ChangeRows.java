package dev.packhorse.change;

import dev.packhorse.change.Change.Operation;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The rows of changes, over one connection: all SQL on {@code change_event}. Statements are kept until the connection ends. */
final class ChangeRows {

    /** What is about to happen, or may have happened. */
    record Draft(
            Subscriber subscriber,
            Operation operation,
            FsPath path,
            @Nullable FsPath target,
            long recordedAt) {

        List<FsPath> changed() {
            return Change.changed(operation, path, target);
        }
    }

    /** A row as it is: the change, when it is due, and until when somebody is at it. */
    record Row(Change change, long dueAt, long heldUntil) {}

    /** The number of a row and what has become of its change. */
    record Outcome(long id, Draft draft, boolean lookAgain) {}

    private static final int INTENT = 0;
    private static final int DONE = 1;

    private final Connection connection;
    private final String instance;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    /**
     * Rows over a connection.
     *
     * @param instance who asks: what is held is held by it
     */
    ChangeRows(Connection connection, String instance) {
        this.connection = connection;
        this.instance = instance;
    }

    private PreparedStatement prepared(String sql) throws SQLException {
        PreparedStatement known = statements.get(sql);
        if (known == null) {
            known = connection.prepareStatement(sql);
            statements.put(sql, known);
        }
        return known;
    }

    /** Writes intents, held until a moment, and returns their numbers in the same order. */
    long[] insertIntents(List<Draft> drafts, long heldUntil) throws SQLException {
        return insert(drafts, INTENT, false, instance, heldUntil);
    }

    private long[] insert(List<Draft> drafts, int state, boolean lookAgain, @Nullable String holder, long heldUntil)
            throws SQLException {
        String sql = "insert into change_event (subscriber_id, operation, path, target, recorded_at, state, look_again,"
                + " attempts, due_at, holder, held_until) values (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)";
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql, new String[] {"id"});
            statements.put(sql, statement);
        }
        for (Draft draft : drafts) {
            statement.setInt(1, draft.subscriber().id());
            statement.setInt(2, draft.operation().number());
            statement.setBytes(3, bytes(draft.path()));
            FsPath target = draft.target();
            statement.setBytes(4, target == null ? null : bytes(target));
            statement.setLong(5, draft.recordedAt());
            statement.setInt(6, state);
            statement.setBoolean(7, lookAgain);
            statement.setString(8, holder);
            statement.setLong(9, heldUntil);
            statement.addBatch();
        }
        statement.executeBatch();
        long[] ids = new long[drafts.size()];
        try (ResultSet keys = statement.getGeneratedKeys()) {
            for (int i = 0; i < ids.length; i++) {
                if (!keys.next()) {
                    throw new SQLException("a row has no number");
                }
                ids[i] = keys.getLong(1);
            }
        }
        return ids;
    }

    /**
     * Turns intents into changes that may be delivered. One that is gone, because others took its recorder for dead, is written
     * anew.
     */
    void settle(List<Outcome> outcomes) throws SQLException {
        PreparedStatement certain = prepared("update change_event set state = " + DONE
                + ", holder = null, held_until = 0 where id = ? and holder = ? and state = " + INTENT);
        PreparedStatement uncertain = prepared("update change_event set state = " + DONE
                + ", look_again = true, holder = null, held_until = 0 where id = ? and holder = ? and state = "
                + INTENT);
        List<Draft> gone = new ArrayList<>();
        for (boolean lookAgain : new boolean[] {false, true}) {
            List<Outcome> chosen = outcomes.stream()
                    .filter(each -> each.lookAgain() == lookAgain)
                    .toList();
            int[] counts = each(
                    lookAgain ? uncertain : certain,
                    chosen.stream().map(Outcome::id).toList());
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] == 0) {
                    gone.add(chosen.get(i).draft());
                }
            }
        }
        if (!gone.isEmpty()) {
            insert(gone, DONE, true, null, 0);
        }
    }

    /** Deletes rows that this instance holds; how many. */
    int delete(List<Long> ids) throws SQLException {
        int deleted = 0;
        for (int count : each(prepared("delete from change_event where id = ? and holder = ?"), ids)) {
            deleted += count;
        }
        return deleted;
    }

    private int[] each(PreparedStatement statement, List<Long> ids) throws SQLException {
        if (ids.isEmpty()) {
            return new int[0];
        }
        for (long id : ids) {
            statement.setLong(1, id);
            statement.setString(2, instance);
            statement.addBatch();
        }
        return statement.executeBatch();
    }

    /** Lets go of a row that could not be delivered. */
    void giveBack(long id, int attempts, long dueAt) throws SQLException {
        PreparedStatement statement =
                prepared("update change_event set attempts = ?, due_at = ?, holder = null, held_until = 0"
                        + " where id = ? and holder = ?");
        statement.setInt(1, attempts);
        statement.setLong(2, dueAt);
        statement.setLong(3, id);
        statement.setString(4, instance);
        statement.executeUpdate();
    }

    /** Puts off the end of what this instance holds. */
    void hold(Collection<Long> ids, long until) throws SQLException {
        PreparedStatement statement = prepared("update change_event set held_until = ? where id = ? and holder = ?");
        for (long id : ids) {
            statement.setLong(1, until);
            statement.setLong(2, id);
            statement.setString(3, instance);
            statement.addBatch();
        }
        statement.executeBatch();
    }

    /** Ends what others hold: they are known to be dead. */
    void endOthers() throws SQLException {
        PreparedStatement statement =
                prepared("update change_event set held_until = 0 where holder <> ? and held_until > 0");
        statement.setString(1, instance);
        statement.executeUpdate();
    }

    /** What other instances are about to do to an export, as one of its subscribers sees it. */
    List<Row> intentsOfOthers(Subscriber subscriber, long now) throws SQLException {
        PreparedStatement statement =
                prepared(select("subscriber_id = ? and state = " + INTENT + " and holder <> ? and held_until > ?"));
        statement.setInt(1, subscriber.id());
        statement.setString(2, instance);
        statement.setLong(3, now);
        return rows(statement, subscriber);
    }

    /** Lets whoever delivers these look at what is there. */
    void lookAgain(Collection<Long> ids) throws SQLException {
        PreparedStatement statement = prepared("update change_event set look_again = true where id = ?");
        for (long id : ids) {
            statement.setLong(1, id);
            statement.addBatch();
        }
        statement.executeBatch();
    }

    /** Keeps all others from claiming for a subscriber until the transaction ends; {@code false} if somebody is at it. */
    boolean lock(Subscriber subscriber) throws SQLException {
        PreparedStatement statement = prepared("select id from change_subscriber where id = ? for update skip locked");
        statement.setInt(1, subscriber.id());
        try (ResultSet row = statement.executeQuery()) {
            return row.next();
        }
    }

    /**
     * A part of the rows that may be delivered, in their order.
     *
     * @param next the number behind which the next part begins; none if this is the last
     */
    record Page(List<Row> rows, OptionalLong next) {}

    /** Rows that may be delivered: intents that nobody holds any more, and the oldest of what is done. */
    Page oldest(Subscriber subscriber, long after, int limit, long now) throws SQLException {
        PreparedStatement done = prepared(select(
                "subscriber_id = ? and state = " + DONE + " and id > ? order by subscriber_id, state, id limit ?"));
        done.setInt(1, subscriber.id());
        done.setLong(2, after);
        done.setInt(3, limit);
        List<Row> rows = rows(done, subscriber);
        boolean last = rows.size() < limit;
        long end = last ? Long.MAX_VALUE : rows.get(limit - 1).change().id();
        PreparedStatement left = prepared(
                select("subscriber_id = ? and state = " + INTENT + " and held_until <= ? and id > ? and id <= ?"));
        left.setInt(1, subscriber.id());
        left.setLong(2, now);
        left.setLong(3, after);
        left.setLong(4, end);
        rows.addAll(rows(left, subscriber));
        rows.sort(Comparator.comparingLong(row -> row.change().id()));
        return new Page(rows, last ? OptionalLong.empty() : OptionalLong.of(end));
    }

    /** Takes rows that nobody holds; which of them were still there. */
    boolean[] claim(List<Long> ids, long now, long until) throws SQLException {
        PreparedStatement statement =
                prepared("update change_event set holder = ?, held_until = ?, look_again = look_again or state = "
                        + INTENT + ", state = " + DONE + " where id = ? and held_until <= ?");
        for (long id : ids) {
            statement.setString(1, instance);
            statement.setLong(2, until);
            statement.setLong(3, id);
            statement.setLong(4, now);
            statement.addBatch();
        }
        int[] counts = statement.executeBatch();
        boolean[] claimed = new boolean[counts.length];
        for (int i = 0; i < counts.length; i++) {
            claimed[i] = counts[i] > 0;
        }
        return claimed;
    }

    /** How many changes wait for a subscriber. */
    long count(Subscriber subscriber) throws SQLException {
        PreparedStatement statement = prepared("select count(*) from change_event where subscriber_id = ?");
        statement.setInt(1, subscriber.id());
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Deletes changes that are older, and that nobody is at; how many. */
    int deleteBefore(Subscriber subscriber, long recordedBefore, long now) throws SQLException {
        PreparedStatement statement =
                prepared("delete from change_event where subscriber_id = ? and recorded_at < ? and held_until <= ?");
        statement.setInt(1, subscriber.id());
        statement.setLong(2, recordedBefore);
        statement.setLong(3, now);
        return statement.executeUpdate();
    }

    /** Deletes the oldest changes that nobody is at; how many. */
    int deleteOldest(Subscriber subscriber, long limit, long now) throws SQLException {
        PreparedStatement statement = prepared("delete from change_event where id in (select id from change_event"
                + " where subscriber_id = ? and state = " + DONE
                + " and held_until <= ? order by subscriber_id, state, id"
                + " limit ?) and held_until <= ?");
        statement.setInt(1, subscriber.id());
        statement.setLong(2, now);
        statement.setLong(3, limit);
        statement.setLong(4, now);
        return statement.executeUpdate();
    }

    private static String select(String condition) {
        return "select id, operation, path, target, recorded_at, state, look_again, attempts, due_at, held_until"
                + " from change_event where " + condition;
    }

    private static List<Row> rows(PreparedStatement statement, Subscriber subscriber) throws SQLException {
        List<Row> rows = new ArrayList<>();
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                boolean done = row.getInt(6) == DONE;
                byte[] target = row.getBytes(4);
                rows.add(new Row(
                        new Change(
                                row.getLong(1),
                                subscriber.export(),
                                Operation.of(row.getInt(2)),
                                path(row.getBytes(3)),
                                target == null ? null : path(target),
                                Instant.ofEpochMilli(row.getLong(5)),
                                row.getBoolean(7) || !done,
                                row.getInt(8)),
                        row.getLong(9),
                        row.getLong(10)));
            }
        }
        return rows;
    }

    private static byte[] bytes(FsPath path) {
        return path.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static FsPath path(byte[] bytes) {
        try {
            return FsPath.parse(new String(bytes, StandardCharsets.UTF_8));
        } catch (FsException e) {
            throw new IllegalStateException("the outbox holds a path that is none", e);
        }
    }

    /** Unused statements of a connection that goes back to a pool would stay open there. */
    void close() throws SQLException {
        for (Statement each : statements.values()) {
            each.close();
        }
        statements.clear();
    }
}
