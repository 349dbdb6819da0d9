package dev.packhorse.store.httpfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.store.http.Answer;
import dev.packhorse.wire.httpfs.Wire;
import java.io.IOException;
import java.util.Map;

/** COPY and MOVE: one request. A {@link Dialect#PLAIN} server is not trusted with those that make no sense. */
final class Transferring {

    private final Server server;
    private final Lookup lookup;
    private final Lister lister;
    private final Writing writing;

    Transferring(Server server, Lookup lookup, Lister lister, Writing writing) {
        this.server = server;
        this.lookup = lookup;
        this.lister = lister;
        this.writing = writing;
    }

    Node copy(FsPath source, FsPath target, TransferOptions options) throws IOException {
        return transfer("copy", source, target, options);
    }

    Node move(FsPath source, FsPath target, TransferOptions options) throws IOException {
        return transfer("move", source, target, options);
    }

    private Node transfer(String operation, FsPath source, FsPath target, TransferOptions options) throws IOException {
        if (source.isRoot() || target.isRoot() || source.equals(target)) {
            throw new FsException(Kind.INVALID_NAME, operation, target);
        }
        boolean plain = server.dialect() == Dialect.PLAIN;
        Node old = plain ? refuse(operation, source, target, options) : null;
        Map<String, String> headers = new Sent(server.dialect(), operation, source)
                .with(options.preconditions())
                .with(Wire.DESTINATION, server.destination(target))
                .with(Wire.OVERWRITE, options.overwrite() ? "T" : "F")
                .headers();
        Answer answer = server.ask(operation.equals("move") ? "MOVE" : "COPY", source, headers);
        Node node = writing.changed(operation, target, answer);
        if (old != null && operation.equals("move")) {
            removeWhatIsLeft(old);
        }
        return node;
    }

    /** What servers answer with an endless copy, or with a mixture of two trees (INTEROP section 2). */
    private Node refuse(String operation, FsPath source, FsPath target, TransferOptions options) throws IOException {
        Node node = lookup.existing(source, operation);
        options.preconditions().check(node, operation, source);
        if (node.isDirectory() && target.isBelow(source)) {
            throw new FsException(Kind.BUSY, operation, target);
        }
        Node there = lookup.find(target, operation);
        if (there == null) {
            lookup.requireParent(target, operation);
            return node;
        }
        if (!options.overwrite()) {
            throw new FsException(Kind.ALREADY_EXISTS, operation, target);
        }
        if (node.isDirectory() && !there.isDirectory()) {
            throw new FsException(Kind.NOT_A_DIRECTORY, operation, target);
        }
        if (!node.isDirectory() && there.isDirectory()) {
            throw new FsException(Kind.IS_A_DIRECTORY, operation, target);
        }
        if (operation.equals("move") && there.isDirectory()) {
            try (Listing children = lister.list(target)) {
                if (children.next() != null) {
                    throw new FsException(Kind.NOT_EMPTY, operation, target);
                }
            }
        }
        return node;
    }

    /** "MOVE of a file leaves the source" (INTEROP section 2, apptron): it goes if it is still what has been moved. */
    private void removeWhatIsLeft(Node moved) throws IOException {
        Node left = moved.isDirectory() ? null : lookup.find(moved.path(), "move");
        if (moved.equals(left)) {
            writing.remove(moved.path(), Preconditions.NONE);
        }
    }
}
