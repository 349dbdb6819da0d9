package dev.packhorse.store.sftp;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.SortedNodes;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

/**
 * Reads directories whole, before the first entry is given away: so a listing that is cut short is a failure, and one whose
 * connection is lost is read again.
 */
record Listings(Connections connections, Leftovers leftovers, LongAdder unlistable) {

    /** So often a directory is read until none of its entries vanishes while the server looks at it. */
    private static final int ATTEMPTS = 20;

    /**
     * Reads a directory.
     *
     * @param run how many nodes to keep in memory
     */
    SortedNodes read(FsPath directory, String operation, int run) throws FsException {
        return connections.run(operation, directory, lease -> {
            for (int attempt = 1; ; attempt++) {
                try {
                    return readOnce(lease.connection(), directory, operation, run);
                } catch (Directory.VanishedException e) {
                    if (attempt == ATTEMPTS) {
                        throw e;
                    }
                }
            }
        });
    }

    private SortedNodes readOnce(Connection connection, FsPath directory, String operation, int run)
            throws IOException {
        // Opened along with the check, which is the rule; if the way there leads over a symlink, opened again.
        String expected = expected(connection, directory);
        CompletableFuture<Reply> opening = Directory.open(connection, expected);
        boolean used = false;
        Place place;
        try {
            place = Place.find(connection, directory, operation);
            if (!place.existing(directory, operation).isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, operation, directory);
            }
            used = place.at().equals(expected);
        } finally {
            if (!used) {
                releaseLater(connection, opening);
            }
        }
        if (!used) {
            opening = Directory.open(connection, place.at());
        }
        SortedNodes nodes = new SortedNodes(operation, directory, run);
        try (Directory entries =
                new Directory(connection, connection.await(opening).handle())) {
            gather(entries, directory, place.at(), nodes);
            return nodes.sort();
        } catch (IOException | RuntimeException e) {
            nodes.close();
            throw e;
        }
    }

    private static String expected(Connection connection, FsPath directory) {
        String at = connection.root();
        for (String name : directory.segments()) {
            at = Names.child(at, Names.raw(name));
        }
        return at;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
    private void releaseLater(Connection connection, CompletableFuture<Reply> opening) {
        opening.thenAccept(reply -> release(connection, reply));
    }

    private void release(Connection connection, Reply reply) {
        try {
            byte[] handle = reply.handle();
            // Not on the thread that reads answers.
            leftovers.later(() -> connection.release(handle));
        } catch (IOException e) {
            return;
        }
    }

    private void gather(Directory entries, FsPath directory, String at, SortedNodes nodes) throws IOException {
        for (Directory.Entry entry = entries.next(); entry != null; entry = entries.next()) {
            String name = Names.text(entry.name());
            Attributes attributes = entry.attributes();
            if (name == null || !FsPath.isName(name)) {
                unlistable.increment();
            } else if (Names.isReserved(name)) {
                leftovers.met(at, name, attributes);
            } else if (attributes.type() != null) {
                add(directory, name, attributes, nodes);
            }
        }
    }

    private void add(FsPath directory, String name, Attributes attributes, SortedNodes nodes) throws FsException {
        FsPath path;
        try {
            path = directory.child(name);
        } catch (FsException e) {
            // A path that is too long.
            unlistable.increment();
            return;
        }
        nodes.add(attributes.node(path));
    }
}
