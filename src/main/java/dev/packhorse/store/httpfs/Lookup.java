package dev.packhorse.store.httpfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.store.http.Answer;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is there, by HEAD. */
final class Lookup {

    private final Server server;

    Lookup(Server server) {
        this.server = server;
    }

    /**
     * The node at a path.
     *
     * @throws FsException {@code NOT_FOUND}, or {@code NOT_A_DIRECTORY} below a file
     */
    Node existing(FsPath path, String operation) throws IOException {
        Node node = find(path, operation);
        if (node == null) {
            throw missing(path, operation);
        }
        return node;
    }

    /** The node at a path, {@code null} if there is none. */
    @Nullable
    Node find(FsPath path, String operation) throws IOException {
        Answer answer = server.ask("HEAD", path, Map.of());
        if (answer.status() == 200) {
            answer.drain(Server.REST);
            return node(path, answer, operation);
        }
        FsException refused = Failures.refused(answer, operation, path);
        if (refused.kind() == Kind.NOT_FOUND) {
            return null;
        }
        throw refused;
    }

    /** The node that an answer to GET or HEAD is about. */
    Node node(FsPath path, Answer answer, String operation) throws IOException {
        long size = Nodes.size(answer::header);
        Node node = new Nodes(server.dialect()).node(path, answer::header, Math.max(0, size));
        if (size < 0 && !node.isDirectory()) {
            throw new FsException(
                    Kind.IO, operation, path, new IOException("the server does not say how long the file is"));
        }
        return path.isRoot() && !node.isDirectory() ? root(node) : node;
    }

    /** The base is a directory, whatever a server says of it. */
    private static Node root(Node node) {
        return new Node(
                node.path(),
                NodeType.DIRECTORY,
                Mode.DIRECTORY_DEFAULT,
                0,
                node.modified(),
                node.owner(),
                null,
                null,
                node.changeTimestamp());
    }

    /** Why there is nothing at a path. A Packhorse has told; the others say 404 below a file as well. */
    FsException missing(FsPath path, String operation) throws IOException {
        if (server.dialect() == Dialect.PLAIN) {
            for (FsPath up = path.parent(); up != null && !up.isRoot(); up = up.parent()) {
                Node above = find(up, operation);
                if (above != null) {
                    return new FsException(above.isFile() ? Kind.NOT_A_DIRECTORY : Kind.NOT_FOUND, operation, path);
                }
            }
        }
        return new FsException(Kind.NOT_FOUND, operation, path);
    }

    /**
     * Sees to it that something can be made at a path: servers differ in what they make of a missing parent.
     *
     * @throws FsException {@code NOT_FOUND} or {@code NOT_A_DIRECTORY}
     */
    void requireParent(FsPath path, String operation) throws IOException {
        FsPath parent = path.parent();
        if (parent == null || parent.isRoot()) {
            return;
        }
        Node above = find(parent, operation);
        if (above == null) {
            throw missing(path, operation);
        }
        if (above.isFile()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, operation, path);
        }
    }
}
