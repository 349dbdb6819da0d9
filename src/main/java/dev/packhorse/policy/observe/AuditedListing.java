package dev.packhorse.policy.observe;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import org.jspecify.annotations.Nullable;

/** Counts the entries of a listing, and is a line when it is closed. */
final class AuditedListing implements Listing {

    private final Listing listing;
    private final Observed observed;

    AuditedListing(Listing listing, Observed observed) {
        this.listing = listing;
        this.observed = observed;
        observed.countEntries(0);
    }

    @Override
    public @Nullable Node next() throws FsException {
        try {
            Node node = listing.next();
            if (node != null) {
                observed.countEntries(1);
            }
            return node;
        } catch (FsException e) {
            observed.failed(e.kind());
            throw e;
        }
    }

    @Override
    public void close() throws FsException {
        try {
            listing.close();
        } finally {
            observed.end();
        }
    }
}
