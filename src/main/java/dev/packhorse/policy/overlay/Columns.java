package dev.packhorse.policy.overlay;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How attributes and versions stand in the columns of a row. Texts are bytes: no collation, no character that is refused. */
final class Columns {

    /** The attributes, in the order of {@link #bind(PreparedStatement, int, AttributeChange)}. */
    static final String KEPT = "mode, uid, gid, modified, media_type";

    private Columns() {}

    /** Binds attributes, and returns the index behind them. */
    static int bind(PreparedStatement statement, int first, AttributeChange kept) throws SQLException {
        Mode mode = kept.mode();
        Owner owner = kept.owner();
        Instant modified = kept.modified();
        bind(statement, first, mode == null ? null : (Long) (long) mode.permissions(), Types.INTEGER);
        bind(statement, first + 1, owner == null ? null : (Long) owner.uid(), Types.BIGINT);
        bind(statement, first + 2, owner == null ? null : (Long) owner.gid(), Types.BIGINT);
        bind(statement, first + 3, modified == null ? null : (Long) Version.micros(modified), Types.BIGINT);
        statement.setBytes(first + 4, bytes(kept.mediaType()));
        return first + 5;
    }

    /** Binds a version, and returns the index behind it. */
    static int bind(PreparedStatement statement, int first, Version version) throws SQLException {
        bind(statement, first, version.size(), Types.BIGINT);
        bind(statement, first + 1, version.modified(), Types.BIGINT);
        statement.setBytes(first + 2, bytes(version.etag()));
        return first + 3;
    }

    static void bind(PreparedStatement statement, int index, @Nullable Long value, int type) throws SQLException {
        if (value == null) {
            statement.setNull(index, type);
        } else {
            statement.setLong(index, value);
        }
    }

    static AttributeChange kept(ResultSet row, int first) throws SQLException {
        Long mode = number(row, first);
        Long uid = number(row, first + 1);
        Long gid = number(row, first + 2);
        Long modified = number(row, first + 3);
        return new AttributeChange(
                mode == null ? null : new Mode(mode.intValue()),
                modified == null ? null : Version.instant(modified),
                uid == null || gid == null ? null : new Owner(uid, gid),
                text(row.getBytes(first + 4)));
    }

    static Version version(ResultSet row, int first) throws SQLException {
        return new Version(number(row, first), number(row, first + 1), text(row.getBytes(first + 2)));
    }

    static @Nullable NodeType type(ResultSet row, int index) throws SQLException {
        Long ordinal = number(row, index);
        return ordinal == null ? null : type(ordinal.intValue());
    }

    /** Numbers of their own, so that nobody renumbers rows by sorting an enum. */
    static int number(NodeType type) {
        return switch (type) {
            case FILE -> 0;
            case DIRECTORY -> 1;
            case SYMLINK -> 2;
        };
    }

    static NodeType type(int number) {
        return switch (number) {
            case 0 -> NodeType.FILE;
            case 1 -> NodeType.DIRECTORY;
            default -> NodeType.SYMLINK;
        };
    }

    static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static @Nullable Long number(ResultSet row, int index) throws SQLException {
        long value = row.getLong(index);
        return row.wasNull() ? null : (Long) value;
    }
}
