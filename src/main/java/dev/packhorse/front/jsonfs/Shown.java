package dev.packhorse.front.jsonfs;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsException.Kind;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import org.jspecify.annotations.Nullable;

/**
 * Of a listing, what the client can ask for, symlinks as what they lead to. One entry that it asks for in vain would take all others
 * away with it (INTEROP.md).
 */
final class Shown implements Listing {

    private final Listing listing;
    private final Links links;

    Shown(Listing listing, Links links) {
        this.listing = listing;
        this.links = links;
    }

    @Override
    public @Nullable Node next() throws FsException {
        for (Node node = listing.next(); node != null; node = listing.next()) {
            if (isAskable(node.path().name())) {
                Node shown = node.isSymlink() ? followed(node) : node;
                if (shown != null) {
                    return shown;
                }
            }
        }
        return null;
    }

    private @Nullable Node followed(Node link) throws FsException {
        try {
            return links.follow(link.path()).at(link.path());
        } catch (FsException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }

    /** The client puts names into URLs as they are. No path has control characters. */
    private static boolean isAskable(String name) {
        return name.indexOf('%') < 0 && name.indexOf('?') < 0 && name.indexOf('#') < 0;
    }

    @Override
    public void close() throws FsException {
        listing.close();
    }
}
