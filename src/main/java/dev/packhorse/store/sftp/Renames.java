package dev.packhorse.store.sftp;

import java.io.IOException;

/**
 * Renaming files and symlinks.
 *
 * <p>{@code SSH_FXP_RENAME} of version 3 fails where something is; {@code posix-rename@openssh.com} replaces it in one step.
 * A server without the extension gets three steps: the old file out of the way ({@code .packhorse-*.old}), the new one to its
 * name, the old one removed, which is tried again later. For a moment the name is missing there, and a connection lost
 * in that moment leaves it missing, with both contents beside it; no listing removes the old one.
 */
final class Renames {

    private Renames() {}

    /** Renames onto nothing; what came in between makes it fail. */
    static void onto(Connection connection, Leftovers leftovers, String from, String to, boolean replace)
            throws IOException {
        if (!replace) {
            connection.renameNew(from, to);
        } else if (connection.hasPosixRename()) {
            connection.renameOver(from, to);
        } else {
            over(connection, leftovers, from, to);
        }
    }

    private static void over(Connection connection, Leftovers leftovers, String from, String to) throws IOException {
        try {
            connection.renameNew(from, to);
            return;
        } catch (StatusException e) {
            if (connection.look(to) == null) {
                throw e;
            }
        }
        String old = to.substring(0, to.lastIndexOf('/') + 1) + Names.fresh(".old");
        connection.renameNew(to, old);
        try {
            connection.renameNew(from, to);
        } catch (StatusException e) {
            connection.renameNew(old, to);
            throw e;
        }
        // The new one is there: whatever comes of this, that is no failure any more.
        leftovers.discard(connection, old);
    }
}
