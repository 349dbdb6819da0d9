package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.front.http.HttpResponse;
import dev.packhorse.front.http.RefusedException;
import dev.packhorse.front.http.RequestTarget;
import dev.packhorse.front.http.WireText;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.wire.httpfs.Wire;

/** MOVE and COPY. */
final class Transferring {

    private final NodeHeaders headers;
    private final FsPath base;

    /**
     * Moves and copies within one export.
     *
     * @param base path of the export as it stands in requests, undecoded; empty for the root
     */
    Transferring(NodeHeaders headers, String base) {
        this.headers = headers;
        try {
            this.base = base.isEmpty() ? FsPath.ROOT : FsPath.parse(base);
        } catch (FsException e) {
            throw new IllegalArgumentException("base is no path", e);
        }
    }

    HttpResponse move(HttpRequest request, RequestTarget target, Store store) throws RefusedException, FsException {
        FsPath destination = destination(request, target);
        TransferOptions options = options(request, store);
        Writing.requireDirectory(target, store);
        return headers.changed(request, store.move(target.path(), destination, options));
    }

    HttpResponse copy(HttpRequest request, RequestTarget target, Store store) throws RefusedException, FsException {
        FsPath destination = destination(request, target);
        TransferOptions options = options(request, store);
        Writing.requireDirectory(target, store);
        return headers.changed(request, store.copy(target.path(), destination, options));
    }

    private static TransferOptions options(HttpRequest request, Store store) throws RefusedException {
        boolean overwrite = Metadata.overwrite(request);
        return new TransferOptions(overwrite, Writing.preconditions(request, Metadata.changeTimestamp(request), store));
    }

    /**
     * Reads {@code Destination}: a path as its bytes are, or a URL, whose path is decoded and whose host says nothing. The
     * base is taken off if it is there.
     *
     * @throws RefusedException 400 if it is missing, relative, refused as a name, the root or the source
     */
    private FsPath destination(HttpRequest request, RequestTarget source) throws RefusedException {
        Writing.refuseSuffix(source);
        String sent = request.header(Wire.DESTINATION);
        if (sent == null || request.headers(Wire.DESTINATION).size() > 1) {
            throw new RefusedException(400, "Destination Required");
        }
        FsPath path;
        try {
            path = parse(sent.trim());
        } catch (FsException e) {
            throw Metadata.refused(Wire.DESTINATION, sent);
        }
        FsPath destination = path.equals(base) || path.isBelow(base) ? path.from(base) : path;
        if (destination.isRoot()
                || Wire.isSuffix(destination.name())
                || source.path().isRoot()) {
            throw Metadata.refused(Wire.DESTINATION, sent);
        }
        if (destination.equals(source.path())) {
            throw new RefusedException(400, "Destination Is The Source");
        }
        return destination;
    }

    private static FsPath parse(String sent) throws FsException {
        if (sent.regionMatches(true, 0, "http://", 0, 7) || sent.regionMatches(true, 0, "https://", 0, 8)) {
            int fragment = sent.indexOf('#');
            return RequestTarget.parse(fragment < 0 ? sent : sent.substring(0, fragment))
                    .path();
        }
        String text = WireText.decode(sent);
        return FsPath.parse(text == null ? "" : text);
    }
}
