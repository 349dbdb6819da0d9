package dev.packhorse.store.jsonfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.store.http.WebErrors;

/** What libraries throw, as a kind. Nothing that they print holds a credential: that is in a header field only. */
final class Failures {

    private Failures() {}

    /** The failure as the caller sees it. */
    static FsException of(Exception failure, String operation, FsPath path) {
        return failure instanceof FsException known
                        && known.operation().equals(operation)
                        && known.path().equals(path)
                ? known
                : new FsException(kind(failure), operation, path, failure);
    }

    private static Kind kind(Throwable failure) {
        Kind found = null;
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < 20; cause = cause.getCause(), depth++) {
            // What was decided before stands.
            if (cause instanceof FsException known) {
                return known.kind();
            }
            Kind lost = WebErrors.lost(cause);
            found = lost == null ? found : lost;
        }
        return found == null ? Kind.IO : found;
    }
}
