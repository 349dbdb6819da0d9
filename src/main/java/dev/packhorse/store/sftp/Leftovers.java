package dev.packhorse.store.sftp;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Temporary files: names them, and removes those that nobody needs any more. These are those whose connection was lost
 * before they could be removed, and those older than a day that a listing has met and this process does not use: a
 * crash left them, as nobody writes for so long without a change of the file.
 *
 * <p>A file gets the time that its client gives before it gets its name, since both are to come in one step, and so may
 * look old for a moment. Should another process list the directory then, it removes the file, and the upload fails.
 */
final class Leftovers {

    /** More than that are left for the listings to come. */
    private static final int MOST = 1000;

    private static final int PAUSE = 5;

    /** The temporary names that this process uses, on whatever server. */
    private static final Set<String> IN_USE = ConcurrentHashMap.newKeySet();

    private final Connections connections;
    private final Set<String> raw = ConcurrentHashMap.newKeySet();

    Leftovers(Connections connections) {
        this.connections = connections;
    }

    /** A temporary raw path beside a place; until {@link #release} it is in use. */
    static String fresh(Place target) {
        String name = Names.fresh(".tmp");
        IN_USE.add(name);
        return target.beside(name);
    }

    /** A temporary file has got its name, was given up, or never was there. */
    static void release(String at) {
        IN_USE.remove(at.substring(at.lastIndexOf('/') + 1));
    }

    /** Removes what a listing has met, some time, if it is a leftover. */
    void met(String directory, String name, Attributes attributes) {
        long yesterday = Instant.now().minus(1, ChronoUnit.DAYS).getEpochSecond();
        if (Names.isTemporary(name)
                && !IN_USE.contains(name)
                && attributes.modified() < yesterday
                && !attributes.isDirectory()) {
            remove(Names.child(directory, name));
        }
    }

    /** Removes a raw path some time. */
    private void remove(String at) {
        if (raw.size() < MOST && raw.add(at)) {
            later(this::removeAll);
        }
    }

    /** Removes a file of ours that nobody needs any more: at once, or some time if that fails. */
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
