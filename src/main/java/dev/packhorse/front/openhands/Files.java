package dev.packhorse.front.openhands;

import dev.packhorse.front.http.Conditions;
import dev.packhorse.front.http.FileResponse;
import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.ListingSource;
import dev.packhorse.front.http.RefusedException;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.http.SlashOrder;
import dev.packhorse.front.http.Upload;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;

/** The four operations of the protocol. */
final class Files {

    /** The last segment of a request that lists, in the published form of the protocol. */
    private static final String LIST = "list";

    private static final HttpBody EMPTY = HttpBody.of(new byte[0]);

    private final long maxBody;

    Files(long maxBody) {
        this.maxBody = maxBody;
    }

    /** GET and HEAD: {@code d/list} lists {@code d}; where there is no such thing, there is no file below it either. */
    HttpResponse read(HttpRequest request, FsPath path, Store store) throws RefusedException, FsException {
        FsPath listed = path.parent();
        if (listed != null && path.name().equals(LIST)) {
            return list(listed, store);
        }
        Content content;
        try {
            content = store.read(path);
        } catch (FsException e) {
            if (e.kind() == Kind.IS_A_DIRECTORY) {
                throw new RefusedException(400, "Is A Directory");
            }
            throw e.kind() == Kind.NOT_A_DIRECTORY ? new FsException(Kind.NOT_FOUND, "read", path, e) : e;
        }
        boolean handedOn = false;
        try {
            HttpResponse response = file(request, content);
            handedOn = response.holdsResource();
            return response;
        } finally {
            if (!handedOn) {
                content.close();
            }
        }
    }

    private static HttpResponse file(HttpRequest request, Content content) throws FsException {
        Node node = content.node();
        if (!node.isFile()) {
            throw new FsException(Kind.NOT_FOUND, "read", node.path());
        }
        switch (Conditions.of(request).outcome(node)) {
            case NOT_MODIFIED -> {
                return Conditions.validate(new HttpResponse(304), node).body(EMPTY);
            }
            case FAILED -> throw new FsException(Kind.PRECONDITION_FAILED, "read", node.path());
            case PROCEED -> {
                // As asked.
            }
        }
        if (node.size() > Text.LOOKED_AT) {
            return FileResponse.of(
                    request, content, Text.byName(node), (status, type) -> described(status, type, node));
        }
        byte[] bytes = bytes(content);
        String mediaType = Text.byContent(node, bytes);
        return request.header("Range") == null
                ? described(200, mediaType, node).body(HttpBody.of(bytes))
                : FileResponse.of(request, content, mediaType, (status, type) -> described(status, type, node));
    }

    private static byte[] bytes(Content content) throws FsException {
        Node node = content.node();
        try (InputStream in = content.body().open()) {
            return in.readNBytes((int) node.size());
        } catch (FsException e) {
            throw e;
        } catch (IOException e) {
            throw new FsException(Kind.IO, "read", node.path(), e);
        }
    }

    private static HttpResponse described(int status, String mediaType, Node node) {
        return Conditions.validate(new HttpResponse(status).header("Content-Type", mediaType), node)
                .header("Accept-Ranges", "bytes");
    }

    /** One level of a directory, as an array of paths from the root. */
    HttpResponse list(FsPath directory, Store store) throws RefusedException, FsException {
        ListingSource source;
        try {
            source = ListingSource.open(new SlashOrder(store.list(directory)), new JsonArray(directory));
        } catch (FsException e) {
            if (e.kind() != Kind.NOT_A_DIRECTORY) {
                throw e;
            }
            if (!isThere(store, directory)) {
                throw new FsException(Kind.NOT_FOUND, "list", directory, e);
            }
            throw new RefusedException(400, "Not A Directory");
        }
        return new HttpResponse(200)
                .header("Content-Type", "application/json")
                .body(source.body())
                .closing(source);
    }

    /** POST: the file, whole, and the directories that it needs. */
    HttpResponse write(HttpRequest request, RequestTarget target, Store store) throws RefusedException, FsException {
        FsPath path = target.path();
        if (path.isRoot()) {
            throw new FsException(Kind.IS_A_DIRECTORY, "write", path);
        }
        if (target.trailingSlash()) {
            throw new FsException(Kind.INVALID_NAME, "write", path);
        }
        if (!request.hasBody()) {
            // An empty file says so. A body that got lost must not empty the file that is there.
            throw new RefusedException(411, "Length Required");
        }
        Conditions conditions = Conditions.of(request);
        if (conditions.malformed()) {
            throw new RefusedException(400, "Bad If-Match or If-None-Match");
        }
        Upload upload = new Upload(request.body(), maxBody);
        Preconditions preconditions = conditions.preconditions(null);
        try {
            boolean exists = exists(store, path);
            if (!exists) {
                preconditions.check(null, "write", path);
                makeParents(store, path);
            }
            Node node = store.write(path, upload, WriteOptions.of(preconditions));
            HttpResponse response = HttpResponse.text(exists ? 200 : 201, exists ? "Replaced" : "Created");
            return node.etag() == null ? response : response.header("ETag", '"' + node.etag() + '"');
        } catch (FsException e) {
            // Directories that were made for it stay: nobody can tell that nothing comes into them at this moment, by
            // another protocol, and the one way to remove a directory removes what is in it.
            throw upload.rethrown(e);
        }
    }

    private static boolean exists(Store store, FsPath path) throws FsException {
        try {
            if (store.stat(path).isDirectory()) {
                throw new FsException(Kind.IS_A_DIRECTORY, "write", path);
            }
            return true;
        } catch (FsException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    /** Makes the directories above a path that are not there. */
    static void makeParents(Store store, FsPath path) throws FsException {
        Deque<FsPath> missing = new ArrayDeque<>();
        for (FsPath parent = path.parent(); parent != null && !parent.isRoot(); parent = parent.parent()) {
            try {
                store.stat(parent);
                break;
            } catch (FsException e) {
                if (e.kind() != Kind.NOT_FOUND) {
                    throw e;
                }
                missing.push(parent);
            }
        }
        for (FsPath parent : missing) {
            store.makeDirectory(parent, WriteOptions.DEFAULT);
        }
    }

    /** DELETE: a file, a directory with all below it, or what is not there. The root stays, empty. */
    HttpResponse remove(FsPath path, Store store) throws FsException {
        removeAll(store, path);
        return new HttpResponse(204);
    }

    /** Removes what is at a path, there or not; of the root, all that is below. */
    static void removeAll(Store store, FsPath path) throws FsException {
        if (path.isRoot()) {
            try (Listing children = store.list(path)) {
                for (Node child = children.next(); child != null; child = children.next()) {
                    removeIfThere(store, child.path());
                }
            }
        } else {
            removeIfThere(store, path);
        }
    }

    private static void removeIfThere(Store store, FsPath path) throws FsException {
        try {
            store.remove(path, Preconditions.NONE);
        } catch (FsException e) {
            if (e.kind() != Kind.NOT_FOUND && e.kind() != Kind.NOT_A_DIRECTORY) {
                throw e;
            }
        }
    }

    /** Below a file, nothing is there. */
    private static boolean isThere(Store store, FsPath path) throws FsException {
        try {
            store.stat(path);
            return true;
        } catch (FsException e) {
            if (e.kind() == Kind.NOT_FOUND || e.kind() == Kind.NOT_A_DIRECTORY) {
                return false;
            }
            throw e;
        }
    }
}
