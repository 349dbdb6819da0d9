package dev.packhorse.front.httpfs;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.WireBuffer;
import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import dev.packhorse.fs.Store;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The listing of a directory as lines of text, 64 KiB in memory at most. */
final class ListingSource implements HttpBody.Source, Closeable {

    private static final int LIMIT = 64 * 1024;

    /** Room for the longest line: a name of 255 bytes (twice that for stores that know no limit) and a mode. */
    private static final int LINE = 1024;

    private final Listing listing;
    private final NodeHeaders headers;
    private final WireBuffer lines = new WireBuffer(4 * 1024);
    private boolean ended;
    private boolean ahead;

    private ListingSource(Listing listing, NodeHeaders headers) {
        this.listing = listing;
        this.headers = headers;
    }

    /**
     * Opens a listing and reads its begin.
     *
     * @throws FsException as {@link Store#list}
     */
    static ListingSource open(Store store, FsPath directory, NodeHeaders headers) throws FsException {
        ListingSource source = new ListingSource(store.list(directory), headers);
        try {
            source.fill();
            source.ahead = true;
            return source;
        } catch (FsException | RuntimeException e) {
            source.listing.close();
            throw e;
        }
    }

    /** The body: with its length if all of it is at hand, else without. */
    HttpBody body() {
        return ended ? new HttpBody.Bytes(lines.view()) : new HttpBody.Chunked(-1, this);
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
        if (!ahead) {
            fill();
        }
        ahead = false;
        return lines.size() == 0 ? null : lines.view();
    }

    @Override
    public void close() throws FsException {
        listing.close();
    }

    private void fill() throws FsException {
        lines.clear();
        while (!ended && lines.size() <= LIMIT - LINE) {
            Node node = listing.next();
            if (node == null) {
                ended = true;
            } else {
                headers.line(lines, node);
            }
        }
    }
}
