package dev.packhorse.store.sftp;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Temporary files that nobody needs any more: those whose connection was lost before they could be removed, and those older
 * than a day that a listing has met (a crash left them; nobody writes for so long without a change of the file).
 */
final class Leftovers {

    /** More than that are left for the listings to come. */
    private static final int MOST = 1000;

    private static final int PAUSE = 5;

    private final Connections connections;
    private final Set<String> raw = ConcurrentHashMap.newKeySet();

    Leftovers(Connections connections) {
        this.connections = connections;
    }

    /** Removes a raw path some time. */
    void remove(String at) {
        if (raw.size() < MOST && raw.add(at)) {
            later(this::removeAll);
        }
    }

    /** Removes a raw path at once, or some time if its connection is lost. */
    void discard(Connection connection, String at) {
        try {
            connection.remove(at);
        } catch (IOException e) {
            if (!SftpErrors.isMissing(e)) {
                remove(at);
            }
        }
    }

    void later(Runnable task) {
        try {
            connections.background().execute(task);
        } catch (RejectedExecutionException e) {
            // The store is closed.
            return;
        }
    }

    private void removeAll() {
        for (String at : List.copyOf(raw)) {
            try {
                connections.run("sweep", FsPath.ROOT, lease -> {
                    lease.connection().remove(at);
                    return at;
                });
            } catch (FsException e) {
                if (e.kind() == FsException.Kind.UNAVAILABLE || e.kind() == FsException.Kind.TIMEOUT) {
                    again();
                    return;
                }
                // Gone, or held fast: a listing will meet it again.
                raw.remove(at);
                continue;
            }
            raw.remove(at);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it looks after itself
    private void again() {
        try {
            connections.background().schedule(this::removeAll, PAUSE, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            // The store is closed.
            return;
        }
    }
}
