package dev.packhorse.policy.access;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.identity.Right;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a caller sees of a listing or a walk, in the same order. */
final class VisibleListing implements Listing {

    private final Listing all;
    private final FsPath top;
    private final CallerRights rights;
    private final boolean toRead;

    /** The directory of the last node, as text, and what holds for what is in it: most nodes share it with the one before. */
    private @Nullable String directory;

    private boolean listed;
    private Set<Right> asAnyChild = Set.of();

    /**
     * A part of a listing.
     *
     * @param top the directory that is listed or walked, which the caller may list
     * @param toRead whether only what can be read to its end is wanted: files to read, and directories to list
     */
    VisibleListing(Listing all, FsPath top, CallerRights rights, boolean toRead) {
        this.all = all;
        this.top = top;
        this.rights = rights;
        this.toRead = toRead;
    }

    @Override
    public @Nullable Node next() throws FsException {
        for (Node node = all.next(); node != null; node = all.next()) {
            if (isVisible(node)) {
                return node;
            }
        }
        return null;
    }

    private boolean isVisible(Node node) {
        String path = node.path().toString();
        int slash = path.lastIndexOf('/');
        if (directory == null || slash != directory.length() || !path.startsWith(directory)) {
            FsPath parent = node.path().parent();
            directory = path.substring(0, slash);
            listed = parent != null && isListed(parent);
            asAnyChild = parent == null ? Set.of() : rights.inChildrenOf(parent);
        }
        if (!listed) {
            return false;
        }
        Set<Right> here = rights.at(node.path(), asAnyChild);
        return toRead
                ? here.contains(node.isDirectory() ? Right.LIST : Right.READ)
                : here.contains(Right.READ) || here.contains(Right.LIST);
    }

    /** Whether the caller may list a directory and all those that lead there from the top. */
    private boolean isListed(FsPath parent) {
        for (FsPath each = parent; each != null && !each.equals(top); each = each.parent()) {
            if (!rights.at(each).contains(Right.LIST)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws FsException {
        all.close();
    }
}
