package dev.packhorse.front.jsonfs;

import dev.packhorse.front.http.Conditions;
import dev.packhorse.front.http.FileResponse;
import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpDates;
import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.MediaTypes;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.http.SlashOrder;
import dev.packhorse.fs.Audited;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * GET and HEAD.
 *
 * <p>A strict export looks neither at ranges nor at conditions, as HTTP allows (RFC 9110, 14.2 and 13.1): their answers are 206, 304, 412
 * and 416, and only 200 and 404 may go out. The client of the protocol sends none.
 */
final class Reading {

    /** "For directories it is expected to be" this (PROTOCOL.md, Content-Type), and with a charset behind it no directory. */
    static final String DIRECTORY = "application/vnd.httpfs.v1+json";

    /** Never pulled: the server sends the head of an answer to HEAD only. */
    private static final HttpBody.Source UNSENT = () -> {
        throw new IOException("body of an answer to HEAD");
    };

    private final JsonfsOptions options;

    Reading(JsonfsOptions options) {
        this.options = options;
    }

    /** HEAD opens nothing. */
    HttpResponse head(HttpRequest request, RequestTarget target, Store store) throws FsException {
        Node node = new Links(store).stat(target.path());
        if (node.isDirectory()) {
            return directory(node).body(new HttpBody.Chunked(-1, UNSENT));
        }
        if (target.trailingSlash()) {
            return Statuses.notFound();
        }
        HttpResponse unchanged = unless(request, node);
        return unchanged != null ? unchanged : file(200, node).body(new HttpBody.Chunked(node.size(), UNSENT));
    }

    HttpResponse get(HttpRequest request, RequestTarget target, Store store) throws FsException {
        FsPath path = target.path();
        Content content;
        try {
            content = target.trailingSlash() ? null : open(path, store);
        } catch (FsException e) {
            if (e.kind() == Kind.PERMISSION_DENIED && options.strictStatus()) {
                // That it was denied is on record already.
                return unreadable(new Links(Audited.unaudited(store)).stat(path), e);
            }
            throw e;
        }
        if (content != null) {
            return opened(request, content);
        }
        Node node = new Links(store).stat(path);
        return node.isDirectory() ? listing(node, store) : Statuses.notFound();
    }

    /** The file at a path, or at the end of a symlink; {@code null} for a directory. */
    private static @Nullable Content open(FsPath path, Store store) throws FsException {
        try {
            Content content = store.read(path);
            if (!content.node().isSymlink()) {
                return content;
            }
            content.close();
            return store.read(new Links(store).follow(path).path());
        } catch (FsException e) {
            if (e.kind() == Kind.IS_A_DIRECTORY) {
                return null;
            }
            throw e;
        }
    }

    /** An answer that has no bytes of the file closes it at once. */
    private HttpResponse opened(HttpRequest request, Content content) throws FsException {
        Node node = content.node();
        boolean handedOn = false;
        try {
            HttpResponse response = node.isFile() ? unless(request, node) : Statuses.notFound();
            if (response == null) {
                response = options.strictStatus()
                        ? FileResponse.whole(request, content, file(200, node))
                        : FileResponse.of(request, content, mediaType(node), (status, type) -> file(status, node));
            }
            handedOn = response.holdsResource();
            return response;
        } finally {
            if (!handedOn) {
                content.close();
            }
        }
    }

    /** The answer that conditions ask for instead of a file; {@code null} if they ask for the file, or are not looked at. */
    private @Nullable HttpResponse unless(HttpRequest request, Node node) {
        if (options.strictStatus()) {
            return null;
        }
        return switch (Conditions.of(request).outcome(node)) {
            case PROCEED -> null;
            case NOT_MODIFIED -> Conditions.validate(new HttpResponse(304), node);
            case FAILED -> Statuses.failed(Kind.PRECONDITION_FAILED, false);
        };
    }

    private HttpResponse listing(Node directory, Store store) throws FsException {
        try {
            // Where links lead is looked at because of the protocol, not because the caller asked.
            Shown shown = new Shown(store.list(directory.path()), new Links(Audited.unaudited(store)));
            ListingBody body = ListingBody.open(new SlashOrder(shown), options.spoolFolder());
            return directory(directory).body(body.body()).closing(body);
        } catch (FsException e) {
            if (e.kind() == Kind.PERMISSION_DENIED && options.strictStatus()) {
                return unreadable(directory, e);
            }
            throw e;
        } catch (IOException e) {
            throw new FsException(Kind.IO, "list", directory.path(), e);
        }
    }

    /**
     * The head of what is there and may not be opened, and then the failure. The client does a GET to look at an entry, so a 404 would
     * take the entry's whole directory away.
     */
    private static HttpResponse unreadable(Node node, FsException failure) {
        HttpBody.Source source = new HttpBody.Source() {
            private boolean begun;

            @Override
            public ByteBuffer next() throws FsException {
                if (begun) {
                    throw failure;
                }
                begun = true;
                return ByteBuffer.allocate(0);
            }
        };
        return node.isDirectory()
                ? directory(node).body(new HttpBody.Chunked(-1, source))
                : file(200, node, false).body(new HttpBody.Chunked(node.size(), source));
    }

    private HttpResponse file(int status, Node node) {
        return file(status, node, !options.strictStatus());
    }

    private static HttpResponse file(int status, Node node, boolean ranges) {
        HttpResponse response = new HttpResponse(status)
                .header("Content-Type", mediaType(node))
                .header("Content-Permissions", permissions(node));
        Conditions.validate(response, node);
        return ranges ? response.header("Accept-Ranges", "bytes") : response;
    }

    private static HttpResponse directory(Node node) {
        return new HttpResponse(200)
                .header("Content-Type", DIRECTORY)
                .header("Content-Permissions", permissions(node))
                .header("Last-Modified", HttpDates.format(node.modified()));
    }

    /** "Octal format prefixed with a 0 (example: 0755)" (PROTOCOL.md, Content-Permissions). */
    private static String permissions(Node node) {
        int mode = node.mode().permissions();
        String octal = Integer.toOctalString(mode);
        return mode >= 01000 ? "0" + octal : "0000".substring(octal.length()) + octal;
    }

    /** A file never claims to be a directory, whatever a back end has stored for it. */
    private static String mediaType(Node node) {
        String kept = node.mediaType();
        if (kept == null || !MediaTypes.isMediaType(kept)) {
            return MediaTypes.ofName(node.path().toString());
        }
        return MediaTypes.essence(kept).equals(DIRECTORY) ? MediaTypes.UNKNOWN : kept;
    }
}
