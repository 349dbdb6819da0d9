package dev.packhorse.store.sftp;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/** Removes a tree from its leaves up, also names that no client can say, many requests at once. */
final class Removal {

    private static final int WINDOW = 64;

    /** How often a directory is emptied in which others make and remove entries meanwhile. */
    private static final int ATTEMPTS = 10;

    private final Connection connection;
    private final Deque<CompletableFuture<Reply>> unanswered = new ArrayDeque<>();

    Removal(Connection connection) {
        this.connection = connection;
    }

    void tree(String at) throws IOException {
        for (int attempt = 1; ; attempt++) {
            empty(at);
            await(0);
            try {
                connection.call(new Request(Request.RMDIR).raw(at)).done();
                return;
            } catch (StatusException e) {
                if (SftpErrors.isMissing(e)) {
                    return;
                }
                if (attempt == ATTEMPTS || e.code() == StatusException.PERMISSION_DENIED) {
                    throw e;
                }
            }
        }
    }

    private void empty(String at) throws IOException {
        byte[] handle;
        try {
            handle = connection.await(Directory.open(connection, at)).handle();
        } catch (StatusException e) {
            if (SftpErrors.isMissing(e)) {
                return;
            }
            throw e;
        }
        try (Directory entries = new Directory(connection, handle)) {
            for (Directory.Entry entry = entries.next(); entry != null; entry = entries.next()) {
                String child = Names.child(at, entry.name());
                if (entry.attributes().isDirectory()) {
                    tree(child);
                } else {
                    unanswered.add(connection.send(new Request(Request.REMOVE).raw(child)));
                    await(WINDOW);
                }
            }
        } catch (Directory.VanishedException e) {
            // Whether anything is left RMDIR tells.
            return;
        }
    }

    private void await(int most) throws IOException {
        while (unanswered.size() > most) {
            try {
                connection.await(unanswered.remove()).done();
            } catch (StatusException e) {
                if (!SftpErrors.isMissing(e)) {
                    throw e;
                }
            }
        }
    }
}
