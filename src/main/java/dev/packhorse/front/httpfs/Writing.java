package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.Conditions;
import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.MediaTypes;
import dev.packhorse.front.http.RefusedException;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.http.Upload;
import dev.packhorse.front.http.WireText;
import dev.packhorse.fs.AttributeChange;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.WriteOptions;
import dev.packhorse.wire.httpfs.Between;
import dev.packhorse.wire.httpfs.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** PUT, PATCH and DELETE. */
final class Writing {

    /** "Empty or minimal content body" (SPEC.md, "Creating Directories"): what nobody would send by mistake. */
    private static final int DIRECTORY_BODY = 64 * 1024;

    /** The longest target of a symlink, {@code PATH_MAX} without its NUL. */
    private static final int LINK_BODY = 4095;

    /** What {@code curl --data} claims to send when nobody said anything. */
    private static final String CURL_DEFAULT = "application/x-www-form-urlencoded";

    private final NodeHeaders headers;
    private final HttpfsOptions options;
    private final TarApplying tar;

    Writing(NodeHeaders headers, HttpfsOptions options) {
        this.headers = headers;
        this.options = options;
        this.tar = new TarApplying(headers, options);
    }

    HttpResponse put(HttpRequest request, RequestTarget target, Store store) throws RefusedException, FsException {
        refuseSuffix(target);
        if (request.header("Content-Range") != null) {
            // RFC 9110, 14.5: a part would become the whole.
            throw new RefusedException(400, "Partial PUT Not Supported");
        }
        Metadata metadata = Metadata.of(request);
        Preconditions preconditions = preconditions(request, metadata.changeTimestamp(), store);
        NodeType type = type(request, metadata, target);
        if (type == NodeType.DIRECTORY) {
            if (request.hasBody()) {
                Upload.discard(request.body(), DIRECTORY_BODY);
            }
            return headers.changed(
                    request, store.makeDirectory(target.path(), options(metadata, null, preconditions, store)));
        }
        if (!request.hasBody()) {
            throw new RefusedException(411, "Length Required");
        }
        if (target.path().isRoot()) {
            throw new FsException(FsException.Kind.IS_A_DIRECTORY, "write", target.path());
        }
        if (type == NodeType.SYMLINK) {
            String link = linkTarget(request);
            return headers.changed(
                    request, store.link(target.path(), link, options(metadata, null, preconditions, store)));
        }
        Upload upload = new Upload(request.body(), options.maxBody());
        try {
            return headers.changed(
                    request,
                    store.write(target.path(), upload, options(metadata, mediaType(request), preconditions, store)));
        } catch (FsException e) {
            throw upload.rethrown(e);
        }
    }

    /**
     * Changes metadata. A {@code Content-Type} says what the request carries, not what the file is to become, so only that of
     * an archive counts.
     */
    HttpResponse patch(HttpRequest request, RequestTarget target, Store store) throws RefusedException, FsException {
        refuseSuffix(target);
        Metadata metadata = Metadata.of(request);
        Preconditions preconditions = preconditions(request, metadata.changeTimestamp(), store);
        String contentType = request.header("Content-Type");
        if (contentType != null && contentType.contains(Wire.TAR)) {
            return tar.apply(request, target.path(), preconditions, store);
        }
        requireDirectory(target, store);
        AttributeChange change =
                metadata.attributes(request.header(Between.MEDIA_TYPE)).keptBy(store.capabilities());
        return headers.changed(request, store.change(target.path(), change, preconditions));
    }

    HttpResponse delete(HttpRequest request, RequestTarget target, Store store) throws RefusedException, FsException {
        refuseSuffix(target);
        Preconditions preconditions = preconditions(request, Metadata.changeTimestamp(request), store);
        if (target.path().isRoot()) {
            throw new FsException(FsException.Kind.PERMISSION_DENIED, "remove", target.path());
        }
        requireDirectory(target, store);
        store.remove(target.path(), preconditions);
        return Answers.ok();
    }

    /** A last segment {@code :} or {@code ...} is no name. */
    static void refuseSuffix(RequestTarget target) throws RefusedException {
        if (Wire.isSuffix(target.path().name())) {
            throw new RefusedException(400, "Invalid Name");
        }
    }

    /** A trailing slash is for directories: below it, a file is not there. */
    static void requireDirectory(RequestTarget target, Store store) throws FsException {
        if (target.trailingSlash()
                && !target.path().isRoot()
                && !store.stat(target.path()).isDirectory()) {
            throw new FsException(FsException.Kind.NOT_FOUND, "stat", target.path());
        }
    }

    /**
     * What must hold for a change. A change timestamp is dropped where the store keeps none.
     *
     * @throws RefusedException 400 for a list of entity tags that is none
     */
    static Preconditions preconditions(HttpRequest request, @Nullable Long changeTimestamp, Store store)
            throws RefusedException {
        Conditions conditions = Conditions.of(request);
        if (conditions.malformed()) {
            throw new RefusedException(400, "Bad If-Match or If-None-Match");
        }
        boolean ordered = changeTimestamp != null && store.capabilities().has(Capability.CHANGE_TIMESTAMPS);
        return conditions.preconditions(ordered ? changeTimestamp : null);
    }

    /** SPEC.md, "File vs Directory Detection": the media type, then the mode, then the trailing slash. */
    private static NodeType type(HttpRequest request, Metadata metadata, RequestTarget target) {
        String contentType = request.header("Content-Type");
        if (contentType != null) {
            String essence = MediaTypes.essence(contentType);
            if (essence.equals(Wire.DIRECTORY)) {
                return NodeType.DIRECTORY;
            }
            if (essence.equals(Wire.SYMLINK)) {
                return NodeType.SYMLINK;
            }
        }
        if (metadata.type() != null) {
            return metadata.type();
        }
        return target.trailingSlash() ? NodeType.DIRECTORY : NodeType.FILE;
    }

    /** The media type to keep: what was sent, but for what curl adds by itself and what is none. */
    private static @Nullable String mediaType(HttpRequest request) {
        String given = request.header(Between.MEDIA_TYPE);
        if (given != null) {
            return given;
        }
        String sent = request.header("Content-Type");
        return sent == null
                        || !MediaTypes.isMediaType(sent)
                        || MediaTypes.essence(sent).equals(CURL_DEFAULT)
                ? null
                : sent;
    }

    private static WriteOptions options(
            Metadata metadata, @Nullable String mediaType, Preconditions preconditions, Store store) {
        return new WriteOptions(metadata.attributes(mediaType).keptBy(store.capabilities()), preconditions);
    }

    private static String linkTarget(HttpRequest request) throws RefusedException {
        byte[] bytes;
        Upload upload = new Upload(request.body(), Long.MAX_VALUE);
        try (InputStream in = upload.open()) {
            bytes = in.readNBytes(LINK_BODY + 1);
        } catch (IOException e) {
            throw new RefusedException(400, "Body Incomplete");
        }
        String target = WireText.decode(new String(bytes, StandardCharsets.ISO_8859_1));
        if (bytes.length == 0 || bytes.length > LINK_BODY || target == null || target.indexOf('\0') >= 0) {
            throw new RefusedException(400, "Bad Symlink Target");
        }
        return target;
    }
}
