package dev.packhorse.policy.overlay;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one store's nodes, over one connection: all SQL that reads and changes them.
 *
 * <p>Who changes rows has the paths for itself (a turn of {@link PathLocks} and no intent of another gateway), so nothing here
 * minds anybody else.
 */
final class NodeRows {

    /** Rows that are fetched together; bounds the memory of a listing. */
    static final int BATCH = 512;

    private static final String COLUMNS =
            "node_key, kind, " + Columns.KEPT + ", link_target, seen_size, seen_modified, seen_etag";

    private static final String SELECT = "select " + COLUMNS + " from overlay_node where ";

    private static final String BELOW = "node_key > ? and node_key < ?";

    private static final String UPDATE = "update overlay_node set kind = ?, mode = ?, uid = ?, gid = ?, modified = ?,"
            + " media_type = ?, link_target = ?, seen_size = ?, seen_modified = ?, seen_etag = ? where node_key = ?";

    private static final String INSERT = "insert into overlay_node (kind, " + Columns.KEPT
            + ", link_target, seen_size, seen_modified, seen_etag, node_key, directory, name)"
            + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private static final String MOVE_BELOW =
            "update overlay_node set node_key = cast(? as bytea) || substring(node_key from cast(? as integer)),"
                    + " directory = cast(? as bytea) || substring(directory from cast(? as integer)) where " + BELOW;

    /**
     * The copy of a file is a new file: only its size is known. It is as old as the file; where the store keeps times by
     * itself, the column counts for nothing.
     */
    private static final String COPY_BELOW = "insert into overlay_node (" + COLUMNS + ", directory, name)"
            + " select cast(? as bytea) || substring(node_key from cast(? as integer)), kind, mode, uid, gid,"
            + " case when kind = 0 then coalesce(modified, seen_modified) else modified end, media_type,"
            + " link_target, seen_size, cast(null as bigint), cast(null as bytea),"
            + " cast(? as bytea) || substring(directory from cast(? as integer)), name from overlay_node where "
            + BELOW;

    private static final String COPY_MISSING = COPY_BELOW
            + " and not exists (select 1 from overlay_node t where t.node_key ="
            + " cast(? as bytea) || substring(overlay_node.node_key from cast(? as integer)))";

    private static final String DELETE_REPLACED = "delete from overlay_node where " + BELOW
            + " and exists (select 1 from overlay_node s where s.node_key ="
            + " cast(? as bytea) || substring(overlay_node.node_key from cast(? as integer)))";

    private final Connection connection;
    private final int store;

    NodeRows(Connection connection, int store) {
        this.connection = connection;
        this.store = store;
    }

    /** The rows of those paths that have one, in one query. */
    Map<FsPath, NodeRow> find(List<FsPath> paths) throws SQLException {
        // Few distinct statements, so that the database's plan cache is of use: a key is repeated until a power of two
        // is
        // full.
        int places = Math.max(1, Integer.highestOneBit(paths.size() * 2 - 1));
        try (PreparedStatement statement = connection.prepareStatement(
                SELECT + "node_key in (" + String.join(",", Collections.nCopies(places, "?")) + ")")) {
            for (int i = 0; i < places; i++) {
                statement.setBytes(1 + i, key(paths.get(Math.min(i, paths.size() - 1))));
            }
            Map<FsPath, NodeRow> found = new HashMap<>();
            for (NodeRow row : fetch(statement)) {
                found.put(row.path(), row);
            }
            return found;
        }
    }

    @Nullable
    NodeRow find(FsPath path) throws SQLException {
        return find(List.of(path)).get(path);
    }

