package dev.packhorse.store.httpfs;

import dev.packhorse.fs.Content;
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
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** COPY and MOVE: one request. A {@link Dialect#PLAIN} server is not trusted with those that make no sense. */
final class Transferring {

    /** Bytes of each of two files that are compared at a time. */
    private static final int PIECE = 64 * 1024;

    private final Server server;
    private final Lookup lookup;
    private final Lister lister;
    private final Reading reading;
    private final Writing writing;

    /** What is at both ends before a transfer. */
    private record Ends(Node source, @Nullable Node target) {}

    Transferring(Server server, Lookup lookup, Lister lister, Reading reading, Writing writing) {
        this.server = server;
        this.lookup = lookup;
        this.lister = lister;
        this.reading = reading;
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
        Ends before = plain ? refuse(operation, source, target, options) : null;
        Map<String, String> headers = new Sent(server.dialect(), operation, source)
                .with(options.preconditions())
                .with(Wire.DESTINATION, server.destination(target))
                .with(Wire.OVERWRITE, options.overwrite() ? "T" : "F")
                .headers();
        Answer answer = server.ask(operation.equals("move") ? "MOVE" : "COPY", source, headers);
        Node node = writing.changed(operation, target, answer);
        if (before != null && operation.equals("move")) {
            removeWhatIsLeft(before, node);
        }
        return node;
    }

    /** What servers answer with an endless copy, or with a mixture of two trees (INTEROP section 2). */
    private Ends refuse(String operation, FsPath source, FsPath target, TransferOptions options) throws IOException {
        Node node = lookup.existing(source, operation);
        options.preconditions().check(node, operation, source);
        if (node.isDirectory() && target.isBelow(source)) {
            throw new FsException(Kind.BUSY, operation, target);
        }
        Node there = lookup.find(target, operation);
        if (there == null) {
            lookup.requireParent(target, operation);
            return new Ends(node, null);
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
        return new Ends(node, there);
    }

    /**
     * "MOVE of a file leaves the source" (INTEROP section 2, apptron): it goes if it is still what was to be moved, and the target
     * holds it. A server that answers success may have done nothing as well, or half of it.
     *
     * @param moved what is at the target now
     * @throws FsException {@code IO} if the target does not hold it; the source is left
     */
    private void removeWhatIsLeft(Ends before, Node moved) throws IOException {
        Node source = before.source();
        if (!source.equals(lookup.find(source.path(), "move"))) {
            return;
        }
        boolean copied = !source.isDirectory()
                && moved.type() == source.type()
                && moved.size() == source.size()
                && (before.target() == null || isSame(source.path(), moved.path()));
        if (!copied) {
            throw new FsException(
                    Kind.IO,
                    "move",
                    source.path(),
                    new IOException("the server answers that it has moved what it has not"));
        }
        writing.remove(source.path(), Preconditions.NONE);
    }

    private boolean isSame(FsPath one, FsPath other) throws IOException {
        try (Content first = reading.open(one);
                Content second = reading.open(other);
                InputStream left = first.body().open();
                InputStream right = second.body().open()) {
            byte[] piece;
            do {
                piece = left.readNBytes(PIECE);
                if (!Arrays.equals(piece, right.readNBytes(PIECE))) {
                    return false;
                }
            } while (piece.length > 0);
            return true;
        }
    }
}
