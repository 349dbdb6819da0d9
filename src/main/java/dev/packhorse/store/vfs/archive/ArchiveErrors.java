package dev.packhorse.store.vfs.archive;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import java.io.IOException;

/** What goes wrong with an archive, as a kind. */
final class ArchiveErrors {

    private ArchiveErrors() {}

    /** A failure while an entry is read: what is broken in the archive is {@code IO}. */
    static FsException entry(Exception failure, String operation, FsPath path) {
        Kind kind = failure instanceof FsException known ? known.kind() : Kind.IO;
        return new FsException(kind, operation, path, failure);
    }

    /**
     * A failure while the source is looked at or indexed. That the archive itself is not there, or may not be read, is
     * nothing that a client could take for a missing entry.
     */
    static FsException source(IOException failure, String operation, FsPath path) {
        Kind kind = failure instanceof FsException known ? known.kind() : Kind.IO;
        Kind shown = switch (kind) {
            case NOT_FOUND, NOT_A_DIRECTORY, IS_A_DIRECTORY, PERMISSION_DENIED, INVALID_NAME -> Kind.UNAVAILABLE;
            case TIMEOUT, UNAVAILABLE, BUSY, NO_SPACE, TOO_LARGE, UNSUPPORTED -> kind;
            case ALREADY_EXISTS, NOT_EMPTY, PRECONDITION_FAILED, STALE, IO -> Kind.IO;
        };
        return new FsException(shown, operation, path, failure);
    }
}
