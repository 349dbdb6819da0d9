package dev.packhorse.policy.overlay;

import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.NodeType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The journal of one store, over one connection. */
final class IntentRows {

    private static final String SELECT = "select id, instance, operation, path, other_path, " + Columns.KEPT
            + ", before_kind, before_size, before_modified, before_etag, size from overlay_intent"
            + " where store_id = ? order by id";

    private static final String INSERT = "insert into overlay_intent (store_id, instance, operation, path, other_path, "
            + Columns.KEPT + ", before_kind, before_size, before_modified, before_etag, size)"
            + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private final Connection connection;
    private final int store;

    IntentRows(Connection connection, int store) {
        this.connection = connection;
        this.store = store;
    }

    /**
     * Lets nobody else write an intent for this store until the transaction ends: without that, two gateways could each miss
     * the other's.
     */
    void lockStore() throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select id from overlay_store where id = ? for update")) {
            statement.setInt(1, store);
            statement.executeQuery().close();
        }
    }

    /** All intents of the store, oldest first; as many as there are changes under way. */
    List<Intent> all() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
            statement.setInt(1, store);
            List<Intent> found = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    byte[] second = row.getBytes(5);
                    found.add(new Intent(
                            row.getLong(1),
                            row.getString(2),
                            Intent.Operation.valueOf(row.getString(3)),
                            NodeKey.path(row.getBytes(4)),
                            second == null ? null : NodeKey.path(second),
                            Columns.kept(row, 6),
                            Columns.type(row, 11),
                            Columns.version(row, 12),
                            row.getLong(15)));
                }
            }
            return found;
        }
    }

    /** Writes an intent down, and returns its number. */
    long insert(Intent intent) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT, Statement.RETURN_GENERATED_KEYS)) {
            statement.setInt(1, store);
            statement.setString(2, intent.instance());
            statement.setString(3, intent.operation().name());
            statement.setBytes(4, NodeKey.of(store, intent.path()).bytes());
            FsPath second = intent.second();
            statement.setBytes(
                    5, second == null ? null : NodeKey.of(store, second).bytes());
            int next = Columns.bind(statement, 6, intent.kept());
            NodeType before = intent.before();
            Columns.bind(statement, next, before == null ? null : (Long) (long) Columns.number(before), Types.SMALLINT);
            next = Columns.bind(statement, next + 1, intent.seen());
            statement.setLong(next, intent.size());
            statement.executeUpdate();
            try (ResultSet keys = statement.getGeneratedKeys()) {
                if (!keys.next()) {
                    throw new SQLException("an intent without a number");
                }
                return keys.getLong(1);
            }
        }
    }

    /** Takes an intent back; tells whether it was there: nobody else has settled it. */
    boolean delete(long id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("delete from overlay_intent where id = ?")) {
            statement.setLong(1, id);
            return statement.executeUpdate() == 1;
        }
    }

    /** Takes an intent over; tells whether it was not yet another's again. */
    boolean claim(Intent intent, String instance) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("update overlay_intent set instance = ? where id = ? and instance = ?")) {
            statement.setString(1, instance);
            statement.setLong(2, intent.id());
            statement.setString(3, intent.instance());
            return statement.executeUpdate() == 1;
        }
    }

    /** Writes down for all gateways that the store has rows; tells whether it was not written down. */
    boolean appeared(boolean links) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "update overlay_store set has_nodes = true, has_links = (has_links or ?) where id = ?"
                        + " and (not has_nodes or (? and not has_links))")) {
            statement.setBoolean(1, links);
            statement.setInt(2, store);
            statement.setBoolean(3, links);
            return statement.executeUpdate() > 0;
        }
    }

    /** Whether the store has rows, and symlinks among them. */
    boolean @Nullable [] facts() throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select has_nodes, has_links from overlay_store where id = ?")) {
            statement.setInt(1, store);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new boolean[] {row.getBoolean(1), row.getBoolean(2)} : null;
            }
        }
    }
}