    /** The next rows directly in a directory, in the order of their names. */
    List<NodeRow> children(FsPath directory, @Nullable FsPath after) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                SELECT + "directory = ? and name > ? order by directory, name limit " + BATCH)) {
            statement.setBytes(1, key(directory));
            statement.setBytes(
                    2, after == null ? new byte[0] : NodeKey.of(store, after).name());
            return fetch(statement);
        }
    }

    /** The next rows below a directory, in the order of their full paths. */
    List<NodeRow> descendants(FsPath directory, @Nullable FsPath after) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(SELECT + BELOW + " order by node_key limit " + BATCH)) {
            statement.setBytes(1, after == null ? NodeKey.of(store, directory).lowerBound() : key(after));
            statement.setBytes(2, NodeKey.of(store, directory).upperBound());
            return fetch(statement);
        }
    }

    /** The next rows of the store, in the order of their full paths. */
    List<NodeRow> next(@Nullable FsPath after, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SELECT + "node_key "
                + (after == null ? ">=" : ">") + " ? and node_key < ? order by node_key limit ?")) {
            statement.setBytes(1, key(after == null ? FsPath.ROOT : after));
            statement.setBytes(2, NodeKey.of(store, FsPath.ROOT).upperBound());
            statement.setInt(3, limit);
            return fetch(statement);
        }
    }

    /** Tells whether a path or anything below it has a row. */
    boolean any(FsPath path) throws SQLException {
        return find(path) != null || exists("select 1 from overlay_node where " + BELOW + " limit 1", path);
    }

    /** Tells whether a symlink that the store does not have is directly in a directory. */
    boolean linksIn(FsPath directory) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select 1 from overlay_node where directory = ? and link_target is not null limit 1")) {
            statement.setBytes(1, key(directory));
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** How long the longest path below a directory is, in bytes; 0 for none. */
    int longest(FsPath directory) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select max(octet_length(node_key)) from overlay_node where " + BELOW)) {
            bindBelow(statement, 1, directory);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Math.max(0, rows.getInt(1) - Integer.BYTES) : 0;
            }
        }
    }

    /** The first file with a row below a directory, if there is one. */
    List<NodeRow> anyFile(FsPath directory) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                SELECT + BELOW + " and kind = 0 and seen_modified is not null order by node_key limit 1")) {
            bindBelow(statement, 1, directory);
            return fetch(statement);
        }
    }

    void put(NodeRow row) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
            bind(update, row);
            update.setBytes(11, key(row.path()));
            if (update.executeUpdate() > 0) {
                return;
            }
        }
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            bindInsert(insert, row);
            insert.executeUpdate();
        }
    }

    private void bindInsert(PreparedStatement insert, NodeRow row) throws SQLException {
        NodeKey key = NodeKey.of(store, row.path());
        bind(insert, row);
        insert.setBytes(11, key.bytes());
        insert.setBytes(12, key.directory());
        insert.setBytes(13, key.name());
    }

    /** Gives paths rows that replace those they have. */
    void keepAll(List<NodeRow> rows) throws SQLException {
        List<NodeRow> fitting =
                rows.stream().filter(row -> NodeKey.fits(row.path())).toList();
        delete(fitting.stream().map(NodeRow::path).toList());
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (NodeRow row : fitting) {
                bindInsert(insert, row);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Keeps attributes of a node that is there, or nothing if nobody gave it any. */
    void keep(NodeRow row) throws SQLException {
        if (!NodeKey.fits(row.path())) {
            return;
        }
        if (row.kept().isEmpty() && !row.isLink()) {
            delete(List.of(row.path()));
        } else {
            put(row);
        }
    }

    void delete(List<FsPath> paths) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("delete from overlay_node where node_key = ?")) {
            for (FsPath path : paths) {
                statement.setBytes(1, key(path));
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** Deletes the rows of a path and of all below it. */
    void deleteTree(FsPath path) throws SQLException {
        delete(List.of(path));
        deleteBelow(path);
    }

    void deleteBelow(FsPath path) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("delete from overlay_node where " + BELOW)) {
            bindBelow(statement, 1, path);
            statement.executeUpdate();
        }
    }

    /**
     * Gives the rows of a path and of all below it to another path, which loses its own.
     *
     * @param moved the node at its new path
     */
    void move(FsPath source, FsPath target, @Nullable Node moved) throws SQLException {
        NodeRow row = find(source);
        deleteTree(target);
        delete(List.of(source));
        if (row != null && (row.isLink() || (moved != null && row.type() == moved.type()))) {
            put(new NodeRow(
                    target,
                    row.type(),
                    row.kept(),
                    row.target(),
                    moved == null || row.isLink() ? row.seen() : Version.of(moved)));
        }
        try (PreparedStatement statement = connection.prepareStatement(MOVE_BELOW)) {
            int next = bindPrefixes(statement, source, target);
            bindBelow(statement, next, source);
            statement.executeUpdate();
        }
    }

    /** Lets the rows of files below a directory fit any time: the store has given all of them new ones. */
    void forgetTimes(FsPath directory) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("update overlay_node set seen_modified = null where " + BELOW)) {
            bindBelow(statement, 1, directory);
            statement.executeUpdate();
        }
    }

    /** Gives a copy of the rows below a directory to another one, whose rows stay where the first has none. */
    void copyBelow(FsPath source, FsPath target) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DELETE_REPLACED)) {
            bindBelow(statement, 1, target);
            statement.setBytes(3, key(source));
            statement.setInt(4, key(target).length + 1);
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(COPY_BELOW)) {
            int next = bindPrefixes(statement, source, target);
            bindBelow(statement, next, source);
            statement.executeUpdate();
        }
    }

    /** The same where the other directory has no row yet. */
    void copyMissing(FsPath source, FsPath target) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COPY_MISSING)) {
            int next = bindPrefixes(statement, source, target);
            bindBelow(statement, next, source);
            statement.setBytes(next + 2, key(target));
            statement.setInt(next + 3, key(source).length + 1);
            statement.executeUpdate();
        }
    }

    private int bindPrefixes(PreparedStatement statement, FsPath source, FsPath target) throws SQLException {
        byte[] to = key(target);
        int rest = key(source).length + 1;
        statement.setBytes(1, to);
        statement.setInt(2, rest);
        statement.setBytes(3, to);
        statement.setInt(4, rest);
        return 5;
    }

    private void bindBelow(PreparedStatement statement, int first, FsPath path) throws SQLException {
        NodeKey key = NodeKey.of(store, path);
        statement.setBytes(first, key.lowerBound());
        statement.setBytes(first + 1, key.upperBound());
    }

    private static void bind(PreparedStatement statement, NodeRow row) throws SQLException {
        statement.setInt(1, Columns.number(row.type()));
        int next = Columns.bind(statement, 2, row.kept());
        statement.setBytes(next, Columns.bytes(row.target()));
        Columns.bind(statement, next + 1, row.seen());
    }

    private boolean exists(String select, FsPath path) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            bindBelow(statement, 1, path);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static List<NodeRow> fetch(PreparedStatement statement) throws SQLException {
        List<NodeRow> fetched = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                fetched.add(new NodeRow(
                        NodeKey.path(rows.getBytes(1)),
                        Objects.requireNonNull(Columns.type(rows, 2)),
                        Columns.kept(rows, 3),
                        Columns.text(rows.getBytes(8)),
                        Columns.version(rows, 9)));
            }
        }
        return fetched;
    }

    private byte[] key(FsPath path) {
        return NodeKey.of(store, path).bytes();
    }
}
