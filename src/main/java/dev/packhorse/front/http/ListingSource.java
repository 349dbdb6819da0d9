package dev.packhorse.front.http;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import java.io.Closeable;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The listing of a directory as lines of text, 64 KiB in memory at most. */
public final class ListingSource implements HttpBody.Source, Closeable {

    /** How a node is shown. */
    public interface Line {
        /** Appends the line of one node, or nothing. */
        void append(WireBuffer lines, Node node);

        /** Appends what comes behind the last line. */
        default void end(WireBuffer lines) {
            // Nothing, as a rule.
        }
    }

    private static final int LIMIT = 64 * 1024;

    /** Room for the longest line: a name of 255 bytes (twice that for stores that know no limit) and a mode. */
    private static final int LINE = 1024;

    private final Listing listing;
    private final Line line;
    private final WireBuffer lines = new WireBuffer(4 * 1024);
    private boolean ended;
    private boolean ahead;

    private ListingSource(Listing listing, Line line) {
        this.listing = listing;
        this.line = line;
    }

    /**
     * Takes a listing over and reads its begin, so that what fails there can still become another answer.
     *
     * @throws FsException as {@link Listing#next}; the listing is closed then
     */
    public static ListingSource open(Listing listing, Line line) throws FsException {
        ListingSource source = new ListingSource(listing, line);
        try {
            source.fill();
            source.ahead = true;
            return source;
        } catch (FsException | RuntimeException e) {
            listing.close();
            throw e;
        }
    }

    /** The body: with its length if all of it is at hand, else without. */
    public HttpBody body() {
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

    @Override
    public void close() throws FsException {
        listing.close();
    }

    private void fill() throws FsException {
        lines.clear();
        while (!ended && lines.size() <= LIMIT - LINE) {
            Node node = listing.next();
            if (node == null) {
                line.end(lines);
                ended = true;
            } else {
                line.append(lines, node);
            }
        }
    }
}
