package dev.packhorse.policy.access;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import org.jspecify.annotations.Nullable;

/** What is not hidden of a listing or a walk. */
final class SeenListing implements Listing {

    private final Listing all;
    private final int top;
    private final Globs hidden;

    /** The directory of the last node, as text, and whether it is hidden: most nodes share it with the one before. */
    private @Nullable String directory;

    private boolean inHidden;

    /**
     * A part of a listing.
     *
     * @param directory that is listed or walked, which is not hidden
     */
    SeenListing(Listing all, FsPath directory, Globs hidden) {
        this.all = all;
        this.top = directory.isRoot() ? 0 : directory.toString().length();
        this.hidden = hidden;
    }

    @Override
    public @Nullable Node next() throws FsException {
        for (Node node = all.next(); node != null; node = all.next()) {
            if (!isHidden(node.path().toString())) {
                return node;
            }
        }
        return null;
    }

    private boolean isHidden(String path) {
        int slash = path.lastIndexOf('/');
        if (directory == null || slash != directory.length() || !path.startsWith(directory)) {
            directory = path.substring(0, slash);
            inHidden = hidden.matchAny(directory.substring(top));
        }
        return inHidden || hidden.match(path.substring(slash + 1));
    }

    @Override
    public void close() throws FsException {
        all.close();
    }
}
