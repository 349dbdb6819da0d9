package dev.packhorse.store.jsonfs;

import dev.packhorse.fs.BytesContent;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.store.http.Answer;
import dev.packhorse.store.http.Spool;
import dev.packhorse.store.http.WebContent;
import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Opens files so that node and bytes belong together.
 *
 * <p>Up to {@value #SMALL} bytes are taken into memory at once, which gives the connection back. A larger file streams if its ETag or its
 * time tells whether another range is of the same state; any other, and one whose length nobody tells, is taken down to the local disk
 * first.
 */
final class Reading {

    private static final int SMALL = 64 * 1024;

    private final Server server;
    private final Lookup lookup;
    private final Entries entries;
    private final Known known;
    private final JsonfsOptions options;

    Reading(Server server, Lookup lookup, Entries entries, Known known, JsonfsOptions options) {
        this.server = server;
        this.lookup = lookup;
        this.entries = entries;
        this.known = known;
        this.options = options;
    }

    Content open(FsPath path) throws IOException {
        if (path.isRoot()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
        }
        Content content = open(path, known.wire(path));
        if (content == null) {
            content = open(path, lookup.existing(path, "read").wire());
        }
        if (content == null) {
            throw new FsException(Kind.NOT_FOUND, "read", path);
        }
        return content;
    }

    /** {@code null} if the file is not there, or something else is. */
    private @Nullable Content open(FsPath path, FsPath wire) throws IOException {
        Answer answer = server.get(wire, Map.of());
        try {
            if (answer.status() == 404) {
                answer.drain(Server.REST);
                return null;
            }
            if (answer.status() != 200) {
                throw Server.refused(answer.status(), "read", path);
            }
            Head head = Head.of(answer, wire);
            if (!head.name().equals(path.name())) {
                answer.close();
                return null;
            }
            if (head.isDirectory()) {
                throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
            }
            return content(wire, answer, entries.node(path, head));
        } catch (IOException | RuntimeException e) {
            try (answer) {
                throw e;
            }
        }
    }

    private Content content(FsPath wire, Answer answer, Node node) throws IOException {
        long length = answer.length();
        if (length >= 0 && length <= SMALL) {
            byte[] bytes = answer.stream().readNBytes((int) length);
            if (bytes.length < length) {
                throw new EOFException("the answer is shorter than it says");
            }
            answer.finish();
            return new BytesContent(node, bytes);
        }
        String tag = answer.header("ETag");
        if (length >= 0 && ((tag != null && tag.startsWith("\"")) || answer.header("Last-Modified") != null)) {
            return new WebContent(new Same(server, wire), node, answer);
        }
        Spool spool = Spool.of(answer.stream(), options.temp(), options.spoolLimit(), "read", node.path());
        answer.close();
        return spool.content(new Node(
                node.path(),
                node.type(),
                node.mode(),
                spool.length(),
                node.modified(),
                node.owner(),
                null,
                null,
                null));
    }

    /** The same file again. */
    private record Same(Server server, FsPath wire) implements WebContent.Source {
        @Override
        public Answer get(FsPath path, Map<String, String> headers) throws IOException {
            return server.get(wire, headers);
        }

        @Override
        public FsException failure(IOException e, FsPath path) {
            return Failures.of(e, "read", path);
        }
    }
}
