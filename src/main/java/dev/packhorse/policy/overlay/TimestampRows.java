package dev.packhorse.policy.overlay;

import dev.packhorse.fs.FsPath;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one store, over one connection, as of one moment: all SQL that reads and changes timestamps.
 *
 * <p>What changes rows belongs into a transaction of the caller, at the isolation level {@code READ COMMITTED}: a statement
 * that waited for a row looks at it again. A tombstone that was due at that moment counts as absent, whether it has been
 * purged or not.
 */
final class TimestampRows {

    /** Rows that move together; bounds the memory of a move. */
    private static final int BATCH = 256;

    private static final String FIND =
            "select change_micros from overlay where path_hash = ? and store_id = ? and (removed_at is null or removed_at > ?)";

    private static final String ADVANCE =
            "update overlay set change_micros = ?, removed_at = ? where path_hash = ? and store_id = ?"
                    + " and (change_micros <= ? or removed_at <= ?)";

    private static final String INSERT =
            "insert into overlay (store_id, path_hash, path_head, path, change_micros, removed_at) values (?, ?, ?, ?, ?, ?)";

    private static final String LOCK =
            "select change_micros from overlay where path_hash = ? and store_id = ? for update";

    private static final String LIVE =
            "select path, change_micros from overlay where path_hash = ? and store_id = ? and removed_at is null for update";

    private static final String BELOW =
            "store_id = ? and path_head >= ? and path_head <= ? and path > ? and path < ? and removed_at is null";

    private static final String LIVE_BELOW =
            "select path, change_micros from overlay where " + BELOW + " limit " + BATCH + " for update";

    /** Where a batch ends. Without the lock, which would keep H2 from taking the order from the index. */
    private static final String BATCH_END =
            "select path_head from overlay where " + BELOW + " order by store_id, path_head limit 1 offset " + BATCH;

    private static final String BURY_SET =
            "update overlay set change_micros = greatest(change_micros, cast(? as bigint)), removed_at = ? where ";

    private static final String BURY = BURY_SET + "path_hash = ? and store_id = ? and removed_at is null";

    private static final String BURY_BELOW = BURY_SET + BELOW;

    private static final String RAISE =
            "update overlay set change_micros = case when removed_at <= ? then cast(? as bigint)"
                    + " else greatest(change_micros, cast(? as bigint)) end, removed_at = null"
                    + " where path_hash = ? and store_id = ?";

    private final Connection connection;
    private final int store;
    private final long now;
    private final long due;

    /**
     * Rows in view.
     *
     * @param store the number of the store
     * @param now milliseconds since the epoch, what new tombstones carry
     * @param due tombstones that carry this or less are due
     */
    TimestampRows(Connection connection, int store, long now, long due) {
        this.connection = connection;
        this.store = store;
        this.now = now;
        this.due = due;
    }

    private record Row(PathKey key, long micros) {}

