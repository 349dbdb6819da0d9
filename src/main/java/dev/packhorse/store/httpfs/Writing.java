package dev.packhorse.store.httpfs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.ExactStream;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Mode;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.WholeBody;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.store.http.Answer;
import dev.packhorse.wire.httpfs.Between;
import dev.packhorse.wire.httpfs.Values;
import dev.packhorse.wire.httpfs.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * Creates, replaces and changes: one request, which a {@link Dialect#PACKHORSE} decides about and answers with the node. A
 * {@link Dialect#PLAIN} server is looked at before, since servers differ in what they refuse, and after, for the node; what must
 * hold is checked here then, and sent as well.
 */
final class Writing {

    /** The longest target of a symlink, {@code PATH_MAX} without its NUL. */
    private static final int MAX_TARGET = 4095;

    private final Server server;
    private final Lookup lookup;

    Writing(Server server, Lookup lookup) {
        this.server = server;
        this.lookup = lookup;
    }

    Node write(FsPath path, Body body, WriteOptions options) throws IOException {
        if (path.isRoot()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "write", path);
        }
        Sent sent = replacing("write", path, options, NodeType.FILE);
        try (InputStream in = new WholeBody(body, "write", path)) {
            long length = body.length();
            InputStream whole = length == Body.UNKNOWN ? in : checked(in, length);
            return changed("write", path, server.put(path, whole, length, sent.headers()));
        }
    }

    /** A body that goes on fails before the server has all that it waits for. */
    private static InputStream checked(InputStream in, long length) throws IOException {
        if (length == 0) {
            // Nothing is asked of an empty body, which may go on as well.
            in.read();
        }
        return new ExactStream(in, length) {
            @Override
            protected void passed(long count, long left) throws IOException {
                if (left == 0) {
                    in.read();
                }
            }
        };
    }

    Node link(FsPath path, String target, WriteOptions options) throws IOException {
        byte[] bytes = target.getBytes(UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_TARGET || target.indexOf('\0') >= 0) {
            throw new FsException(Kind.INVALID_NAME, "link", path);
        }
        if (path.isRoot()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "link", path);
        }
        Sent sent = replacing("link", path, options, NodeType.SYMLINK).with("Content-Type", Wire.SYMLINK);
        return changed("link", path, server.put(path, bytes, sent.headers()));
    }

    private Sent replacing(String operation, FsPath path, WriteOptions options, NodeType type) throws IOException {
        Dialect dialect = server.dialect();
        Sent sent = new Sent(dialect, operation, path).with(options.preconditions());
        if (dialect == Dialect.PACKHORSE) {
            return sent.with(options.attributes(), type);
        }
        Node old = lookup.find(path, operation);
        options.preconditions().check(old, operation, path);
        if (old == null) {
            lookup.requireParent(path, operation);
        } else if (old.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, operation, path);
        }
        Mode kept = old != null && old.isFile() && type == NodeType.FILE ? old.mode() : Nodes.usual(type);
        return sent.with(Wire.CONTENT_MODE, Integer.toString(kept.bits(type))).with(options.attributes(), type);
    }

    Node makeDirectory(FsPath path, WriteOptions options) throws IOException {
        Dialect dialect = server.dialect();
        Sent sent = new Sent(dialect, "makeDirectory", path).with(options.preconditions());
        if (dialect == Dialect.PLAIN) {
            Node old = lookup.find(path, "makeDirectory");
            if (old != null && !old.isDirectory()) {
                throw new FsException(Kind.NOT_A_DIRECTORY, "makeDirectory", path);
            }
            options.preconditions().check(old, "makeDirectory", path);
            if (old != null) {
                // What a PUT makes of the children is up to the server.
                return options.attributes().isEmpty() ? old : patched("makeDirectory", old, options.attributes(), sent);
            }
            lookup.requireParent(path, "makeDirectory");
            sent.with(Wire.CONTENT_MODE, Integer.toString(Mode.DIRECTORY_DEFAULT.bits(NodeType.DIRECTORY)));
        }
        sent.with(options.attributes(), NodeType.DIRECTORY).with("Content-Type", Wire.DIRECTORY);
        return changed("makeDirectory", path, server.put(path, new byte[0], sent.headers()));
    }

    Node change(FsPath path, AttributeChange attributes, Preconditions preconditions) throws IOException {
        Dialect dialect = server.dialect();
        Sent sent = new Sent(dialect, "change", path).with(preconditions);
        if (dialect == Dialect.PACKHORSE) {
            sent.with(attributes, null);
            return changed("change", path, server.ask("PATCH", path, sent.headers()));
        }
        Node old = lookup.existing(path, "change");
        preconditions.check(old, "change", path);
        return attributes.isEmpty() && preconditions.changeTimestamp() == null
                ? old
                : patched("change", old, attributes, sent);
    }

    private Node patched(String operation, Node old, AttributeChange attributes, Sent sent) throws IOException {
        sent.with(attributes, old.type());
        return changed(operation, old.path(), server.ask("PATCH", old.path(), sent.headers()));
    }

    /** The node behind a change that a server has answered. */
    Node changed(String operation, FsPath path, Answer answer) throws IOException {
        requireDone(operation, path, answer);
        String size = answer.header(Between.SIZE);
        answer.drain(Server.REST);
        return size == null
                ? lookup.existing(path, operation)
                : new Nodes(server.dialect())
                        .node(path, answer::header, Math.max(0, Values.number(size, Long.MAX_VALUE)));
    }

    /** "200 OK - Operation successful"; others of success are taken for the same. */
    static void requireDone(String operation, FsPath path, Answer answer) throws FsException {
        int status = answer.status();
        if (status != 200 && status != 201 && status != 202 && status != 204) {
            throw Failures.refused(answer, operation, path);
        }
    }

    void remove(FsPath path, Preconditions preconditions) throws IOException {
        if (path.isRoot()) {
            throw new FsException(Kind.PERMISSION_DENIED, "remove", path);
        }
        Map<String, String> headers =
                new Sent(server.dialect(), "remove", path).with(preconditions).headers();
        if (server.dialect() == Dialect.PLAIN) {
            preconditions.check(lookup.existing(path, "remove"), "remove", path);
        }
        try (Answer answer = server.ask("DELETE", path, headers)) {
            requireDone("remove", path, answer);
            answer.drain(Server.REST);
        }
    }
}
