package dev.packhorse.change;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Who waits for changes: all SQL on {@code change_subscriber}, over one connection. */
final class SubscriberRows {

    private static final String UNIQUE_VIOLATION = "23505";

    private final Connection connection;

    SubscriberRows(Connection connection) {
        this.connection = connection;
    }

    List<Subscriber> all() throws SQLException {
        try (PreparedStatement statement =
                        connection.prepareStatement("select id, export, name from change_subscriber order by id");
                ResultSet row = statement.executeQuery()) {
            List<Subscriber> all = new ArrayList<>();
            while (row.next()) {
                all.add(new Subscriber(row.getInt(1), export(row.getString(2)), row.getString(3)));
            }
            return all;
        }
    }

    private static FsPath export(String text) {
        try {
            return FsPath.parse(text);
        } catch (FsException e) {
            throw new IllegalStateException("the outbox holds an export that is none", e);
        }
    }

    /** Lets one be there, and known to live. */
    void add(FsPath export, String name, long now) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("update change_subscriber set seen_at = ? where export = ? and name = ?")) {
            bind(statement, export, name, now);
            if (statement.executeUpdate() > 0) {
                return;
            }
        }
        try (PreparedStatement statement =
                connection.prepareStatement("insert into change_subscriber (seen_at, export, name) values (?, ?, ?)")) {
            bind(statement, export, name, now);
            statement.executeUpdate();
        } catch (SQLException e) {
            if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
        }
    }

    private static void bind(PreparedStatement statement, FsPath export, String name, long now) throws SQLException {
        statement.setLong(1, now);
        statement.setString(2, export.toString());
        statement.setString(3, name);
    }

    /** Forgets those whom nobody has seen since a moment, with all that waits for them; how many. */
    int forget(long seenBefore) throws SQLException {
        String gone = "select id from change_subscriber where seen_at < ?";
        try (PreparedStatement events =
                        connection.prepareStatement("delete from change_event where subscriber_id in (" + gone + ")");
                PreparedStatement subscribers =
                        connection.prepareStatement("delete from change_subscriber where seen_at < ?")) {
            events.setLong(1, seenBefore);
            events.executeUpdate();
            subscribers.setLong(1, seenBefore);
            return subscribers.executeUpdate();
        }
    }
}