    boolean isEmpty() throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select 1 from overlay where store_id = ? limit 1")) {
            statement.setInt(1, store);
            try (ResultSet rows = statement.executeQuery()) {
                return !rows.next();
            }
        }
    }

    /** The stored value; {@code null} for none. */
    @Nullable
    Long find(FsPath path) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setBytes(1, PathKey.of(path).hash());
            statement.setInt(2, store);
            statement.setLong(3, due);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? (Long) rows.getLong(1) : null;
            }
        }
    }

    /** The stored values of those paths that have one, in one query. */
    Map<FsPath, Long> findAll(List<FsPath> paths) throws SQLException {
        // Few distinct statements, so that the database's plan cache is of use: repeat a key until a power of two is
        // full.
        int places = Math.max(1, Integer.highestOneBit(paths.size() * 2 - 1));
        Map<ByteBuffer, FsPath> byHash = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "select path_hash, change_micros from overlay where store_id = ? and (removed_at is null or removed_at > ?)"
                        + " and path_hash in (" + String.join(",", Collections.nCopies(places, "?")) + ")")) {
            statement.setInt(1, store);
            statement.setLong(2, due);
            for (int i = 0; i < places; i++) {
                FsPath path = paths.get(Math.min(i, paths.size() - 1));
                byte[] hash = PathKey.of(path).hash();
                byHash.put(ByteBuffer.wrap(hash), path);
                statement.setBytes(3 + i, hash);
            }
            Map<FsPath, Long> found = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    FsPath path = byHash.get(ByteBuffer.wrap(rows.getBytes(1)));
                    if (path != null) {
                        found.put(path, rows.getLong(2));
                    }
                }
            }
            return found;
        }
    }

    /**
     * Compares and records in one step. On success the row is locked until the transaction ends.
     *
     * @param removed whether the path is about to be removed
     * @return {@code false} if the stored value is greater; nothing is changed then
     */
    boolean advance(FsPath path, long micros, boolean removed) throws SQLException {
        PathKey key = PathKey.of(path);
        while (true) {
            if (update(key, micros, removed)) {
                return true;
            }
            Long stored = find(path);
            if (stored != null && stored > micros) {
                return false;
            }
            if (stored == null && insert(List.of(new Row(key, micros)), removed)) {
                return true;
            }
        }
    }

    /** Locks the row of a path, if there is one. */
    void lock(FsPath path) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setBytes(1, PathKey.of(path).hash());
            statement.setInt(2, store);
            statement.executeQuery().close();
        }
    }

    /** Turns the row of a path, if there is one, into a tombstone that keeps its value. */
    void bury(FsPath path) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BURY)) {
            statement.setLong(1, Long.MIN_VALUE);
            statement.setLong(2, now);
            statement.setBytes(3, PathKey.of(path).hash());
            statement.setInt(4, store);
            statement.executeUpdate();
        }
    }

    /**
     * Turns the rows below a path into tombstones.
     *
     * @param micros what they carry at least
     * @return whether there were any
     */
    boolean buryBelow(FsPath path, long micros) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BURY_BELOW)) {
            statement.setLong(1, micros);
            statement.setLong(2, now);
            bindBelow(statement, 3, PathKey.of(path));
            return statement.executeUpdate() > 0;
        }
    }

    /**
     * Gives the rows of a path and of all below it to another path, and leaves tombstones. A value that the new path has
     * already is never lowered.
     *
     * @param target neither the source nor below it
     * @param micros what the tombstones carry at least
     * @return whether there were rows below the source
     */
    boolean move(FsPath source, FsPath target, long micros) throws SQLException {
        PathKey from = PathKey.of(source);
        PathKey to = PathKey.of(target);
        try (PreparedStatement statement = connection.prepareStatement(LIVE)) {
            statement.setBytes(1, from.hash());
            statement.setInt(2, store);
            move(fetch(statement), from, to, micros);
        }
        boolean any = false;
        try (PreparedStatement ends = connection.prepareStatement(BATCH_END);
                PreparedStatement statement = connection.prepareStatement(LIVE_BELOW)) {
            bindBelow(ends, 1, from);
            bindBelow(statement, 1, from);
            byte[] last = PathKey.head(from.upperBound());
            byte[] end;
            do {
                end = first(ends);
                statement.setBytes(3, end == null ? last : end);
                for (List<Row> rows = fetch(statement); !rows.isEmpty(); rows = fetch(statement)) {
                    any = true;
                    move(rows, from, to, micros);
                }
                // From the first again, each batch would go through the tombstones of all before it.
                ends.setBytes(2, end);
                statement.setBytes(2, end);
            } while (end != null);
        }
        return any;
    }

    private static byte @Nullable [] first(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            return row.next() ? row.getBytes(1) : null;
        }
    }

    private void move(List<Row> rows, PathKey from, PathKey to, long micros) throws SQLException {
        List<Row> moved = new ArrayList<>();
        for (Row row : rows) {
            moved.add(new Row(row.key().moved(from, to), row.micros()));
        }
        // Where most trees go there is nothing yet.
        while (!insert(moved, false)) {
            moved = raise(moved);
        }
        try (PreparedStatement statement = connection.prepareStatement(BURY)) {
            for (Row row : rows) {
                statement.setLong(1, micros);
                statement.setLong(2, now);
                statement.setBytes(3, row.key().hash());
                statement.setInt(4, store);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** Updates those rows that are there, and returns the others. */
    private List<Row> raise(List<Row> rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RAISE)) {
            for (Row row : rows) {
                statement.setLong(1, due);
                statement.setLong(2, row.micros());
                statement.setLong(3, row.micros());
                statement.setBytes(4, row.key().hash());
                statement.setInt(5, store);
                statement.addBatch();
            }
            int[] counts = statement.executeBatch();
            List<Row> absent = new ArrayList<>();
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] == 0) {
                    absent.add(rows.get(i));
                }
            }
            return absent;
        }
    }

    private boolean update(PathKey key, long micros, boolean removed) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
            statement.setLong(1, micros);
            bindRemoved(statement, 2, removed);
            statement.setBytes(3, key.hash());
            statement.setInt(4, store);
            statement.setLong(5, micros);
            statement.setLong(6, due);
            return statement.executeUpdate() == 1;
        }
    }

    /**
     * Inserts rows, all or none: a failed statement ends a transaction of PostgreSQL unless there is a savepoint.
     *
     * @return {@code false} if one of them is there already
     */
    private boolean insert(List<Row> rows, boolean removed) throws SQLException {
        if (rows.isEmpty()) {
            return true;
        }
        Savepoint before = connection.setSavepoint();
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            for (Row row : rows) {
                statement.setInt(1, store);
                statement.setBytes(2, row.key().hash());
                statement.setBytes(3, row.key().head());
                statement.setBytes(4, row.key().bytes());
                statement.setLong(5, row.micros());
                bindRemoved(statement, 6, removed);
                statement.addBatch();
            }
            statement.executeBatch();
            connection.releaseSavepoint(before);
            return true;
        } catch (SQLException e) {
            if (!OverlayErrors.isDuplicate(e)) {
                throw e;
            }
            connection.rollback(before);
            return false;
        }
    }

    private void bindRemoved(PreparedStatement statement, int index, boolean removed) throws SQLException {
        if (removed) {
            statement.setLong(index, now);
        } else {
            statement.setNull(index, Types.BIGINT);
        }
    }

    private void bindBelow(PreparedStatement statement, int first, PathKey key) throws SQLException {
        byte[] lower = key.lowerBound();
        byte[] upper = key.upperBound();
        statement.setInt(first, store);
        statement.setBytes(first + 1, PathKey.head(lower));
        statement.setBytes(first + 2, PathKey.head(upper));
        statement.setBytes(first + 3, lower);
        statement.setBytes(first + 4, upper);
    }

    private static List<Row> fetch(PreparedStatement statement) throws SQLException {
        List<Row> fetched = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                fetched.add(new Row(PathKey.ofBytes(rows.getBytes(1)), rows.getLong(2)));
            }
        }
        return fetched;
    }
}
