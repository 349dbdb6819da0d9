package dev.packhorse.policy.overlay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What failures of the state database mean. */
final class OverlayErrors {

    /** Serialisation failure, deadlock (PostgreSQL), lock not available; H2's lock timeout and concurrent update. */
    private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "55P03", "HYT00", "90131");

    /** H2 says that the database is closed. */
    private static final Set<String> CLOSED = Set.of("90098", "90121");

    private static final String UNIQUE_VIOLATION = "23505";

    private OverlayErrors() {}

    static FsException map(SQLException e, String operation, FsPath path) {
        return new FsException(kind(e), operation, path, e);
    }

    /** Tells whether the same transaction may succeed when tried again. */
    static boolean isConflict(SQLException e) {
        return e.getSQLState() != null && CONFLICTS.contains(e.getSQLState());
    }

    static boolean isDuplicate(SQLException e) {
        for (SQLException each = e; each != null; each = each.getNextException()) {
            if (UNIQUE_VIOLATION.equals(each.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    private static Kind kind(SQLException e) {
        if (isConflict(e)) {
            return Kind.BUSY;
        }
        return isUnreachable(e.getSQLState()) ? Kind.UNAVAILABLE : Kind.IO;
    }

    /** No state at all is what connection pools throw; then connection, resources, operator intervention (SQL classes). */
    private static boolean isUnreachable(@Nullable String state) {
        return state == null
                || state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57")
                || CLOSED.contains(state);
    }
}
