package dev.packhorse.front.replay;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.WireBuffer;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The names in a directory, each with a line feed, 32 KiB in memory at most. What old clients cannot take is left out: names by
 * {@link ReplayExport#isName}, and symlinks, which are no files to them.
 */
final class ListingSource implements HttpBody.Source, Closeable {

    private static final Logger LOG = Logger.getLogger(ListingSource.class);
    private static final int LIMIT = 32 * 1024;

    /** Room for the longest line. */
    private static final int LINE = 256;

    private final Place place;
    private final Listing listing;
    private final LongAdder total;
    private final WireBuffer lines = new WireBuffer(4 * 1024);
    private long leftOut;
    private boolean ended;
    private boolean ahead = true;

    private ListingSource(Place place, Listing listing, LongAdder total) {
        this.place = place;
        this.listing = listing;
        this.total = total;
    }

    /**
     * Opens a listing and reads its begin, so that what fails there becomes a status.
     *
     * @param total counts what is left out
     * @throws FsException as {@link Store#list}
     */
    static ListingSource open(Place place, LongAdder total) throws FsException {
        ListingSource source = new ListingSource(place, place.store().list(place.path()), total);
        try {
            source.fill();
            return source;
        } catch (FsException | RuntimeException e) {
            source.listing.close();
            throw e;
        }
    }

    HttpBody body() {
        return ended ? new HttpBody.Bytes(lines.view()) : new HttpBody.Chunked(-1, this);
    }

    @Override
    public @Nullable ByteBuffer next() throws FsException {
        if (!ahead) {
            fill();
        }
        ahead = false;
        return lines.size() == 0 ? null : lines.view();
    }

    private void fill() throws FsException {
        lines.clear();
        while (!ended && lines.size() <= LIMIT - LINE) {
            Node node = listing.next();
            if (node == null) {
                ended = true;
            } else if (node.isSymlink() || !ReplayExport.isName(node.path().name())) {
                leftOut++;
            } else {
                lines.text(node.path().name()).octet('\n');
            }
        }
    }

    @Override
    public void close() throws FsException {
        if (leftOut > 0) {
            total.add(leftOut);
            LOG.infof(
                    "left out of a listing what ReplayTV clients cannot take export=%s path=%s entries=%d",
                    place.export().path(), place.path(), leftOut);
            leftOut = 0;
        }
        listing.close();
    }
}
