package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.Conditions;
import dev.packhorse.front.http.FileResponse;
import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.ListingSource;
import dev.packhorse.front.http.RefusedException;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import dev.packhorse.wire.httpfs.Wire;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** GET and HEAD. */
final class Reading {

    /** Never pulled: the server sends the head of an answer to HEAD only. */
    private static final HttpBody.Source UNSENT = () -> {
        throw new IOException("body of an answer to HEAD");
    };

    private static final HttpBody EMPTY = HttpBody.of(new byte[0]);

    private final NodeHeaders headers;
    private final HttpfsOptions options;

    Reading(NodeHeaders headers, HttpfsOptions options) {
        this.headers = headers;
        this.options = options;
    }

    HttpResponse get(HttpRequest request, RequestTarget target, Store store) throws RefusedException, FsException {
        String name = target.path().name();
        if (Wire.isSuffix(name)) {
            return suffixed(request, target.path(), name, store);
        }
        if (target.trailingSlash()) {
            // A file is not there under the name of a directory, as with POSIX (ENOTDIR) and nginx.
            Node node = store.stat(target.path());
            return node.isDirectory() ? directory(request, target, store, node) : Answers.notFound();
        }
        Content content;
        try {
            content = store.read(target.path());
        } catch (FsException e) {
            if (e.kind() != FsException.Kind.IS_A_DIRECTORY) {
                throw e;
            }
            return directory(request, target, store, store.stat(target.path()));
        }
        return opened(request, content);
    }

    /** HEAD opens no file. */
    HttpResponse head(HttpRequest request, RequestTarget target, Store store) throws RefusedException, FsException {
        String name = target.path().name();
        if (Wire.isSuffix(name)) {
            return suffixed(request, target.path(), name, store);
        }
        Node node = store.stat(target.path());
        if (node.isDirectory()) {
            return directory(request, target, store, node);
        }
        if (target.trailingSlash()) {
            return Answers.notFound();
        }
        HttpResponse unchanged = unless(request, node);
        return unchanged != null ? unchanged : whole(request, node).body(new HttpBody.Chunked(node.size(), UNSENT));
    }

    /** An answer that has no bytes of the file closes it at once. */
    private HttpResponse opened(HttpRequest request, Content content) throws FsException {
        Node node = content.node();
        boolean handedOn = false;
        try {
            HttpResponse unchanged = unless(request, node);
            HttpResponse response = unchanged != null
                    ? unchanged
                    : FileResponse.of(
                            request,
                            content,
                            NodeHeaders.mediaType(node),
                            (status, type) -> described(request, status, type, node));
            handedOn = response.holdsResource();
            return response;
        } finally {
            if (!handedOn) {
                content.close();
            }
        }
    }

    private HttpResponse whole(HttpRequest request, Node node) {
        return described(request, 200, NodeHeaders.mediaType(node), node);
    }

    private HttpResponse described(HttpRequest request, int status, String mediaType, Node node) {
        HttpResponse response = new HttpResponse(status).header("Content-Type", mediaType);
        return Conditions.validate(headers.describe(request, response, node), node)
                .header("Accept-Ranges", "bytes");
    }

    /** The answer that conditions ask for instead of the node; {@code null} if they ask for the node. */
    private @Nullable HttpResponse unless(HttpRequest request, Node node) {
        return switch (Conditions.of(request).outcome(node)) {
            case PROCEED -> null;
            case NOT_MODIFIED ->
                Conditions.validate(headers.describe(request, new HttpResponse(304), node), node)
                        .body(EMPTY);
            case FAILED -> Answers.failed(FsException.Kind.PRECONDITION_FAILED);
        };
    }

    private HttpResponse directory(HttpRequest request, RequestTarget target, Store store, Node node)
            throws FsException {
        HttpResponse unchanged = unless(request, node);
        if (unchanged != null) {
            return unchanged;
        }
        if (acceptsMultipart(request)) {
            return parts(request, store, node, target.trailingSlash(), PartsSource.Depth.CHILDREN);
        }
        HttpResponse response = new HttpResponse(200).header("Content-Type", Wire.DIRECTORY);
        headers.describe(request, response, node).header("Vary", "Accept");
        if (request.method().equals("HEAD") && NodeHeaders.isFromPackhorse(request)) {
            // Who asks for the node only does not wait for the length of the listing.
            return response;
        }
        ListingSource listing = ListingSource.open(store.list(node.path()), headers::line);
        return response.body(listing.body()).closing(listing);
    }

    private HttpResponse suffixed(HttpRequest request, FsPath path, String suffix, Store store)
            throws RefusedException, FsException {
        FsPath directory = path.parent();
        if (directory == null || Wire.isSuffix(directory.name())) {
            throw new RefusedException(400, "Invalid Name");
        }
        Node node = store.stat(directory);
        if (!node.isDirectory()) {
            throw new RefusedException(400, "Not a directory");
        }
        HttpResponse unchanged = unless(request, node);
        if (unchanged != null) {
            return unchanged;
        }
        PartsSource.Depth depth = suffix.equals(Wire.CHILDREN)
                ? PartsSource.Depth.CHILDREN
                : acceptsMultipart(request) ? PartsSource.Depth.DESCENDANTS : PartsSource.Depth.DIRECTORIES;
        return parts(request, store, node, false, depth);
    }

    private HttpResponse parts(HttpRequest request, Store store, Node node, boolean slash, PartsSource.Depth depth)
            throws FsException {
        PartsSource parts =
                new PartsSource(store, node, slash, depth, headers, NodeHeaders.isFromPackhorse(request), options);
        return headers.describe(request, new HttpResponse(200).header("Content-Type", parts.contentType()), node)
                .header("Vary", "Accept")
                .body(new HttpBody.Chunked(-1, parts))
                .closing(parts);
    }

    private static boolean acceptsMultipart(HttpRequest request) {
        if (request.header("Accept") == null) {
            return false;
        }
        for (String line : request.headers("Accept")) {
            int start = 0;
            while (start <= line.length()) {
                int comma = line.indexOf(',', start);
                int end = comma < 0 ? line.length() : comma;
                if (isMultipart(line.substring(start, end))) {
                    return true;
                }
                start = end + 1;
            }
        }
        return false;
    }

    private static boolean isMultipart(String range) {
        int semicolon = range.indexOf(';');
        String type = semicolon < 0 ? range : range.substring(0, semicolon);
        if (!type.trim().equalsIgnoreCase("multipart/mixed")) {
            return false;
        }
        return semicolon < 0 || !isRefused(range.substring(semicolon + 1));
    }

    /** A weight of zero means "not acceptable" (RFC 9110, 12.4.2). */
    private static boolean isRefused(String parameters) {
        for (int start = 0; start <= parameters.length(); ) {
            int semicolon = parameters.indexOf(';', start);
            int end = semicolon < 0 ? parameters.length() : semicolon;
            String parameter = parameters.substring(start, end).trim();
            if (parameter.equalsIgnoreCase("q=0")
                    || (parameter.regionMatches(true, 0, "q=0.", 0, 4)
                            && parameter.substring(4).replace("0", "").isEmpty())) {
                return true;
            }
            start = end + 1;
        }
        return false;
    }
}
