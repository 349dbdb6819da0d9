package dev.packhorse.front.replay;

import dev.packhorse.front.http.HttpRequest;
import dev.packhorse.fs.Body;
import dev.packhorse.fs.Capability;
import dev.packhorse.fs.Content;
import dev.packhorse.fs.EtagMatch;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.NodeType;
import dev.packhorse.fs.Permissions;
import dev.packhorse.fs.Preconditions;
import dev.packhorse.fs.Store;
import dev.packhorse.fs.TransferOptions;
import dev.packhorse.fs.Trees;
import dev.packhorse.fs.WriteOptions;
import java.util.List;

/** {@code create}, {@code mkdir}, {@code writefile}, {@code rm}, {@code mv} and {@code cp}. */
final class Writing {

    private Writing() {}

    static ReplayAnswer create(Call call) throws RefusedException, FsException {
        Place place = call.place("name").writable().vacant();
        place.store().write(place.path(), Body.of(new byte[0]), newOnly(place.store()));
        return ReplayAnswer.of("");
    }

    static ReplayAnswer makeDirectory(Call call) throws RefusedException, FsException {
        Place place = call.place("name").writable().vacant();
        place.store().makeDirectory(place.path(), newOnly(place.store()));
        return ReplayAnswer.of("");
    }

    /** That nothing is there has been seen; where the store can hold on to it, nothing comes in between. */
    private static WriteOptions newOnly(Store store) {
        return store.capabilities().has(Capability.ETAGS)
                ? WriteOptions.of(Preconditions.MUST_NOT_EXIST)
                : WriteOptions.DEFAULT;
    }

    /**
     * "writefile requests must use the POST HTTP method, and the request header must include a Content-Length." What is beyond
     * {@code size} in the body is not looked at.
     */
    static ReplayAnswer write(Call call, HttpRequest request) throws RefusedException, FsException {
        Place place = call.place("name").writable();
        if (!request.method().equals("POST") || !request.hasBody()) {
            throw RefusedException.badRequest();
        }
        Body body = request.body();
        if (body.length() > place.export().maxBody()) {
            throw RefusedException.of(new FsException(FsException.Kind.TOO_LARGE, "write", place.path()));
        }
        long position = call.number("pos", 0);
        long size = call.number("size", body.length());
        try (Content old = place.store().read(place.path())) {
            Node node = old.node();
            if (node.type() != NodeType.FILE) {
                throw RefusedException.noSuchFile();
            }
            if (size > body.length() || position > node.size()) {
                throw RefusedException.badRequest();
            }
            PatchedBody patched = new PatchedBody(old, body, position, size);
            try {
                place.store().write(place.path(), patched, unchanged(place.store(), node));
            } catch (FsException e) {
                if (patched.isIncomplete()) {
                    throw RefusedException.badRequest();
                }
                throw e.kind() == FsException.Kind.PRECONDITION_FAILED
                        ? RefusedException.conflict()
                        : RefusedException.of(e);
            }
        }
        return ReplayAnswer.of("");
    }

    private static WriteOptions unchanged(Store store, Node node) {
        String etag = node.etag();
        return etag != null && store.capabilities().has(Capability.ETAGS)
                ? WriteOptions.of(new Preconditions(new EtagMatch(false, List.of(etag)), null, null, null))
                : WriteOptions.DEFAULT;
    }

    static ReplayAnswer remove(Call call) throws RefusedException, FsException {
        Place place = call.place("name").writable().below();
        if (place.node().isDirectory()) {
            try (Listing children = place.store().list(place.path())) {
                // A device removes empty directories only, and what the client does not see is in it all the same.
                if (children.next() != null || Permissions.of(place.store()).hidesIn(place.path())) {
                    throw RefusedException.conflict();
                }
            }
        }
        place.store().remove(place.path(), Preconditions.NONE);
        return ReplayAnswer.of("");
    }

    static ReplayAnswer move(Call call) throws RefusedException, FsException {
        Place source = call.place("old").writable().below();
        transfer(source, call.place("new"), true);
        return ReplayAnswer.of("");
    }

    static ReplayAnswer copy(Call call) throws RefusedException, FsException {
        transfer(call.place("src").below(), call.place("dest"), false);
        return ReplayAnswer.of("");
    }

    /**
     * Between exports a move is a copy and a removal, as {@link Trees#transfer} says: of what the client sees, and of all there is. So
     * these must be the same.
     */
    private static void transfer(Place source, Place target, boolean move) throws RefusedException, FsException {
        Node node = source.node();
        FsPath from = source.path();
        FsPath to = target.writable().vacant().path();
        TransferOptions options = TransferOptions.CREATE_NEW;
        if (!source.export().equals(target.export())) {
            if (move && !Permissions.of(source.store()).mayMoveAway(node)) {
                throw RefusedException.notAllowed();
            }
            Trees.transfer(source.store(), from, target.store(), to, options, move);
        } else if (move) {
            source.store().move(from, to, options);
        } else {
            source.store().copy(from, to, options);
        }
    }
}
