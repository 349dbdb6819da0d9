package dev.packhorse.front.jsonfs;

import dev.packhorse.front.http.HttpBody;
import dev.packhorse.front.http.Spool;
import dev.packhorse.front.http.WireBuffer;
import dev.packhorse.fs.Listing;
import dev.packhorse.fs.Node;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A listing as {@code {"dirs":["a/","b"],"dir":["a/","b"]}}: the document says {@code dirs}, the client reads {@code dir} (INTEROP.md).
 *
 * <p>The store is read once. The names of the first array are kept as they are sent, beyond a limit on the disk, and sent again as the
 * second: the two are the same bytes. A piece is of 64 KiB at most.
 */
final class ListingBody implements HttpBody.Source, Closeable {

    private static final int LIMIT = 64 * 1024;

    /** Room for the longest name: 255 bytes (twice that for stores that know no limit), each of them escaped. */
    private static final int NAME = 1024;

    private final Listing listing;
    private final Spool again;
    private final WireBuffer piece = new WireBuffer(4 * 1024);
    private boolean begun;
    private boolean listed;
    private boolean ended;
    private boolean ahead;

    private ListingBody(Listing listing, @Nullable Path folder) {
        this.listing = listing;
        this.again = new Spool(folder);
    }

    /**
     * Takes a listing over and reads its begin, so that what fails there can still become another answer.
     *
     * @param folder for what outgrows memory; {@code null} for the system's folder of temporary files
     * @throws IOException as {@link Listing#next}, or of the disk; the listing is closed then
     */
    static ListingBody open(Listing listing, @Nullable Path folder) throws IOException {
        ListingBody body = new ListingBody(listing, folder);
        try {
            body.fill();
            body.ahead = true;
            return body;
        } catch (IOException | RuntimeException e) {
            try (body) {
                throw e;
            }
        }
    }

    /** The body: with its length if all of it is at hand, else without. */
    HttpBody body() {
        return ended ? new HttpBody.Bytes(piece.view()) : new HttpBody.Chunked(-1, this);
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
        if (!ahead) {
            fill();
        }
        ahead = false;
        return piece.size() == 0 ? null : piece.view();
    }

    private void fill() throws IOException {
        piece.clear();
        if (!begun) {
            piece.wire("{\"dirs\":[");
            begun = true;
        }
        while (!listed && piece.size() <= LIMIT - NAME) {
            Node node = listing.next();
            if (node == null) {
                piece.wire("],\"dir\":[");
                listed = true;
            } else {
                append(node);
            }
        }
        if (listed && !ended) {
            again.drain(piece, Math.max(0, LIMIT - piece.size()));
            if (again.exhausted() && piece.size() <= LIMIT - NAME) {
                piece.wire("]}");
                ended = true;
            }
        }
    }

    private void append(Node node) throws IOException {
        int start = piece.size();
        piece.wire(again.length() == 0 ? "\"" : ",\"")
                .text(escaped(node.path().name()))
                .wire(node.isDirectory() ? "/\"" : "\"");
        again.tail().octets(piece.array(), start, piece.size() - start);
        again.spill();
    }

    /** Names have no control characters, so these two are all that JSON escapes. */
    private static String escaped(String name) {
        return name.indexOf('"') < 0 && name.indexOf('\\') < 0
                ? name
                : name.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    @Override
    public void close() throws IOException {
        try (again) {
            listing.close();
        }
    }
}
