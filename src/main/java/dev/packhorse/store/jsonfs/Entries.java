package dev.packhorse.store.jsonfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Owner;
import dev.packhorse.fs.SortedNodes;
import dev.packhorse.store.http.Answer;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What the server says of single entries, and of all entries of a directory.
 *
 * <p>A listing has names only. It is read and sorted as a whole, so that none is cut and none comes twice, and then each name is asked
 * for, {@value #AHEAD} ahead. What is not there is left out. What the server refuses to tell of is a failure of the whole, as a lost
 * connection is: shown as an empty file or left out it would look right, and who mirrors the listing would empty or remove its copy.
 */
final class Entries {

    /** Enough to keep all connections busy. */
    private static final int AHEAD = 64;

    private final Server server;
    private final Known known;
    private final ExecutorService probes;

    Entries(Server server, Known known, ExecutorService probes) {
        this.server = server;
        this.known = known;
        this.probes = probes;
    }

    /** What the server says of a path, or has said a moment ago. */
    Head head(FsPath wire) throws IOException {
        Head head = known.head(wire);
        if (head == null) {
            head = server.head(wire);
            if (head.isUnderstood()) {
                known.head(wire, head);
            }
        }
        return head;
    }

    /** What is shown of an entry. */
    Node node(FsPath path, Head head) {
        Mode mode = head.mode();
        Instant modified = head.modified();
        return new Node(
                path,
                head.isDirectory() ? NodeType.DIRECTORY : NodeType.FILE,
                mode != null ? mode : head.isDirectory() ? Mode.DIRECTORY_DEFAULT : Mode.FILE_DEFAULT,
                head.isDirectory() ? 0 : head.size(),
                modified != null ? modified : known.sighting(path),
                Owner.ROOT,
                null,
                null,
                null);
    }

    /**
     * Gathers the children of a directory, and learns their names.
     *
     * @param directory as it is shown
     * @param wire as the server has it
     * @throws FsException also if the server refuses to tell of one of them
     */
    SortedNodes children(FsPath directory, FsPath wire, String operation) throws IOException {
        return children(directory, wire, Long.MAX_VALUE, /* all= */ true, operation);
    }

    /**
     * Learns the names of children of a directory. One that the server refuses to tell of says nothing of the others.
     *
     * @param most of how many there are at most is looked
     */
    void search(FsPath directory, FsPath wire, long most, String operation) throws IOException {
        children(directory, wire, most, /* all= */ false, operation).close();
    }

    private SortedNodes children(FsPath directory, FsPath wire, long most, boolean all, String operation)
            throws IOException {
        SortedNodes children = new SortedNodes(operation, directory);
        try (SortedNodes names = names(directory, wire, operation)) {
            long left = most;
            Deque<Probe> ahead = new ArrayDeque<>();
            try {
                Node next = names.next();
                while (next != null || !ahead.isEmpty()) {
                    while (next != null && ahead.size() < AHEAD) {
                        ahead.add(probe(next));
                        next = --left > 0 ? names.next() : null;
                    }
                    Node child = child(directory, ahead.remove(), all, operation);
                    if (child != null) {
                        children.add(child);
                    }
                }
            } finally {
                ahead.forEach(each -> each.head.cancel(false));
            }
            known.searched(directory);
            return children;
        } catch (IOException | RuntimeException e) {
            try (children) {
                throw e;
            }
        }
    }

    /** A name of a listing, and what the server will say of it. */
    private record Probe(Node name, Future<Head> head) {}

    private Probe probe(Node name) throws FsException {
        try {
            return new Probe(name, probes.submit(() -> head(name.path())));
        } catch (RejectedExecutionException e) {
            throw new FsException(Kind.UNAVAILABLE, "list", name.path(), e);
        }
    }

    private @Nullable Node child(FsPath directory, Probe probe, boolean all, String operation) throws IOException {
        FsPath wire = probe.name.path();
        Head head;
        try {
            head = probe.head.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(Kind.UNAVAILABLE, operation, directory, e);
        } catch (CancellationException e) {
            // The store was closed before anybody asked.
            throw new FsException(Kind.UNAVAILABLE, operation, directory, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
        if (!head.isUnderstood()) {
            if (all) {
                throw Server.refused(head.status(), operation, directory.child(wire.name()));
            }
            return null;
        }
        if (!head.isThere()) {
            return null;
        }
        FsPath path = directory.child(head.name());
        if (!head.name().equals(wire.name())) {
            Head own = head(sibling(wire, head.name()));
            if (own.isThere() && own.name().equals(head.name())) {
                return null;
            }
            known.renamed(path, wire);
        }
        return node(path, head);
    }

    private static FsPath sibling(FsPath wire, String name) throws FsException {
        FsPath parent = wire.parent();
        return parent == null ? wire : parent.child(name);
    }

    /** The names in a directory, as nodes of wire paths of which nothing counts but the path and the type. */
    private SortedNodes names(FsPath directory, FsPath wire, String operation) throws IOException {
        SortedNodes names = new SortedNodes(operation, directory);
        try (Answer answer = server.get(wire, Map.of())) {
            if (answer.status() == 404) {
                throw new FsException(Kind.NOT_FOUND, operation, directory);
            }
            if (answer.status() != 200) {
                throw Server.refused(answer.status(), operation, directory);
            }
            if (!Head.of(answer, wire).isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, operation, directory);
            }
            ListParser list = new ListParser(answer.stream(), wire);
            for (ListParser.Entry entry = list.next(); entry != null; entry = list.next()) {
                names.add(new Node(
                        entry.path(),
                        entry.isDirectory() ? NodeType.DIRECTORY : NodeType.FILE,
                        Mode.FILE_DEFAULT,
                        0,
                        Instant.EPOCH,
                        Owner.ROOT,
                        null,
                        null,
                        null));
            }
            answer.finish();
            return names.sort();
        } catch (IOException | RuntimeException e) {
            try (names) {
                throw e;
            }
        }
    }
}
