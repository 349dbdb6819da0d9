package dev.packhorse.store.replay;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import org.jspecify.annotations.Nullable;

/** Two listings in bytewise order as one. Of the first, what is at or below the second's own directory is hidden. */
final class MergedListing implements Listing {

    private final Listing first;
    private final Listing second;
    private final FsPath hidden;
    private @Nullable Node ofFirst;
    private @Nullable Node ofSecond;
    private boolean begun;

    MergedListing(Listing first, FsPath hidden, Listing second) {
        this.first = first;
        this.hidden = hidden;
        this.second = second;
    }

    @Override
    public @Nullable Node next() throws FsException {
        if (!begun) {
            ofFirst = visible();
            ofSecond = second.next();
            begun = true;
        }
        Node a = ofFirst;
        Node b = ofSecond;
        if (a != null && (b == null || a.path().compareTo(b.path()) < 0)) {
            ofFirst = visible();
            return a;
        }
        if (b != null) {
            ofSecond = second.next();
        }
        return b;
    }

    private @Nullable Node visible() throws FsException {
        Node node = first.next();
        while (node != null && (node.path().equals(hidden) || node.path().isBelow(hidden))) {
            node = first.next();
        }
        return node;
    }

    @Override
    public void close() throws FsException {
        try {
            second.close();
        } finally {
            first.close();
        }
    }
}
