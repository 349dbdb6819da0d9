package dev.packhorse.store.openhands;

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
 * <p>Up to {@value #SMALL} bytes are taken into memory at once, which gives the connection back. A larger file streams if the
 * server gives it a strong ETag, by which other ranges of the same state can be asked for. The protocol has neither ETags nor
 * ranges: any other file is taken down to the local disk first.
 */
final class Reading {

    private static final int SMALL = 64 * 1024;

    private final Server server;
    private final Lookup lookup;
    private final Known known;
    private final OpenHandsOptions options;

    Reading(Server server, Lookup lookup, Known known, OpenHandsOptions options) {
        this.server = server;
        this.lookup = lookup;
        this.known = known;
        this.options = options;
    }

    Content open(FsPath path) throws IOException {
        if (path.isRoot()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "read", path);
        }
        if (!server.dialect().reaches(path) || !server.dialect().reads(path)) {
            throw unreadable(path, null);
        }
        Answer answer = server.get(path, Map.of());
        try {
            if (answer.status() == 200) {
                Content content = content(path, answer);
                known.file(path, content.node().size());
                return content;
            }
            FsException refused = Server.refused(answer, "read", path);
            answer.drain(Server.REST);
            throw switch (answer.status()) {
                case 404, 410 -> unreadable(path, null);
                case 400, 409, 500 -> unreadable(path, refused);
                default -> refused;
            };
        } catch (IOException | RuntimeException e) {
            try (answer) {
                throw e;
            }
        }
    }

    /** Why a path cannot be read: it is a directory, or what the server said, or nothing is there. */
    private FsException unreadable(FsPath path, @Nullable FsException refused) throws IOException {
        if (server.dialect().reaches(path) && lookup.isDirectory(path, "read")) {
            return new FsException(Kind.IS_A_DIRECTORY, "read", path);
        }
        return refused == null ? lookup.missing(path, "read") : refused;
    }

    private Content content(FsPath path, Answer answer) throws IOException {
        long length = answer.length();
        if (length >= 0 && length <= SMALL) {
            byte[] bytes = answer.stream().readNBytes((int) length);
            if (bytes.length < length) {
                throw new EOFException("the answer is shorter than it says");
            }
            answer.finish();
            return new BytesContent(lookup.file(path, length), bytes);
        }
        String tag = answer.header("ETag");
        if (length >= 0 && tag != null && tag.startsWith("\"")) {
            return new WebContent(new Same(server), lookup.file(path, length), answer);
        }
        Spool spool = Spool.of(answer.stream(), options.temp(), options.spoolLimit(), "read", path);
        answer.close();
        Node node = lookup.file(path, spool.length());
        return spool.content(node);
    }

    /** The same file again. */
    private record Same(Server server) implements WebContent.Source {
        @Override
        public Answer get(FsPath path, Map<String, String> headers) throws IOException {
            return server.get(path, headers);
        }

        @Override
        public FsException failure(IOException e, FsPath path) {
            return Failures.of(e, "read", path);
        }
    }
}
