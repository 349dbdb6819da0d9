package dev.packhorse.store.httpfs;

import dev.packhorse.fs.ByteRange;
import dev.packhorse.fs.BytesContent;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.store.http.Answer;
import dev.packhorse.store.http.WebContent;
import dev.packhorse.wire.httpfs.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Opens files so that node and bytes belong together: both are of one answer. Other ranges are asked for with the ETag of that
 * answer; what a server sends beyond a range is cut off.
 */
final class Reading {

    /** The longest target of a symlink, {@code PATH_MAX} without its NUL. */
    private static final int MAX_TARGET = 4095;

    private final Server server;
    private final Lookup lookup;

    Reading(Server server, Lookup lookup) {
        this.server = server;
        this.lookup = lookup;
    }

    Content open(FsPath path) throws IOException {
        if (path.isRoot()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
        }
        Answer answer = server.ask("GET", path, Map.of());
        if (answer.status() != 200) {
            FsException refused = Failures.refused(answer, "read", path);
            throw refused.kind() == Kind.NOT_FOUND ? lookup.missing(path, "read") : refused;
        }
        try {
            return content(path, answer);
        } catch (IOException | RuntimeException e) {
            try (answer) {
                throw e;
            }
        }
    }

    private Content content(FsPath path, Answer answer) throws IOException {
        if (Nodes.type(answer::header) == NodeType.DIRECTORY) {
            throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
        }
        if (answer.header("Content-Encoding") != null) {
            throw new IOException("the server sends an encoding that nobody asked for");
        }
        Node node = lookup.node(path, answer, "read");
        if (!node.isSymlink()) {
            return new WebContent(new Same(server), node, answer);
        }
        if (node.size() > MAX_TARGET) {
            throw new IOException("the target of a symlink is too long");
        }
        byte[] target = answer.stream().readNBytes((int) node.size());
        if (target.length < node.size()) {
            throw new EOFException("the answer is shorter than it says");
        }
        answer.finish();
        return new BytesContent(node, target);
    }

    /** The same file again. */
    private record Same(Server server) implements WebContent.Source {
        @Override
        public Answer get(FsPath path, Map<String, String> headers) throws IOException {
            return server.ask("GET", path, headers);
        }

        /** With the time of the protocol, for servers that have neither of the usual ones. */
        @Override
        public List<String> validators() {
            return List.of("ETag", "Last-Modified", Wire.CONTENT_MODIFIED);
        }

        /** INTEROP section 2, apptron: "Range gives 200 with the partial bytes and no Content-Range". */
        @Override
        public boolean isUnmarkedRange(Answer answer, ByteRange range, long size) {
            return answer.length() == range.length() && range.length() != size;
        }

        @Override
        public FsException failure(IOException e, FsPath path) {
            return Failures.of(e, "read", path);
        }
    }
}
